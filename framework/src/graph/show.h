#pragma once

#include <string>

#include "graph/graph.h"

namespace melgraph {

/// Write the resolved graph as JSON: complete parameters, specs of every edge, fingerprints.
MELGRAPH_API std::string graph_to_json(const ResolvedGraph& graph);

/// Write the graph for Graphviz' `dot`, with the specs at the edges.
MELGRAPH_API std::string graph_to_dot(const ResolvedGraph& graph);

}  // namespace melgraph
