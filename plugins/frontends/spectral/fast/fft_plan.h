#pragma once

#include <cstdint>
#include <vector>

namespace melgraph_frontends::fast {

/// Tables of a complex Fourier transform of `points` points: decimation in time, in place, its
/// input in digit-reversed order.
struct FftPlan {
  std::int64_t points = 0;
  std::vector<int> radices;  ///< innermost first: 2 to 5, 7, 8; 9, not last; 15, first of several
  std::vector<std::int64_t> spans;   ///< points of one transform before pass l
  std::vector<std::int64_t> slots;   ///< [points / radices[0]] where innermost transform n belongs
  std::vector<float> twiddles;       ///< of pass l from `offsets[l]`: [span][radix - 1][re, im]
  std::vector<std::size_t> offsets;  ///< of each pass

  /// Parts of the data that are apart until the last pass: transform n of the first pass belongs
  /// to part n % parts.
  int parts() const { return radices.size() > 2 ? radices.back() : 1; }
};

/// Divide `rest` by `prime` as often as can be, and return how often.
int take_factor(std::int64_t& rest, int prime);

/// Return whether `points` has no prime factor above 7.
bool has_fft(std::int64_t points);

/// Plan a transform. Needs `has_fft(points)`.
FftPlan plan_fft(std::int64_t points);

}  // namespace melgraph_frontends::fast
