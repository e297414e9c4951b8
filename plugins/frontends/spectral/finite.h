#pragma once

#include <ATen/core/Tensor.h>

namespace melgraph_frontends {

/// Throw `Error` of code `input` where `features` has a value that is not finite, saying whether
/// the samples of `audio` are too large or are no numbers themselves.
void check_finite(const at::Tensor& features, const at::Tensor& audio);

/// Throw that error for features that are known not to be finite.
[[noreturn]] void throw_not_finite(const at::Tensor& audio);

}  // namespace melgraph_frontends
