#pragma once

#include "simd.h"

// Discrete Fourier transforms of a few points, held in registers: forward, exp(-i ...).

namespace melgraph_frontends::fast::MELGRAPH_SIMD {

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

/// An odd prime: pairs j and radix - j share their products.
template <int radix>
struct OddButterfly {
  static MELGRAPH_INLINE void run(Complex* a) {
    constexpr int half = radix / 2;
    Complex sums[half];
    Complex differences[half];
    unroll<half>([&](auto j) MELGRAPH_INLINE_LAMBDA {
      sums[j] = {a[j + 1].re + a[radix - 1 - j].re, a[j + 1].im + a[radix - 1 - j].im};
      differences[j] = {a[j + 1].re - a[radix - 1 - j].re, a[j + 1].im - a[radix - 1 - j].im};
    });
    const Complex first = a[0];
    Complex total = first;
    unroll<half>([&](auto j) MELGRAPH_INLINE_LAMBDA {
      total.re += sums[j].re;
      total.im += sums[j].im;
    });
    a[0] = total;
    unroll<half>([&](auto index) MELGRAPH_INLINE_LAMBDA {
      constexpr int k = index + 1;
      Complex even = first;
      Complex odd{};
      unroll<half>([&](auto j) MELGRAPH_INLINE_LAMBDA {
        constexpr double angle = 2 * pi * (((j + 1) * k) % radix) / radix;
        constexpr float cosine = static_cast<float>(constant_cosine(angle));
        constexpr float sine = static_cast<float>(constant_sine(angle));
        even = {add_product(sums[j].re, all(cosine), even.re),
                add_product(sums[j].im, all(cosine), even.im)};
        if constexpr (j == 0) {
          odd = {differences[0].re * sine, differences[0].im * sine};
        } else {
          odd = {add_product(differences[j].re, all(sine), odd.re),
                 add_product(differences[j].im, all(sine), odd.im)};
        }
      });
      a[k] = {even.re + odd.im, even.im - odd.re};
      a[radix - k] = {even.re - odd.im, even.im + odd.re};
    });
  }
};

/// A product of two: `rows` transforms of `columns` points, twiddles, and the other way round.
template <int rows, int columns>
struct CompositeButterfly {
  static MELGRAPH_INLINE void run(Complex* a) {
    constexpr int radix = rows * columns;
    Complex parts[rows][columns];
    unroll<rows>([&](auto row) MELGRAPH_INLINE_LAMBDA {
      unroll<columns>([&](auto n) MELGRAPH_INLINE_LAMBDA { parts[row][n] = a[row + rows * n]; });
      Butterfly<columns>::run(parts[row]);
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

template <>
struct Butterfly<3> : OddButterfly<3> {};
template <>
struct Butterfly<5> : OddButterfly<5> {};
template <>
struct Butterfly<7> : OddButterfly<7> {};
template <>
struct Butterfly<8> : CompositeButterfly<2, 4> {};
template <>
struct Butterfly<9> : CompositeButterfly<3, 3> {};
template <>
struct Butterfly<15> : CompositeButterfly<3, 5> {};

}  // namespace melgraph_frontends::fast::MELGRAPH_SIMD
