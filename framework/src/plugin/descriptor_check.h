#pragma once

#include <string>

#include "melgraph/export.h"
#include "melgraph/node_type.h"

namespace melgraph {

/// Find the first thing wrong with a node type as a plugin hands it over: names, ports,
/// parameters with their defaults and ranges, presets, functions. One line; empty where all is
/// right.
MELGRAPH_API std::string check_node_type(const NodeType& type);

/// The same for the description alone.
MELGRAPH_API std::string check_descriptor(const Descriptor& descriptor);

}  // namespace melgraph
