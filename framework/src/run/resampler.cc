#include "run/resampler.h"

#include <string>

#include "melgraph/error.h"
#include "run/kaiser_resampler.h"
#include "run/soxr_resampler.h"

namespace melgraph {

Resampler::~Resampler() = default;

namespace {

class IdentityResampler final : public Resampler {
 public:
  void push(const float* samples, std::size_t count, std::vector<float>& out) override {
    out.insert(out.end(), samples, samples + count);
  }
  void finish(std::vector<float>&) override {}
  void reset() override {}
};

}  // namespace

const std::vector<std::string>& resampler_names() {
  static const std::vector<std::string> names{"kaiser-best", "soxr-hq"};
  return names;
}

std::unique_ptr<Resampler> make_resampler(std::string_view name, int from, int to) {
  const bool kaiser = name == "kaiser-best";
  if (!kaiser && name != "soxr-hq") {
    std::string known;
    for (const std::string& each : resampler_names()) known += (known.empty() ? "" : ", ") + each;
    throw Error(ErrorCode::usage, "unknown resampler '" + std::string(name) + "'",
                "use one of: " + known);
  }
  if (from <= 0 || to <= 0) {
    throw Error(ErrorCode::usage, "cannot convert a sample rate of " + std::to_string(from) +
                                      " Hz to " + std::to_string(to) +
                                      " Hz: both must be positive");
  }
  if (from == to) return std::make_unique<IdentityResampler>();
  if (kaiser) return std::make_unique<KaiserResampler>(from, to);
  return std::make_unique<SoxrResampler>(from, to);
}

}  // namespace melgraph
