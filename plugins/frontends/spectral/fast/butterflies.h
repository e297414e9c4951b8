#pragma once

#include <utility>

// What a Vector is: frames of a processor, or one number of a device's thread.
#if defined(MELGRAPH_LANES)
#include "simd.h"
#else
#include "../cuda/lane.h"
#endif

// Discrete Fourier transforms of a few points, held in registers: forward, exp(-i ...).

namespace melgraph_frontends::fast::MELGRAPH_SIMD {

struct Complex {
  Vector re;
  Vector im;
};

/// The product of a complex number and (re, im).
MELGRAPH_INLINE Complex multiply(Complex value, Vector re, Vector im) {
  return {subtract_product(value.im, im, value.re * re), add_product(value.im, re, value.re * im)};
}

/// Call `body` with the constants 0 to count - 1.
template <int count, class Body>
MELGRAPH_INLINE constexpr void unroll(Body body) {
  [&]<int... index>(std::integer_sequence<int, index...>) MELGRAPH_INLINE_LAMBDA {
    (body(std::integral_constant<int, index>{}), ...);
  }
  (std::make_integer_sequence<int, count>{});
}

// The constants must have the same bits everywhere: the compiler computes them.
constexpr double pi = 3.14159265358979323846;

constexpr double constant_sine(double x) {
  while (x > pi) x -= 2 * pi;
  while (x < -pi) x += 2 * pi;
  double term = x;
  double sum = x;
  for (int i = 1; i < 16; ++i) {
    term *= -x * x / ((2 * i) * (2 * i + 1));
    sum += term;
  }
  return sum;
}

constexpr double constant_cosine(double x) {
  return constant_sine(x + pi / 2);
}

template <int radix>
struct Butterfly;

template <>
struct Butterfly<2> {
  static MELGRAPH_INLINE void run(Complex* a) {
    const Complex first = a[0];
    a[0] = {first.re + a[1].re, first.im + a[1].im};
    a[1] = {first.re - a[1].re, first.im - a[1].im};
  }
};

template <>
struct Butterfly<4> {
  static MELGRAPH_INLINE void run(Complex* a) {
    const Complex sum_even{a[0].re + a[2].re, a[0].im + a[2].im};
    const Complex difference_even{a[0].re - a[2].re, a[0].im - a[2].im};
    const Complex sum_odd{a[1].re + a[3].re, a[1].im + a[3].im};
    const Complex difference_odd{a[1].re - a[3].re, a[1].im - a[3].im};
    a[0] = {sum_even.re + sum_odd.re, sum_even.im + sum_odd.im};
    a[2] = {sum_even.re - sum_odd.re, sum_even.im - sum_odd.im};
    a[1] = {difference_even.re + difference_odd.im, difference_even.im - difference_odd.re};
    a[3] = {difference_even.re - difference_odd.im, difference_even.im + difference_odd.re};
  }
};

/// An odd prime: pairs j and radix - j share their products. Inputs whose bit of `there` is not
/// set are zero, and are not looked at.
template <int radix>
struct OddButterfly {
  template <unsigned there = (1U << radix) - 1>
  static MELGRAPH_INLINE void run(Complex* a) {
    constexpr int half = radix / 2;
    constexpr int first_pair = first_pair_of(there);
    if constexpr (first_pair == half) {
      unroll<radix - 1>([&](auto k) MELGRAPH_INLINE_LAMBDA { a[k + 1] = a[0]; });
    } else {
      Complex sums[half];
      Complex differences[half];
      unroll<half>([&](auto j) MELGRAPH_INLINE_LAMBDA {
        constexpr int mirrored = radix - 1 - j;
        if constexpr (has(there, j + 1) && has(there, mirrored)) {
          sums[j] = {a[j + 1].re + a[mirrored].re, a[j + 1].im + a[mirrored].im};
          differences[j] = {a[j + 1].re - a[mirrored].re, a[j + 1].im - a[mirrored].im};
        } else if constexpr (has_pair(there, j)) {
          // The sign is in the sines.
          sums[j] = differences[j] = a[has(there, j + 1) ? j + 1 : mirrored];
        }
      });
      const Complex first = a[0];
      Complex total = has(there, 0) ? first : sums[first_pair];
      unroll<half>([&](auto j) MELGRAPH_INLINE_LAMBDA {
        if constexpr (has_pair(there, j) && (has(there, 0) || j > first_pair)) {
          total.re += sums[j].re;
          total.im += sums[j].im;
        }
      });
      a[0] = total;
      unroll<half>([&](auto index) MELGRAPH_INLINE_LAMBDA {
        constexpr int k = index + 1;
        // The first sine is left out of the sum, and goes into the last step.
        constexpr double first_sine = sine_of(there, first_pair, k);
        Complex even = first;
        Complex odd = differences[first_pair];
        unroll<half>([&](auto j) MELGRAPH_INLINE_LAMBDA {
          if constexpr (has_pair(there, j)) {
            constexpr auto cosine = static_cast<float>(cosine_of((j + 1) * k));
            if constexpr (has(there, 0) || j > first_pair) {
              even = {add_product(sums[j].re, all(cosine), even.re),
                      add_product(sums[j].im, all(cosine), even.im)};
            } else {
              even = {sums[j].re * all(cosine), sums[j].im * all(cosine)};
            }
          }
          if constexpr (has_pair(there, j) && j > first_pair) {
            constexpr auto ratio = static_cast<float>(sine_of(there, j, k) / first_sine);
            odd = {add_product(differences[j].re, all(ratio), odd.re),
                   add_product(differences[j].im, all(ratio), odd.im)};
          }
        });
        const Vector sine = all(static_cast<float>(first_sine));
        a[k] = {add_product(odd.im, sine, even.re), subtract_product(odd.re, sine, even.im)};
        a[radix - k] = {subtract_product(odd.im, sine, even.re),
                        add_product(odd.re, sine, even.im)};
      });
    }
  }

