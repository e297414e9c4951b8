#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace melgraph {

/// Find the edges that `NODE`, `NODE.PORT` and `source.VIEW` mean in a wired graph, in their
/// order. Throws `Error` (usage) for what is no edge, with the nearest name.
std::vector<int> find_taps(const ResolvedGraph& graph, const std::vector<std::string>& taps);

}  // namespace melgraph
