#pragma once

#include "program.h"

// Vectors of one lane, for butterflies.h: a thread of a device, or a loop of the tests that runs
// the same source.

#define MELGRAPH_INLINE MELGRAPH_BOTH
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
