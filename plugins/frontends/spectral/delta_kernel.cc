#include "delta_kernel.h"

#include <cstddef>

namespace melgraph_frontends {
namespace {

std::vector<double> slope(std::int64_t width) {
  const std::int64_t half = width / 2;
  double squares = 0;
  for (std::int64_t n = 1; n <= half; ++n) squares += 2 * static_cast<double>(n * n);
  std::vector<double> taps;
  for (std::int64_t n = -half; n <= half; ++n) taps.push_back(static_cast<double>(n) / squares);
  return taps;
}

std::vector<double> fold(const std::vector<double>& taps) {
  std::vector<double> folded(2 * taps.size() - 1, 0.0);
  for (std::size_t i = 0; i < taps.size(); ++i) {
    for (std::size_t j = 0; j < taps.size(); ++j) folded[i + j] += taps[i] * taps[j];
  }
  return folded;
}

// The part of n^2 that is orthogonal to constants (and, being even, to lines) gives the
// coefficient of n^2; the second derivative is twice that.
std::vector<double> curvature(std::int64_t width) {
  const std::int64_t half = width / 2;
  double mean = 0;
  for (std::int64_t n = -half; n <= half; ++n) mean += static_cast<double>(n * n);
  mean /= static_cast<double>(width);
  std::vector<double> taps;
  double squares = 0;
  for (std::int64_t n = -half; n <= half; ++n) {
    taps.push_back(static_cast<double>(n * n) - mean);
    squares += taps.back() * taps.back();
  }
  for (double& tap : taps) tap *= 2 / squares;
  return taps;
}

}  // namespace

std::vector<double> delta_kernel(DeltaMethod method, std::int64_t width, std::int64_t order) {
  if (order == 1) return slope(width);
  return method == DeltaMethod::savgol ? curvature(width) : fold(slope(width));
}

}  // namespace melgraph_frontends
