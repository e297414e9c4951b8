#pragma once

#if MELGRAPH_LANES == 16
#include <immintrin.h>
#endif

#include <cstdint>
#include <utility>

// Vectors whose lanes are frames. Included by one source an instruction set, which defines
// MELGRAPH_SIMD, a namespace of its own (code of two instruction sets must not be merged by the
// linker), and MELGRAPH_LANES, the floats of a register. All arithmetic is that of IEEE 754 in the
// order written, compiled without contraction: every instruction set gives the same bits.

#define MELGRAPH_INLINE inline __attribute__((always_inline))
#define MELGRAPH_INLINE_LAMBDA __attribute__((always_inline))

namespace melgraph_frontends::fast::MELGRAPH_SIMD {

inline constexpr int lanes = MELGRAPH_LANES;

typedef float Vector __attribute__((vector_size(lanes * 4)));
typedef float UnalignedVector __attribute__((vector_size(lanes * 4), aligned(4), may_alias));
typedef std::int32_t Integers __attribute__((vector_size(lanes * 4)));

struct Complex {
  Vector re;
  Vector im;
};

MELGRAPH_INLINE Vector load(const float* from) {
  return *reinterpret_cast<const UnalignedVector*>(from);
}

MELGRAPH_INLINE void store(float* to, Vector value) {
  *reinterpret_cast<UnalignedVector*>(to) = value;
}

MELGRAPH_INLINE Vector all(float value) {
  return value - Vector{};  // exact for each number, and so no sum is left of it, as of 0 + value
}

// Butterflies have more sums than products. Where a processor adds and multiplies in different
// units, and has registers to spare, some of the sums are better given to the multipliers:
// 1 x + y is rounded once, like x + y.
#if MELGRAPH_LANES == 16
/// One, hidden from the compiler, which would make a plain sum of it.
MELGRAPH_INLINE Vector hidden_one() {
  Vector one = all(1.0F);
  asm("" : "+v"(one));
  return one;
}
MELGRAPH_INLINE Vector sum_by_product(Vector a, Vector b) {
  return reinterpret_cast<Vector>(_mm512_fmadd_ps(a, hidden_one(), b));
}
MELGRAPH_INLINE Vector difference_by_product(Vector a, Vector b) {
  return reinterpret_cast<Vector>(_mm512_fnmadd_ps(b, hidden_one(), a));
}
#else
MELGRAPH_INLINE Vector sum_by_product(Vector a, Vector b) {
  return a + b;
}
MELGRAPH_INLINE Vector difference_by_product(Vector a, Vector b) {
  return a - b;
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

/// Call `body` with the constants 0 to count - 1.
template <int count, class Body>
MELGRAPH_INLINE void unroll(Body body) {
  [&]<int... index>(std::integer_sequence<int, index...>) MELGRAPH_INLINE_LAMBDA {
    (body(std::integral_constant<int, index>{}), ...);
  }
  (std::make_integer_sequence<int, count>{});
}

/// A square of numbers is transposed in registers of eight at most: shuffles across wider ones
/// cost more than they save.
inline constexpr int tile = lanes < 8 ? lanes : 8;

typedef float Tile __attribute__((vector_size(tile * 4), may_alias));
typedef float UnalignedTile __attribute__((vector_size(tile * 4), aligned(4), may_alias));

/// Read `tile` rows of `tile` numbers, `stride` apart, and give their columns.
MELGRAPH_INLINE void transpose(const float* from, std::int64_t stride, Tile* columns) {
#if MELGRAPH_LANES == 4
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
#else
  // Rows i and i + 4 side by side, then 4 by 4 in each half.
  typedef float Quad __attribute__((vector_size(16)));
  typedef float UnalignedQuad __attribute__((vector_size(16), aligned(4), may_alias));
  for (int b = 0; b < 2; ++b) {
    const auto row = [&](int i) MELGRAPH_INLINE_LAMBDA -> Tile {
      const Quad low = *reinterpret_cast<const UnalignedQuad*>(from + i * stride + 4 * b);
      const Quad high = *reinterpret_cast<const UnalignedQuad*>(from + (i + 4) * stride + 4 * b);
      return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
    };
    const Tile row_0 = row(0);
    const Tile row_1 = row(1);
    const Tile row_2 = row(2);
    const Tile row_3 = row(3);
    const Tile low_01 = __builtin_shufflevector(row_0, row_1, 0, 8, 1, 9, 4, 12, 5, 13);
    const Tile low_23 = __builtin_shufflevector(row_2, row_3, 0, 8, 1, 9, 4, 12, 5, 13);
    const Tile high_01 = __builtin_shufflevector(row_0, row_1, 2, 10, 3, 11, 6, 14, 7, 15);
    const Tile high_23 = __builtin_shufflevector(row_2, row_3, 2, 10, 3, 11, 6, 14, 7, 15);
    columns[4 * b] = __builtin_shufflevector(low_01, low_23, 0, 1, 8, 9, 4, 5, 12, 13);
    columns[4 * b + 1] = __builtin_shufflevector(low_01, low_23, 2, 3, 10, 11, 6, 7, 14, 15);
    columns[4 * b + 2] = __builtin_shufflevector(high_01, high_23, 0, 1, 8, 9, 4, 5, 12, 13);
    columns[4 * b + 3] = __builtin_shufflevector(high_01, high_23, 2, 3, 10, 11, 6, 7, 14, 15);
  }
#endif
}

}  // namespace melgraph_frontends::fast::MELGRAPH_SIMD
