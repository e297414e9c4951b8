#pragma once

#include <string>

#include "melgraph/weights.h"
#include "models/networks/module.h"
#include "models/networks/weights_plan.h"

namespace melgraph {

/// Put the tensors of a file into the module as planned. Throws `Error` (invalid_graph) with the
/// name of a tensor that is not finite, or not of floating point. `what` names the file.
void load_network(NetworkModule& module, const StateDict& state, const WeightsPlan& plan,
                  ChannelRule rule, const std::string& what);

/// Bring the weights of a convolution from the C input channels of [filter, C, ...] to `channels`.
at::Tensor adapt_channels(const at::Tensor& weight, std::int64_t channels, ChannelRule rule);

}  // namespace melgraph
