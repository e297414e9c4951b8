#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "melgraph/spec.h"

namespace melgraph {

/// One item that a graph reports: a window, a clip or an event.
struct Result {
  std::size_t output = 0;   ///< index into `Graph::outputs()`
  std::int64_t index = 0;   ///< counts the items of its output, from 0
  double start = 0;         ///< seconds, from the time of the first pushed sample
  double end = 0;           ///< seconds; counts real sound only
  std::vector<float> values;  ///< one a class, for scores; minus infinity: not selected
  /// Sizes of the axes of `values`, row-major, without the item axis; empty for one number.
  std::vector<std::int64_t> shape;
};

}  // namespace melgraph
