#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "draw/canvas.h"
#include "melgraph/engine.h"

namespace melgraph::cli {

/// Throw `Error` (usage) that names the edge where its values make no picture: sound, and plain
/// numbers.
void check_drawable(const OutputInfo& output);

/// Draw what one input gave at an output of the graph.
///
/// Features: seconds to the right, frequency or band upwards, channels one under the other, the
/// windows one after the other; where windows overlap, each has the time of its start. Scores,
/// logits and embeddings: window to the right, classes downwards. Throws `Error` (run_time) where
/// there is nothing to draw.
Canvas draw_tap(const Graph& graph, std::size_t output, const std::vector<Result>& items,
                const std::string& file);

}  // namespace melgraph::cli
