#pragma once

#include <cstdint>

#include "../fast/butterflies.h"
#include "program.h"

// The passes of a Stockham transform, each butterfly of a pass by another thread. Sizes are either
// known to the compiler (std::integral_constant) or a number of the program.

namespace melgraph_frontends::fast::lane {

template <>
struct Butterfly<1> {
  static MELGRAPH_INLINE void run(Complex*) {}
};
// Needs more registers than a processor has, and fewer than a device.
template <>
struct Butterfly<16> : CompositeButterfly<4, 4> {};

}  // namespace melgraph_frontends::fast::lane

namespace melgraph_frontends::cuda {

using fast::lane::Butterfly;
using fast::lane::Complex;
using fast::lane::multiply;
using fast::lane::unroll;

/// Divides small numbers by one that is known when a kernel starts.
struct Divisor {
  int value;
  std::uint32_t inverse;

  MELGRAPH_BOTH operator int() const { return value; }
};

MELGRAPH_BOTH int remainder_of(int number, Divisor divisor) {
  const std::uint64_t product = std::uint64_t{static_cast<std::uint32_t>(number)} * divisor.inverse;
  return number - static_cast<int>(product >> 32) * divisor.value;
}
template <int value>
MELGRAPH_BOTH int remainder_of(int number, std::integral_constant<int, value>) {
  return number % value;
}

// The place of `point + times * step`. Steps that the compiler knows are powers of two above
// `point`.
template <int times>
MELGRAPH_BOTH int place_after(int point, std::integral_constant<int, times>, int step) {
  return place_of(point + times * step);
}
template <int times, int step>
MELGRAPH_BOTH int place_after(int point, std::integral_constant<int, times>,
                              std::integral_constant<int, step>) {
  static_assert((step & (step - 1)) == 0, "else bits may carry");
  return place_of(point, std::integral_constant<int, times * step>{});
}

template <int radix>
MELGRAPH_BOTH int part_of(int points) {
  return points / radix;
}
template <int radix, int points>
MELGRAPH_BOTH std::integral_constant<int, points / radix> part_of(
    std::integral_constant<int, points>) {
  return {};
}

/// Butterfly `k` of the `done` whose twiddles differ.
template <int radix, class Points, class Done>
MELGRAPH_BOTH void transform_at(const Complex* from, const Pair* twiddles, Points points, Done done,
                                int index, int k, Complex* a) {
  const auto apart = part_of<radix>(points);
  a[0] = from[place_of(index)];
  unroll<radix - 1>([&](auto q) {
    const Pair turn = twiddles[q * done + k];
    const std::integral_constant<int, q + 1> input;
    a[input] = multiply(from[place_after(index, input, apart)], turn.re, turn.im);
  });
  Butterfly<radix>::run(a);
}

/// Butterfly `index` of the first pass, on what `input` gives for a point.
template <int radix, class Points, class Input>
MELGRAPH_BOTH void first_pass_at(Points points, int index, Input input, Complex* to) {
  Complex a[radix];
  const int apart = points / radix;
  unroll<radix>([&](auto q) { a[q] = input(index + q * apart); });
  Butterfly<radix>::run(a);
  if constexpr ((radix & (radix - 1)) == 0) {
    unroll<radix>([&](auto q) { to[place_of(index * radix, q)] = a[q]; });
  } else {
    unroll<radix>([&](auto q) { to[place_of(index * radix + q)] = a[q]; });
  }
}

/// Butterfly `index` of a pass between the first and the last.
template <int radix, class Points, class Done>
MELGRAPH_BOTH void middle_pass_at(const Complex* from, const Pair* twiddles, Points points,
                                  Done done, int index, Complex* to) {
  Complex a[radix];
  const int k = remainder_of(index, done);
  transform_at<radix>(from, twiddles, points, done, index, k, a);
  const int first = (index - k) * radix + k;
  unroll<radix>([&](auto q) { to[place_after(first, q, done)] = a[q]; });
}

}  // namespace melgraph_frontends::cuda
