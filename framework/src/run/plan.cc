#include "run/plan.h"

#include <algorithm>

namespace melgraph {

namespace {

std::vector<bool> needed_nodes(const ResolvedGraph& graph) {
  std::vector<bool> needed(graph.nodes.size(), false);
  const auto need = [&](int edge) {
    const int producer = graph.edges[static_cast<std::size_t>(edge)].producer;
    if (producer >= 0) needed[static_cast<std::size_t>(producer)] = true;
  };
  for (const int edge : graph.output_edges) need(edge);
  for (std::size_t i = graph.nodes.size(); i-- > 0;) {
    if (!needed[i]) continue;
    for (const NodeInput& input : graph.nodes[i].inputs) {
      for (const int edge : input.edges) need(edge);
    }
  }
  return needed;
}

void add_unique(std::vector<int>& list, int value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

}  // namespace

Plan make_plan(const ResolvedGraph& graph) {
  Plan plan;
  const std::vector<bool> needed = needed_nodes(graph);
  for (std::size_t v = 0; v < graph.views.size(); ++v) {
    plan.lanes.push_back({static_cast<int>(v), {}, {}, {}});
  }
  const auto lane_of = [&](int edge) -> Lane* {
    const Edge& e = graph.edges[static_cast<std::size_t>(edge)];
    if (e.grid == clip_grid) return nullptr;
    if (e.producer >= 0 &&
        graph.nodes[static_cast<std::size_t>(e.producer)].stage != Stage::window) {
      return nullptr;
    }
    return &plan.lanes[static_cast<std::size_t>(
        graph.grids[static_cast<std::size_t>(e.grid)].view)];
  };
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    if (!needed[i] || node.stage == Stage::sink) continue;
    if (node.stage == Stage::window) {
      const int view = graph.grids[static_cast<std::size_t>(node.grid)].view;
      plan.lanes[static_cast<std::size_t>(view)].nodes.push_back(static_cast<int>(i));
      continue;
    }
    plan.clip_nodes.push_back(static_cast<int>(i));
    for (const NodeInput& input : node.inputs) {
      for (const int edge : input.edges) {
        if (Lane* lane = lane_of(edge)) add_unique(lane->results, edge);
      }
    }
  }
  for (const int edge : graph.output_edges) {
    if (Lane* lane = lane_of(edge)) add_unique(lane->results, edge);
  }
  for (Lane& lane : plan.lanes) {
    lane.drop_after.resize(lane.nodes.size());
    std::vector<int> edges = {lane.view};
    for (const int n : lane.nodes) {
      const auto& outputs = graph.nodes[static_cast<std::size_t>(n)].outputs;
      edges.insert(edges.end(), outputs.begin(), outputs.end());
    }
    for (const int edge : edges) {
      if (std::find(lane.results.begin(), lane.results.end(), edge) != lane.results.end()) continue;
      std::size_t last = 0;
      for (std::size_t k = 0; k < lane.nodes.size(); ++k) {
        const GraphNode& node = graph.nodes[static_cast<std::size_t>(lane.nodes[k])];
        const bool makes =
            std::find(node.outputs.begin(), node.outputs.end(), edge) != node.outputs.end();
        bool takes = false;
        for (const NodeInput& input : node.inputs) {
          takes =
              takes || std::find(input.edges.begin(), input.edges.end(), edge) != input.edges.end();
        }
        if (makes || takes) last = k;
      }
      if (!lane.nodes.empty()) lane.drop_after[last].push_back(edge);
    }
  }
  return plan;
}

}  // namespace melgraph
