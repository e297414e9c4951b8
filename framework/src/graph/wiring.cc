#include <algorithm>
#include <set>

#include "config/json_writer.h"
#include "graph/load_state.h"
#include "graph/taps.h"

namespace melgraph {

namespace {

using Wires = std::vector<std::pair<std::string, std::vector<Reference>>>;

/// Resolve the `inputs` of one node; reports unknown and missing ports.
Wires wire_node(LoadState& state, std::size_t index) {
  Wires wires;
  GraphNode& node = state.graph->nodes[index];
  NodeSource& source = state.sources[index];
  const InDocument in(state, *source.document);
  if (node.type == nullptr) return wires;
  const Descriptor& descriptor = node.type->descriptor;
  std::vector<std::string> names;
  for (const InputPort& port : descriptor.inputs) names.push_back(port.name);
  if (source.inputs != nullptr) {
    for (const JsonMember& member : source.inputs->members()) {
      if (descriptor.find_input(member.key) == nullptr) {
        state.error_at_key(member, descriptor.id + " has no input port " + json_quote(member.key),
                           near_or_list(member.key, names, "input port"));
      }
    }
  }
  for (const InputPort& port : descriptor.inputs) {
    const JsonValue* value = source.inputs != nullptr ? source.inputs->find(port.name) : nullptr;
    if (value == nullptr) {
      if (!port.optional) {
        state.error(source.inputs != nullptr ? *source.inputs : *source.node,
                    "input port \"" + port.name + "\" of node " + json_quote(node.id) + " (" +
                        descriptor.id + ") is not wired",
                    port.doc);
      }
      continue;
    }
    std::vector<const JsonValue*> references;
    if (value->is_array() && port.variadic) {
      for (const JsonValue& item : value->items()) references.push_back(&item);
      if (references.empty()) {
        state.error(*value, "input port \"" + port.name + "\" needs at least one node");
      }
    } else if (value->is_array()) {
      state.error(*value, "input port \"" + port.name + "\" of " + descriptor.id +
                              " takes one node, not an array");
    } else {
      references.push_back(value);
    }
    std::vector<Reference> found;
    std::vector<const JsonValue*> places;
    for (const JsonValue* reference : references) {
      if (!reference->is_string()) {
        state.error(*reference, std::string("an input is a string such as \"node\" or "
                                            "\"source.view\", not ") +
                                    reference->type_name());
        continue;
      }
      if (auto resolved = find_reference(state, *reference, node.id)) {
        found.push_back(*resolved);
        places.push_back(reference);
      }
    }
    if (!found.empty()) {
      wires.emplace_back(port.name, std::move(found));
      source.wires.emplace_back(port.name, std::move(places));
    }
  }
  return wires;
}

/// Sort nodes so that each stands behind its inputs, in file order where it is free; reports each
/// cycle once, written out.
std::vector<std::size_t> sort_nodes(LoadState& state, const std::vector<Wires>& wires) {
  const std::size_t count = wires.size();
  std::vector<int> mark(count, 0);  // 0 new, 1 on the path, 2 done
  std::vector<std::size_t> order;
  std::vector<std::size_t> path;
  // An explicit stack: a graph of many nodes in a chain must not exhaust the real one.
  struct Frame {
    std::size_t node;
    std::vector<std::size_t> inputs;
    std::size_t next = 0;
  };
  const auto inputs_of = [&](std::size_t node) {
    std::vector<std::size_t> inputs;
    for (const auto& wire : wires[node]) {
      for (const Reference& reference : wire.second) {
        if (reference.node >= 0) inputs.push_back(static_cast<std::size_t>(reference.node));
      }
    }
    return inputs;
  };
  for (std::size_t root = 0; root < count; ++root) {
    if (mark[root] != 0) continue;
    std::vector<Frame> stack;
    stack.push_back({root, inputs_of(root)});
    mark[root] = 1;
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next == frame.inputs.size()) {
        mark[frame.node] = 2;
        order.push_back(frame.node);
        stack.pop_back();
        continue;
      }
      const std::size_t input = frame.inputs[frame.next++];
      if (mark[input] == 0) {
        mark[input] = 1;
        stack.push_back({input, inputs_of(input)});
      } else if (mark[input] == 1) {
        std::string text = state.graph->nodes[input].id;
        std::size_t k = stack.size();
        while (k > 0 && stack[k - 1].node != input) --k;
        for (std::size_t i = stack.size(); i >= k && i > 0; --i) {
          text = state.graph->nodes[stack[i - 1].node].id + " -> " + text;
        }
        const NodeSource& source = state.sources[input];
        state.error_in(*source.document, *source.node, "the nodes form a cycle: " + text,
                       "no node may take, even by way of others, what it gives");
      }
    }
  }
  return order;
}

/// Warn of bundles of the graph that nothing takes from.
void warn_of_unused_bundles(LoadState& state, const std::vector<int>& taps) {
  const ResolvedGraph& graph = *state.graph;
  for (const auto& bundle : state.documents) {
    if (bundle->outer != &state.own() || bundle->used) continue;
    const std::string& prefix = bundle->prefix;
    const bool tapped = std::any_of(taps.begin(), taps.end(), [&](int edge) {
      const std::string& name = graph.edges[static_cast<std::size_t>(edge)].name;
      return name.compare(0, prefix.size(), prefix) == 0 ||
             name.compare(0, prefix.size() + 7, "source." + prefix) == 0;
    });
    if (tapped) continue;
    state.warning(*bundle->node,
                  "nothing uses bundle " + json_quote(prefix.substr(0, prefix.size() - 1)),
                  "name it in \"outputs\", wire it to a node, or leave it out");
  }
}

}  // namespace

