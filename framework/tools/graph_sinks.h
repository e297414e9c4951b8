#pragma once

#include <cstddef>
#include <vector>

#include "melgraph/engine.h"
#include "run/sink_set.h"

namespace melgraph::cli {

/// Make the sinks of a graph that was loaded with `GraphOptions::sinks`.
std::vector<SinkSlot> make_sinks(const Graph& graph);

/// An output whose records go to stdout.
struct StdoutPart {
  std::size_t output;
  std::size_t top_k;
};

/// Choose what `--out -` writes: the inputs of every `sink.json`, else the first output.
std::vector<StdoutPart> stdout_parts(const Graph& graph);

/// Choose the output that a table shows: scores a clip or an event, else a window, else the first.
std::size_t table_output(const Graph& graph);

}  // namespace melgraph::cli
