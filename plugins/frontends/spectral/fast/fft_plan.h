#pragma once

#include <cstdint>
#include <vector>

namespace melgraph_frontends::fast {

inline constexpr int largest_radix = 16;

/// Tables of a complex Fourier transform of `points` points: decimation in time, in place, its
/// input in digit-reversed order.
struct FftPlan {
  std::int64_t points = 0;
  std::vector<int> radices;          ///< innermost first; their product is `points`
  std::vector<std::int64_t> spans;   ///< points of one transform before pass l
  std::vector<std::int64_t> slots;   ///< [points / radices[0]] where innermost transform n belongs
  std::vector<float> twiddles;       ///< of pass l from `offsets[l]`: [span][radix - 1][re, im]
  std::vector<std::size_t> offsets;  ///< of each pass
  /// Inputs of an innermost transform that are not known to be zero; the others are not read.
  int filled = 0;
};

/// Return whether `points` has no prime factor above 7.
bool has_fft(std::int64_t points);

/// Plan a transform whose inputs from `used` on are zero. Needs `has_fft(points)`.
FftPlan plan_fft(std::int64_t points, std::int64_t used);

}  // namespace melgraph_frontends::fast
