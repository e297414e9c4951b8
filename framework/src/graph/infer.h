#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace melgraph {

/// Infer the graph again for a view of which the length is known now, e.g. a whole input.
///
/// Returns what is wrong with that length, in one line; empty where nothing is.
/// [any-thread] pure
MELGRAPH_API std::string check_length(const ResolvedGraph& graph, int view, std::int64_t samples);

}  // namespace melgraph