void wire_nodes(LoadState& state) {
  ResolvedGraph& graph = *state.graph;
  const JsonValue* const own_outputs = state.own().outputs;
  read_ports_of_bundles(state);
  std::vector<Wires> wires;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) wires.push_back(wire_node(state, i));
  const std::vector<std::size_t> order = sort_nodes(state, wires);
  std::vector<std::pair<std::string, Reference>> outputs;
  if (own_outputs != nullptr) {
    for (const JsonMember& member : own_outputs->members()) {
      if (!member.value.is_string()) {
        state.error(member.value,
                    std::string("an output names a node, not ") + member.value.type_name());
        continue;
      }
      if (member.key.rfind("sink:", 0) == 0) {
        state.error_at_key(member, "an output may not be called " + json_quote(member.key));
      }
      if (auto found = find_reference(state, member.value, "")) {
        if (found->node < 0) {
          state.error(member.value, "an output names a node, not a view of the source");
        } else {
          outputs.emplace_back(member.key, *found);
        }
      }
    }
  }
  if (state.diagnostics.has_errors()) return;

  // Rename: nodes in sorted order, edges for all views and output ports.
  std::vector<int> position(order.size());
  std::vector<GraphNode> nodes;
  std::vector<NodeSource> sources;
  for (std::size_t i = 0; i < order.size(); ++i) {
    position[order[i]] = static_cast<int>(i);
    nodes.push_back(std::move(graph.nodes[order[i]]));
    sources.push_back(std::move(state.sources[order[i]]));
  }
  for (NamedFile& file : graph.files) file.node = position[static_cast<std::size_t>(file.node)];
  for (std::size_t i = 0; i < graph.views.size(); ++i) {
    Edge edge;
    edge.name = "source." + graph.views[i].name;
    edge.port = static_cast<int>(i);
    graph.edges.push_back(std::move(edge));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto& ports = nodes[i].type->descriptor.outputs;
    for (std::size_t p = 0; p < ports.size(); ++p) {
      Edge edge;
      edge.name = nodes[i].id + "." + ports[p].name;
      edge.producer = static_cast<int>(i);
      edge.port = static_cast<int>(p);
      nodes[i].outputs.push_back(static_cast<int>(graph.edges.size()));
      graph.edges.push_back(std::move(edge));
    }
  }
  const auto edge_of = [&](const Reference& reference) {
    if (reference.node < 0) return reference.port;
    const auto node = static_cast<std::size_t>(position[static_cast<std::size_t>(reference.node)]);
    return nodes[node].outputs[static_cast<std::size_t>(reference.port)];
  };
  std::set<int> used;
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const auto& [port, references] : wires[order[i]]) {
      NodeInput input;
      input.port = port;
      for (const Reference& reference : references) {
        input.edges.push_back(edge_of(reference));
        used.insert(input.edges.back());
      }
      nodes[i].inputs.push_back(std::move(input));
    }
  }
  for (const auto& [name, reference] : outputs) {
    OutputInfo info;
    info.name = name;
    graph.outputs.push_back(std::move(info));
    graph.output_edges.push_back(edge_of(reference));
    used.insert(graph.output_edges.back());
  }
  for (const auto& bundle : state.documents) {
    if (bundle->outer == nullptr) continue;
    const std::string id = bundle->prefix.substr(0, bundle->prefix.size() - 1);
    for (const auto& [name, reference] : bundle->ports) {
      graph.bundle_outputs.emplace(id, edge_of(*reference));
      graph.bundle_outputs.emplace(id + '.' + name, edge_of(*reference));
    }
  }
  graph.nodes = std::move(nodes);
  state.sources = std::move(sources);
  const std::vector<int> taps = find_taps(graph, state.options.taps);
  used.insert(taps.begin(), taps.end());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    if (node.type->descriptor.scope == Scope::sink) {
      if (!state.options.sinks) continue;
      OutputInfo info;
      info.name = "sink:" + node.id;
      graph.outputs.push_back(std::move(info));
      graph.output_edges.push_back(node.inputs.front().edges.front());
      continue;
    }
    if (state.sources[i].document->outer != nullptr) continue;  // what its bundle is for
    const bool any = std::any_of(node.outputs.begin(), node.outputs.end(),
                                 [&](int edge) { return used.count(edge) != 0; });
    if (!any) {
      state.warning(*state.sources[i].node, "nothing uses node " + json_quote(node.id),
                    "name it in \"outputs\", wire it to a node, or leave it out");
    }
  }
  warn_of_unused_bundles(state, taps);
  const bool has_sink = std::any_of(graph.nodes.begin(), graph.nodes.end(), [](const auto& n) {
    return n.type->descriptor.scope == Scope::sink;
  });
  if (graph.outputs.empty() && !has_sink) {
    state.error(*state.own().root, "the graph reports nothing",
                R"(add "outputs": {"NAME": "NODE"}, or a sink)");
  }
  for (const int edge : taps) {
    OutputInfo info;
    info.name = graph.edges[static_cast<std::size_t>(edge)].name;
    info.tap = true;
    graph.outputs.push_back(std::move(info));
    graph.output_edges.push_back(edge);
  }
}

}  // namespace melgraph
