#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "melgraph/params.h"
#include "melgraph/spec.h"
#include "models/networks/network.h"
#include "models/networks/network_type.h"
#include "models/networks/weights_plan.h"

namespace melgraph {

/// Names of the ports that give layers by name: `layer1` to `layer4`.
inline constexpr std::size_t most_named_layers = 4;

/// Something wrong with the parameters of a network's node, or with its input.
struct NetworkFinding {
  std::string param;  ///< empty: of the input port
  std::string message;
  std::string hint;
};

/// All that follows from a node's parameters, its input and the head of its weights.
struct NetworkChoice {
  Network network;  ///< cut where the parameters say so
  std::int64_t classes = 0;
  bool has_weights = false;
  WeightsPlan weights;
  ChannelRule channels = ChannelRule::none;
  std::vector<int> layers;  ///< of the ports `layer1`, ...
  int freeze_until = -1;
  std::vector<NetworkFinding> findings;
};

/// Name of the one input port of a network's node.
const char* input_port(const NetworkType& type);

/// Build the network that a node asks for. `file` are the names and shapes of its weights, null
/// without; `labels` how many class names are known, 0 for none.
NetworkChoice choose_network(const NetworkType& type, const Params& params, const PortSpec& input,
                             const std::map<std::string, Size>* file, std::int64_t labels);

}  // namespace melgraph
