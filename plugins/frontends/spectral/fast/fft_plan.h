#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace melgraph_frontends::fast {

/// One pass of a transform: `span` butterflies side by side, whose inputs are `span` points apart.
struct FftPass {
  int radix = 1;
  std::int64_t span = 1;
  std::int64_t repeats = 1;  ///< neighbours with the same twiddles; the first of them have none
  std::size_t twiddles = 0;  ///< where its own begin: [span / repeats - 1][radix - 1][re, im]
};

/// Tables of a complex Fourier transform of `points` points, in place.
///
/// The prime-factor algorithm (Good, 1958; Thomas, 1963): the points are a product of groups
/// without a common factor, one dimension each, and no twiddles stand between them. Within a group
/// it is decimation in time, and the input comes in digit-reversed order.
struct FftPlan {
  std::int64_t points = 0;
  /// Innermost first: of 2, 3, 4, 5, 7 or 8 points, or 9, but not the last.
  std::vector<FftPass> passes;
  std::vector<float> twiddles;
  std::vector<std::int64_t> slots;  ///< [points / first radix] where innermost transform t belongs
  std::vector<std::int32_t> outputs;  ///< [last span][last radix] points that the last pass gives
  /// [points / first radix]: point t + p (points / first radix) is input
  /// (p + rotations[t]) % (first radix) of innermost transform t.
  std::vector<std::int32_t> rotations;
  std::int64_t period = 1;  ///< transforms so far apart have the same rotation
};

/// Divide `rest` by `prime` as often as can be, and return how often.
int take_factor(std::int64_t& rest, int prime);

/// Return whether `points` has no prime factor above 7.
bool has_fft(std::int64_t points);

/// Return exp(-2 pi i part), computed in float64: a twiddle factor of forward transforms.
std::complex<float> twiddle(double part);

/// The same, appended as two numbers.
void add_twiddle(std::vector<float>& to, double part);

/// Plan a transform. Needs `has_fft(points)`.
FftPlan plan_fft(std::int64_t points);

}  // namespace melgraph_frontends::fast
