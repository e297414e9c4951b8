#pragma once

#include <string_view>

#include "melgraph/export.h"

namespace melgraph {

/// Numbers that networks are computed in; front ends and what follows a network stay in float32.
enum class Precision {
  f32,
  fast,  ///< the quickest that passes the accuracy gate of the node
  bf16,
  f16,
  tf32,  ///< products of float32 rounded to 10 bits, on CUDA
};

/// Return `f32`, `fast`, `bf16`, `f16` or `tf32`.
MELGRAPH_API const char* to_string(Precision precision) noexcept;

/// Return the precision of this name. Throws `Error` (usage) where there is none.
MELGRAPH_API Precision parse_precision(std::string_view name);

}  // namespace melgraph
