#pragma once

#include <memory>

#include "melgraph/node_type.h"
#include "models/networks/contract.h"
#include "models/networks/network_type.h"

namespace melgraph {

/// Make the node that runs networks of `type`.
std::unique_ptr<Node> make_network_node(const NetworkType& type);

template <const NetworkType& (*type)()>
std::unique_ptr<Node> make_network_node_of() {
  return make_network_node(type());
}

/// Add the node type of a network: `add_network<resnet50>(registrar)`.
template <const NetworkType& (*type)()>
void add_network(Registrar& registrar) {
  registrar.add(
      {describe_network(type()), infer_network_of<type>, make_network_node_of<type>, nullptr});
}

}  // namespace melgraph
