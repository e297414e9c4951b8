#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace melgraph {

/// Say which front ends get sound at `sample_rate` Hz by another resampler than the one their
/// preset is defined with; empty where `view` needs no resampling, or no preset minds.
///
/// One message a node, with what to write in the view instead.
std::vector<std::string> resampler_advice(const ResolvedGraph& graph, int view, int sample_rate);

}  // namespace melgraph
