#pragma once

#include <cstdint>
#include <vector>

#include "config.h"

namespace melgraph_frontends {

/// Compute `length` values of a window, with n = 0 .. length-1 over N = length (periodic),
/// n over length-1 (symmetric) or n+0.5 over length (half_sample):
/// hann 0.5 - 0.5 cos 2 pi x, hamming 0.54 - 0.46 cos 2 pi x, hamming_equiripple 0.53836 -
/// 0.46164 cos 2 pi x, blackman 0.42 - 0.5 cos 2 pi x +
/// 0.08 cos 4 pi x, povey hann^0.85, sine sin pi x.
std::vector<double> window_function(WindowShape shape, WindowSymmetry symmetry,
                                    std::int64_t length);

/// Compute the window of a front end, divided as `normalized` asks.
std::vector<double> analysis_window(const WindowConfig& window, const FramingConfig& framing);

}  // namespace melgraph_frontends