 private:
  static constexpr bool has(unsigned there, int input) { return (there >> input & 1) != 0; }
  static constexpr bool has_pair(unsigned there, int j) {
    return has(there, j + 1) || has(there, radix - 1 - j);
  }
  static constexpr int first_pair_of(unsigned there) {
    int j = 0;
    while (j < radix / 2 && !has_pair(there, j)) ++j;
    return j;
  }
  static constexpr double cosine_of(int turn) {
    return constant_cosine(2 * pi * (turn % radix) / radix);
  }
  static constexpr double sine_of(unsigned there, int j, int k) {
    const double sine = constant_sine(2 * pi * ((j + 1) * k % radix) / radix);
    return has(there, j + 1) ? sine : -sine;
  }
};

template <>
struct Butterfly<8> {
  static MELGRAPH_INLINE void run(Complex* a) {
    Complex even[4] = {a[0], a[2], a[4], a[6]};
    Complex odd[4] = {a[1], a[3], a[5], a[7]};
    Butterfly<4>::run(even);
    Butterfly<4>::run(odd);
    const Vector half_root = all(0.70710678118654752440F);
    a[0] = {even[0].re + odd[0].re, even[0].im + odd[0].im};
    a[4] = {even[0].re - odd[0].re, even[0].im - odd[0].im};
    a[2] = {even[2].re + odd[2].im, even[2].im - odd[2].re};
    a[6] = {even[2].re - odd[2].im, even[2].im + odd[2].re};
    // Turned by one and by three eighths, but for the length.
    const Complex one{odd[1].re + odd[1].im, odd[1].im - odd[1].re};
    const Complex three{odd[3].im - odd[3].re, odd[3].re + odd[3].im};
    a[1] = {add_product(one.re, half_root, even[1].re), add_product(one.im, half_root, even[1].im)};
    a[5] = {subtract_product(one.re, half_root, even[1].re),
            subtract_product(one.im, half_root, even[1].im)};
    a[3] = {add_product(three.re, half_root, even[3].re),
            subtract_product(three.im, half_root, even[3].im)};
    a[7] = {subtract_product(three.re, half_root, even[3].re),
            add_product(three.im, half_root, even[3].im)};
  }
};

/// A product of two: `rows` transforms of `columns` points, twiddles, and the other way round.
/// Inputs whose bit of `there` is not set are zero: the last ones, if any.
template <int rows, int columns>
struct CompositeButterfly {
  template <unsigned there = (1U << rows * columns) - 1>
  static MELGRAPH_INLINE void run(Complex* a) {
    static_assert((there & (there + 1)) == 0, "zeros between or before others");
    constexpr int radix = rows * columns;
    Complex parts[rows][columns];
    unroll<rows>([&](auto row) MELGRAPH_INLINE_LAMBDA {
      constexpr bool is_single = (there >> (row + rows)) == 0;
      unroll<columns>([&](auto n) MELGRAPH_INLINE_LAMBDA {
        parts[row][n] = a[is_single ? row : row + rows * n];
      });
      if constexpr (!is_single) Butterfly<columns>::run(parts[row]);
    });
    unroll<columns>([&](auto k) MELGRAPH_INLINE_LAMBDA {
      Complex column[rows];
      unroll<rows>([&](auto row) MELGRAPH_INLINE_LAMBDA {
        constexpr int turn = (row * k) % radix;
        const Complex value = parts[row][k];
        if constexpr (turn == 0) {
          column[row] = value;
        } else if constexpr (4 * turn == radix) {
          column[row] = {value.im, -value.re};
        } else {
          constexpr float cosine = static_cast<float>(constant_cosine(2 * pi * turn / radix));
          constexpr float sine = static_cast<float>(-constant_sine(2 * pi * turn / radix));
          column[row] = multiply(value, all(cosine), all(sine));
        }
      });
      Butterfly<rows>::run(column);
      unroll<rows>([&](auto row) MELGRAPH_INLINE_LAMBDA { a[k + columns * row] = column[row]; });
    });
  }
};

/// Transform `radix` points, of which those whose bit of `there` is not set are zero.
template <int radix, unsigned there>
MELGRAPH_INLINE void transform_there(Complex* a) {
  if constexpr (requires { Butterfly<radix>::template run<there>(a); }) {
    Butterfly<radix>::template run<there>(a);
  } else {
    Butterfly<radix>::run(a);
  }
}

template <>
struct Butterfly<3> : OddButterfly<3> {};
template <>
struct Butterfly<5> : OddButterfly<5> {};
template <>
struct Butterfly<7> : OddButterfly<7> {};
template <>
struct Butterfly<9> : CompositeButterfly<3, 3> {};

}  // namespace melgraph_frontends::fast::MELGRAPH_SIMD
