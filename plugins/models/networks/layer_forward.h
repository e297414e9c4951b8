#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "models/networks/network.h"

namespace melgraph {

/// Apply an activation function.
at::Tensor activate(const at::Tensor& x, Activation activation);

/// Compute one layer on tensors [item, ...] with LibTorch's operators, differentiable. `state` are
/// the layer's own tensors, in the order of `Layer::state`. In training batch norm updates its
/// statistics and dropouts drop.
at::Tensor compute_layer(const Layer& layer, const std::vector<at::Tensor>& state,
                         const std::vector<at::Tensor>& inputs, bool training);

}  // namespace melgraph
