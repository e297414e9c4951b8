#pragma once

#include <ATen/core/Tensor.h>

#include <string>

// Weights that a formula gives, so that a network of ours and the same network of another program
// can be compared without a file of weights. tests/reference/*.py computes the same numbers.

namespace melgraph::testing {

enum class FormulaKind {
  weight,        ///< uniform, bound gain * sqrt(3 / fan_in): of variance gain^2 / fan_in
  bias,          ///< uniform, bound 0.05
  norm_weight,   ///< 1 +- 0.1
  running_mean,  ///< uniform, bound 0.1
  running_var,   ///< 1 +- 0.3
  counter,       ///< int64 zeros
  signal,        ///< uniform, bound 1: inputs
};

/// Gain that keeps the variance of activations from layer to layer under ReLU: sqrt(2).
constexpr double relu_gain = 1.4142135623730951;

/// Tell the kind of a tensor of a network by its name in PyTorch's manner and its rank: `.weight`
/// and `.bias` of one axis that `running_` does not name belong to a norm or are a bias.
FormulaKind formula_kind(const std::string& name, at::IntArrayRef shape);

/// Make the tensor called `name`, float32 (int64 for `counter`).
///
/// Element i, row-major, comes from x[i] of the generator x <- (1664525 x + 1013904223) mod 2^32,
/// whose start is the 32-bit FNV-1a hash of the name and whose first value is that after one step:
/// u = 2 x / 2^32 - 1, in [-1, 1); scaled in float64 as the kind says, then rounded to float32.
/// fan_in is the number of elements of one slice along axis 0.
at::Tensor formula_tensor(const std::string& name, at::IntArrayRef shape, FormulaKind kind,
                          double gain = relu_gain);

}  // namespace melgraph::testing
