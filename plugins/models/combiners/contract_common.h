#pragma once

#include <string>
#include <vector>

#include "melgraph/contract.h"

// What the contracts of all combiners share; without LibTorch.

namespace melgraph::combiners {

/// What a member's part of the result is, for the output `contribution`.
struct Description {
  const char* id;
  const char* summary;
  std::string text;
  std::string contribution;
  std::vector<Kind> kinds;
};

/// Describe a combiner with its input `scores` and the outputs `scores`, `agreement` and
/// `contribution`.
Descriptor describe(const Description& of);

/// Report members whose item axis differs from the first one's.
void check_items(InferContext& context);

/// Set `agreement` [item] and `contribution` [item, member, class] beside a result `scores`.
void set_member_outputs(InferContext& context, const PortSpec& scores, bool agreement = true);

/// Return whether best classes of a member and of the result can be compared.
bool has_classes_of(const PortSpec& member, const PortSpec& result);

/// Return whether a tensor of a weights file holds real numbers.
bool is_real(const WeightsHeader::Tensor& tensor);

/// Write a shape as `[2, 20]`.
std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace melgraph::combiners
