#include "vtln.h"

#include <algorithm>

namespace melgraph_frontends {

double vtln_warped(const MelConfig& mel, double low_hz, double high_hz, double hz, double nyquist) {
  if (hz < low_hz || hz > high_hz) return hz;
  const double upper = mel.vtln_high > 0 ? mel.vtln_high : nyquist + mel.vtln_high;
  // Where the warped piece meets the two that lead to the ends.
  const double low_knee = mel.vtln_low * std::max(1.0, mel.vtln_warp);
  const double high_knee = upper * std::min(1.0, mel.vtln_warp);
  const double factor = 1 / mel.vtln_warp;
  if (hz < low_knee) {
    const double slope = (factor * low_knee - low_hz) / (low_knee - low_hz);
    return low_hz + slope * (hz - low_hz);
  }
  if (hz < high_knee) return factor * hz;
  const double slope = (high_hz - factor * high_knee) / (high_hz - high_knee);
  return high_hz + slope * (hz - high_hz);
}

}  // namespace melgraph_frontends
