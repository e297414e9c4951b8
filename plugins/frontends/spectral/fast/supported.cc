#include <cfloat>
#include <string>

#include "plan.h"

namespace melgraph_frontends::fast {

std::string why_not_fast(const Config& config) {
  const std::int64_t n_fft = config.framing.n_fft;
  const std::int64_t points = n_fft % 2 == 0 ? n_fft / 2 : n_fft;
  if (!has_fft(points)) {
    return "n_fft " + std::to_string(n_fft) + " has a prime factor above 7, or is too short";
  }
  if (config.samples.dither != 0) return "it adds dither";
  if (config.log.kind == LogKind::pcen) return "PCEN runs along time";
  if (config.log.kind != LogKind::none && config.log.eps < FLT_MIN) {
    return "log_eps is below the smallest normal number";
  }
  return {};
}

}  // namespace melgraph_frontends::fast
