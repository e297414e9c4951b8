#pragma once

#include "melgraph/contract.h"
#include "models/networks/network_type.h"

namespace melgraph {

/// Describe the node type of a network: ports, and the parameters that all networks have.
Descriptor describe_network(const NetworkType& type);

/// Build the network, compare its weights, and say its outputs.
void infer_network(const NetworkType& type, InferContext& context);

template <const NetworkType& (*type)()>
void infer_network_of(InferContext& context) {
  infer_network(type(), context);
}

}  // namespace melgraph
