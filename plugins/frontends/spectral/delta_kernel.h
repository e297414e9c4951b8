#pragma once

#include <cstdint>
#include <vector>

namespace melgraph_frontends {

enum class DeltaMethod { regression, kaldi, savgol };

/// Compute the taps of a difference of `order` over `width` frames, for frames -h .. h around the
/// present one. `order` 1: n / sum n^2. `order` 2: for `kaldi` that kernel folded with itself, for
/// `savgol` the second derivative of the parabola of least squares. (`regression` of order 2 is
/// order 1 twice.)
std::vector<double> delta_kernel(DeltaMethod method, std::int64_t width, std::int64_t order);

}  // namespace melgraph_frontends
