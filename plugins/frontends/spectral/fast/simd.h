#pragma once

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <cmath>
#include <cstdint>
#include <cstring>

// Vectors whose lanes are frames. Included by one source an instruction set, which defines
// MELGRAPH_SIMD, a namespace of its own (code of two instruction sets must not be merged by the
// linker), and MELGRAPH_LANES, the floats of a register. All arithmetic is that of IEEE 754 in the
// order written, and what is rounded once is written so: every instruction set gives the same bits.

#define MELGRAPH_INLINE inline __attribute__((always_inline))
#define MELGRAPH_INLINE_LAMBDA __attribute__((always_inline))

namespace melgraph_frontends::fast::MELGRAPH_SIMD {

inline constexpr int lanes = MELGRAPH_LANES;

typedef float Vector __attribute__((vector_size(lanes * 4)));
typedef float UnalignedVector __attribute__((vector_size(lanes * 4), aligned(4), may_alias));
typedef std::int32_t Integers __attribute__((vector_size(lanes * 4)));

MELGRAPH_INLINE Vector load(const float* from) {
  return *reinterpret_cast<const UnalignedVector*>(from);
}

MELGRAPH_INLINE void store(float* to, Vector value) {
  *reinterpret_cast<UnalignedVector*>(to) = value;
}

MELGRAPH_INLINE Vector all(float value) {
  return value - Vector{};  // exact for each number, and so no sum is left of it, as of 0 + value
}

// a b + c and c - a b, rounded once.
#if MELGRAPH_LANES == 16
MELGRAPH_INLINE Vector add_product(Vector a, Vector b, Vector c) {
  return reinterpret_cast<Vector>(_mm512_fmadd_ps(a, b, c));
}
MELGRAPH_INLINE Vector subtract_product(Vector a, Vector b, Vector c) {
  return reinterpret_cast<Vector>(_mm512_fnmadd_ps(a, b, c));
}
#elif MELGRAPH_LANES == 8
MELGRAPH_INLINE Vector add_product(Vector a, Vector b, Vector c) {
  return reinterpret_cast<Vector>(_mm256_fmadd_ps(a, b, c));
}
MELGRAPH_INLINE Vector subtract_product(Vector a, Vector b, Vector c) {
  return reinterpret_cast<Vector>(_mm256_fnmadd_ps(a, b, c));
}
#else
#if defined(__x86_64__)
// This processor may be one without such an instruction.

[[gnu::noinline, gnu::cold]] inline Vector add_product_exactly(Vector a, Vector b, Vector c) {
  Vector sum;
  for (int i = 0; i < lanes; ++i) sum[i] = std::fma(a[i], b[i], c[i]);
  return sum;
}

/// The product is exact in float64, the sum is rounded to that, and then once more. This is wrong
/// only where the first rounding ends halfway between two floats, or below the normal ones.
/// Not inline: it is long.
[[gnu::noinline]] inline Vector add_product(Vector a, Vector b, Vector c) {
  const auto widened = [](Vector v) MELGRAPH_INLINE_LAMBDA {
    return _mm_cvtps_pd(reinterpret_cast<__m128>(v));
  };
  const auto upper = [](Vector v) MELGRAPH_INLINE_LAMBDA {
    return __builtin_shufflevector(v, v, 2, 3, 2, 3);
  };
  const __m128d sums[2] = {widened(a) * widened(b) + widened(c),
                           widened(upper(a)) * widened(upper(b)) + widened(upper(c))};
  const __m128 words[2] = {_mm_castpd_ps(sums[0]), _mm_castpd_ps(sums[1])};
  const __m128i low_words = _mm_castps_si128(_mm_shuffle_ps(words[0], words[1], 0x88));
  const __m128i high_words = _mm_castps_si128(_mm_shuffle_ps(words[0], words[1], 0xdd));
  const __m128i dropped = _mm_and_si128(low_words, _mm_set1_epi32(0x1fffffff));
  const __m128i magnitude = _mm_and_si128(high_words, _mm_set1_epi32(0x7fffffff));
  const __m128i halfway = _mm_cmpeq_epi32(dropped, _mm_set1_epi32(0x10000000));
  constexpr int least_normal = 0x38100000;  // the upper word of 2^-126
  const __m128i below = _mm_and_si128(_mm_cmpgt_epi32(magnitude, _mm_setzero_si128()),
                                      _mm_cmplt_epi32(magnitude, _mm_set1_epi32(least_normal)));
  const __m128i doubtful = _mm_or_si128(halfway, below);
  if (__builtin_expect(_mm_movemask_epi8(doubtful), 0) != 0) {
    return add_product_exactly(a, b, c);
  }
  return reinterpret_cast<Vector>(_mm_movelh_ps(_mm_cvtpd_ps(sums[0]), _mm_cvtpd_ps(sums[1])));
}
#else
MELGRAPH_INLINE Vector add_product(Vector a, Vector b, Vector c) {
  Vector sum;
  for (int i = 0; i < lanes; ++i) sum[i] = __builtin_fmaf(a[i], b[i], c[i]);
  return sum;
}
#endif
MELGRAPH_INLINE Vector subtract_product(Vector a, Vector b, Vector c) {
  return add_product(-a, b, c);
}
#endif

MELGRAPH_INLINE Vector larger(Vector a, Vector b) {
  return a > b ? a : b;
}

MELGRAPH_INLINE Vector square_root(Vector x) {
  Vector root;
  for (int i = 0; i < lanes; ++i) root[i] = __builtin_sqrtf(x[i]);
  return root;
}

/// The same without the unit for roots, which takes one at a time: the estimate of the fast inverse
/// square root (Lomont, 2003), a step of third order (Householder) and one of Newton's. To one unit
/// in the last place of normal numbers; roots of what is below those are too small. Infinity gives
/// no number.
MELGRAPH_INLINE Vector square_root_in_steps(Vector x) {
  Integers bits;
  std::memcpy(&bits, &x, sizeof bits);
  const Integers estimate = 0x5eb759df - (bits >> 1);  // the known 0x5f3759df, halved as a number
  Vector half_inverse;
  std::memcpy(&half_inverse, &estimate, sizeof half_inverse);
  Vector half_root = x * half_inverse;
  const Vector error = subtract_product(half_root, half_inverse, all(0.25F));
  const Vector change = add_product(error, all(6.0F), all(2.0F)) * error;
  half_inverse = add_product(half_inverse, change, half_inverse);
  half_root = add_product(half_root, change, half_root);
  const Vector root = half_root + half_root;
  return add_product(subtract_product(root, root, x), half_inverse, root);
}

/// A square of numbers is transposed in registers of eight at most: shuffles across wider ones
/// cost more than they save.
inline constexpr int tile = lanes < 8 ? lanes : 8;

typedef float Tile __attribute__((vector_size(tile * 4), may_alias));
typedef float UnalignedTile __attribute__((vector_size(tile * 4), aligned(4), may_alias));

typedef float Quad __attribute__((vector_size(16), may_alias));
typedef float UnalignedQuad __attribute__((vector_size(16), aligned(4), may_alias));

#if MELGRAPH_LANES == 4
/// Read `tile` rows of `tile` numbers, `stride` apart, and give their columns.
MELGRAPH_INLINE void transpose(const float* from, std::int64_t stride, Tile* columns) {
  const auto row = [&](int i) MELGRAPH_INLINE_LAMBDA -> Tile {
    return *reinterpret_cast<const UnalignedTile*>(from + i * stride);
  };
  const Tile low_01 = __builtin_shufflevector(row(0), row(1), 0, 4, 1, 5);
  const Tile low_23 = __builtin_shufflevector(row(2), row(3), 0, 4, 1, 5);
  const Tile high_01 = __builtin_shufflevector(row(0), row(1), 2, 6, 3, 7);
  const Tile high_23 = __builtin_shufflevector(row(2), row(3), 2, 6, 3, 7);
  columns[0] = __builtin_shufflevector(low_01, low_23, 0, 1, 4, 5);
  columns[1] = __builtin_shufflevector(low_01, low_23, 2, 3, 6, 7);
  columns[2] = __builtin_shufflevector(high_01, high_23, 0, 1, 4, 5);
  columns[3] = __builtin_shufflevector(high_01, high_23, 2, 3, 6, 7);
}
#else
/// Transpose 4 by 4 numbers in each half of four rows.
MELGRAPH_INLINE void transpose_halves(Tile row_0, Tile row_1, Tile row_2, Tile row_3,
                                      Tile* columns) {
  const Tile low_01 = __builtin_shufflevector(row_0, row_1, 0, 8, 1, 9, 4, 12, 5, 13);
  const Tile low_23 = __builtin_shufflevector(row_2, row_3, 0, 8, 1, 9, 4, 12, 5, 13);
  const Tile high_01 = __builtin_shufflevector(row_0, row_1, 2, 10, 3, 11, 6, 14, 7, 15);
  const Tile high_23 = __builtin_shufflevector(row_2, row_3, 2, 10, 3, 11, 6, 14, 7, 15);
  columns[0] = __builtin_shufflevector(low_01, low_23, 0, 1, 8, 9, 4, 5, 12, 13);
  columns[1] = __builtin_shufflevector(low_01, low_23, 2, 3, 10, 11, 6, 7, 14, 15);
  columns[2] = __builtin_shufflevector(high_01, high_23, 0, 1, 8, 9, 4, 5, 12, 13);
  columns[3] = __builtin_shufflevector(high_01, high_23, 2, 3, 10, 11, 6, 7, 14, 15);
}

/// Read `tile` rows of `tile` numbers, `stride` apart, and give their columns.
MELGRAPH_INLINE void transpose(const float* from, std::int64_t stride, Tile* columns) {
  for (int b = 0; b < 2; ++b) {
    // Rows i and i + 4 side by side.
    const auto row = [&](int i) MELGRAPH_INLINE_LAMBDA -> Tile {
      const Quad low = *reinterpret_cast<const UnalignedQuad*>(from + i * stride + 4 * b);
      const Quad high = *reinterpret_cast<const UnalignedQuad*>(from + (i + 4) * stride + 4 * b);
      return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
    };
    transpose_halves(row(0), row(1), row(2), row(3), columns + 4 * b);
  }
}
#endif

}  // namespace melgraph_frontends::fast::MELGRAPH_SIMD
