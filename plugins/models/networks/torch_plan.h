#pragma once

#include <optional>
#include <vector>

#include "models/networks/network.h"

namespace melgraph {

/// One step of a fused forward pass: a layer, and those behind it that it takes along.
struct FusedStep {
  int layer = 0;   ///< convolution, batch norm, or any other
  int output = 0;  ///< the last layer taken along: what the step gives
  int norm = -1;   ///< batch norm folded into the convolution
  int other = -1;  ///< what is added to the convolution, before the activation
  std::optional<Activation> activation;
  std::vector<int> inputs;    ///< layers whose values it takes, `other` aside
  std::vector<int> last_use;  ///< values that nothing needs after it
};

/// Bring the layers that `wanted` needs to fused steps, for inference: dropouts vanish, batch norm
/// goes into the convolution before it where nothing else sees that, activations and sums too.
std::vector<FusedStep> fuse_layers(const Network& network, const std::vector<int>& wanted);

}  // namespace melgraph
