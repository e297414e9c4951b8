#pragma once

#include <cmath>
#include <cstdint>

// Vectors of one lane, for butterflies.h: a thread of a device, or a loop of the tests that runs
// the same source.

#if defined(__CUDACC__)
#define MELGRAPH_INLINE __host__ __device__ __forceinline__
#else
#define MELGRAPH_INLINE inline
#endif
#define MELGRAPH_INLINE_LAMBDA
#define MELGRAPH_SIMD lane

namespace melgraph_frontends::fast::MELGRAPH_SIMD {

using Vector = float;

MELGRAPH_INLINE Vector all(float value) {
  return value;
}

// A device's compiler makes one instruction of each.
MELGRAPH_INLINE Vector add_product(Vector a, Vector b, Vector c) {
  return a * b + c;
}
MELGRAPH_INLINE Vector subtract_product(Vector a, Vector b, Vector c) {
  return c - a * b;
}

}  // namespace melgraph_frontends::fast::MELGRAPH_SIMD
