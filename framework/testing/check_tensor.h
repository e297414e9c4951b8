#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "melgraph/spec.h"

namespace melgraph::testing {

/// Throw `Error` (internal) where `tensor` does not fit `spec`, or has not `items` items
/// (any number where negative). `what` names it.
void check_tensor(const at::Tensor& tensor, const PortSpec& spec, std::int64_t items,
                  const std::string& what);

}  // namespace melgraph::testing
