#include "graph_sinks.h"

#include <string>
#include <utility>

#include "graph/graph.h"
#include "melgraph/error.h"

namespace melgraph::cli {

namespace {

std::size_t output_of(const Graph& graph, const GraphNode& sink) {
  const std::string name = "sink:" + sink.id;
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    if (graph.outputs()[i].name == name) return i;
  }
  throw Error(ErrorCode::internal, "the graph has no output " + name);
}

}  // namespace

std::vector<SinkSlot> make_sinks(const Graph& graph) {
  std::vector<SinkSlot> slots;
  for (const GraphNode& node : graph.resolved().nodes) {
    if (node.stage != Stage::sink) continue;
    SinkSlot slot;
    slot.node = node.id;
    slot.sink = node.type->make_sink();
    slot.params = node.params;
    slot.output = output_of(graph, node);
    slot.input = graph.outputs()[slot.output].spec;
    slots.push_back(std::move(slot));
  }
  return slots;
}

std::vector<StdoutPart> stdout_parts(const Graph& graph) {
  std::vector<StdoutPart> parts;
  for (const GraphNode& node : graph.resolved().nodes) {
    if (node.stage != Stage::sink || node.type->descriptor.id != "sink.json") continue;
    parts.push_back(
        {output_of(graph, node), static_cast<std::size_t>(node.params.integer("top_k"))});
  }
  if (parts.empty()) parts.push_back({0, 0});
  return parts;
}

std::size_t table_output(const Graph& graph) {
  std::size_t best = 0;
  int best_rank = -1;
  for (std::size_t i = 0; i < graph.outputs().size(); ++i) {
    if (graph.outputs()[i].tap) continue;
    const PortSpec& spec = graph.outputs()[i].spec;
    const bool is_window = spec.axes.empty() || spec.axes.front().name == "window";
    const int rank = spec.kind == Kind::scores ? (is_window ? 1 : 2) : 0;
    if (rank > best_rank) {
      best = i;
      best_rank = rank;
    }
  }
  return best;
}

}  // namespace melgraph::cli
