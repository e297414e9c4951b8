#include "graph/taps.h"

#include "config/json_writer.h"
#include "core/suggest.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

[[noreturn]] void refuse(const std::string& tap, const std::string& message,
                         const std::string& wrong, const std::vector<std::string>& names,
                         const std::string& what) {
  const std::string near = suggest(wrong, names);
  std::string hint;
  if (!near.empty()) {
    hint = "did you mean \"" + near + "\"?";
  } else {
    for (const std::string& name : names) hint += (hint.empty() ? what + ": " : ", ") + name;
  }
  throw Error(ErrorCode::usage, "cannot tap " + json_quote(tap) + ": " + message, hint);
}

int find_view(const ResolvedGraph& graph, const std::string& tap, const std::string& name) {
  const int view = graph.find_view(name);
  if (view >= 0) return view;  // the views' edges come first
  std::vector<std::string> names;
  for (const View& known : graph.views) names.push_back(known.name);
  refuse(tap,
         name.empty() ? "\"source\" alone names no view"
                      : "the source has no view " + json_quote(name),
         name, names, "views");
}

int find_edge(const ResolvedGraph& graph, const std::string& tap) {
  const std::size_t dot = tap.find('.');
  const std::string head = tap.substr(0, dot);
  const std::string tail = dot == std::string::npos ? "" : tap.substr(dot + 1);
  if (head == "source") return find_view(graph, tap, tail);
  const auto of_bundle = graph.bundle_outputs.find(tap);
  if (of_bundle != graph.bundle_outputs.end()) return of_bundle->second;
  const int index = graph.find_node(head);
  if (index < 0) {
    std::vector<std::string> names;
    for (const GraphNode& node : graph.nodes) {
      if (!node.outputs.empty()) names.push_back(node.id);
    }
    for (const auto& [name, edge] : graph.bundle_outputs) names.push_back(name);
    names.push_back("source");
    refuse(tap, "there is no node " + json_quote(head), head, names, "nodes");
  }
  const GraphNode& node = graph.nodes[static_cast<std::size_t>(index)];
  const std::string& type = node.type->descriptor.id;
  if (node.outputs.empty()) {
    throw Error(ErrorCode::usage,
                "cannot tap " + json_quote(tap) + ": " + type + " has no output port",
                "name what it takes from");
  }
  if (dot == std::string::npos) return node.outputs.front();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    names.push_back(node.type->descriptor.outputs[i].name);
    if (names.back() == tail) return node.outputs[i];
  }
  refuse(tap, type + " has no output port " + json_quote(tail), tail, names, "output ports");
}

}  // namespace

std::vector<int> find_taps(const ResolvedGraph& graph, const std::vector<std::string>& taps) {
  std::vector<int> edges;
  for (const std::string& tap : taps) edges.push_back(find_edge(graph, tap));
  return edges;
}

}  // namespace melgraph
