#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "draw/heat_map.h"
#include "graph/graph.h"

namespace melgraph::cli {

/// Give the centre of each of `bands` bands of an edge in Hz, from the parameters of the front end
/// that it comes from; empty where they are not known (coefficients, resized images).
std::vector<double> band_frequencies(const ResolvedGraph& graph, int edge, const std::string& axis,
                                     std::int64_t bands);

/// Make the upward axis of a spectrogram: Hz where the centres are known, else band numbers.
PlotAxis band_axis(const ResolvedGraph& graph, int edge, const std::string& axis,
                   std::int64_t bands);

}  // namespace melgraph::cli
