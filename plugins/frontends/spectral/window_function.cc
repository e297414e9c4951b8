#include "window_function.h"

#include <cmath>
#include <cstddef>

namespace melgraph_frontends {
namespace {

constexpr double pi = 3.14159265358979323846;

double value_at(WindowShape shape, double x) {
  const double hann = 0.5 - 0.5 * std::cos(2 * pi * x);
  switch (shape) {
    case WindowShape::hann: return hann;
    case WindowShape::hamming: return 0.54 - 0.46 * std::cos(2 * pi * x);
    case WindowShape::hamming_equiripple: return 0.53836 - 0.46164 * std::cos(2 * pi * x);
    case WindowShape::blackman:
      return 0.42 - 0.5 * std::cos(2 * pi * x) + 0.08 * std::cos(4 * pi * x);
    case WindowShape::povey: return std::pow(hann, 0.85);
    case WindowShape::sine: return std::sin(pi * x);
    case WindowShape::rectangular: return 1;
  }
  return 1;
}

}  // namespace

std::vector<double> window_function(WindowShape shape, WindowSymmetry symmetry,
                                    std::int64_t length) {
  const double shift = symmetry == WindowSymmetry::half_sample ? 0.5 : 0.0;
  const double steps =
      static_cast<double>(symmetry == WindowSymmetry::symmetric ? length - 1 : length);
  std::vector<double> window(static_cast<std::size_t>(length));
  for (std::size_t n = 0; n < window.size(); ++n) {
    window[n] = value_at(shape, (static_cast<double>(n) + shift) / steps);
  }
  return window;
}

std::vector<double> analysis_window(const WindowConfig& window, const FramingConfig& framing) {
  std::vector<double> values = window_function(window.shape, window.symmetry, framing.win_length);
  double divisor = 1;
  if (window.normalized == SpectrumNorm::frame_length) {
    divisor = std::sqrt(static_cast<double>(framing.n_fft));
  } else if (window.normalized == SpectrumNorm::window) {
    double energy = 0;
    for (const double value : values) energy += value * value;
    divisor = std::sqrt(energy);
  }
  for (double& value : values) value /= divisor;
  return values;
}

}  // namespace melgraph_frontends
