#pragma once

#include <vector>

#include "graph/graph.h"

namespace melgraph {

/// What is computed in batches for the windows of one view.
struct Lane {
  int view = 0;
  std::vector<int> nodes;  ///< in order
  /// Edges to drop after each of `nodes`: their last consumer has run.
  std::vector<std::vector<int>> drop_after;
  std::vector<int> results;  ///< edges that leave the lane, for outputs or the clip stage
};

/// Which node runs where, and when each tensor is dropped. Nodes that no output needs are left
/// out.
struct Plan {
  std::vector<Lane> lanes;      ///< one a view, in their order; empty ones have no nodes
  std::vector<int> clip_nodes;  ///< in order
};

MELGRAPH_API Plan make_plan(const ResolvedGraph& graph);

}  // namespace melgraph
