#include "graph/infer.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "config/axis_patterns.h"
#include "config/json_writer.h"
#include "graph/file_service.h"
#include "graph/load_state.h"

namespace melgraph {

namespace {

/// Where the findings of one node go.
struct Findings {
  std::function<void(const std::string& message, const std::string& hint)> node;
  std::function<void(const std::string& param, const std::string& message, const std::string& hint)>
      param;
  std::function<void(const std::string& port, std::size_t index, const std::string& message,
                     const std::string& hint)>
      input;
};

class NodeInference final : public InferContext {
 public:
  NodeInference(const ResolvedGraph& graph, const std::vector<PortSpec>& specs,
                const GraphNode& node, FileService& files, const Findings& findings)
      : graph_(graph), specs_(specs), node_(node), files_(files), findings_(findings) {
    outputs_.resize(node.outputs.size());
    is_set_.resize(node.outputs.size());
  }

  const Params& params() const override { return node_.params; }
  std::size_t input_count(std::string_view port) const override {
    const NodeInput* input = node_.find_input(port);
    return input != nullptr ? input->edges.size() : 0;
  }
  const PortSpec& input(std::string_view port, std::size_t index) const override {
    const NodeInput* input = node_.find_input(port);
    if (input == nullptr || index >= input->edges.size()) {
      throw Error(ErrorCode::internal, node_.type->descriptor.id + " asked for input \"" +
                                           std::string(port) + "\", which is not wired");
    }
    return specs_[static_cast<std::size_t>(input->edges[index])];
  }
  void set_output(std::string_view port, PortSpec spec) override {
    const auto& ports = node_.type->descriptor.outputs;
    for (std::size_t i = 0; i < ports.size(); ++i) {
      if (ports[i].name != port) continue;
      outputs_[i] = std::move(spec);
      is_set_[i] = true;
      return;
    }
    throw Error(ErrorCode::internal,
                node_.type->descriptor.id + " has no output port \"" + std::string(port) + "\"");
  }
  const WeightsHeader* weights(std::string_view param) override {
    if (node_.params.is_null(param)) return nullptr;
    FileService::Fault fault;
    auto header = files_.weights(node_.params.string(param), fault);
    if (header == nullptr) report_param(param, fault.message, fault.hint);
    return header.get();
  }
  Labels labels(std::string_view param, std::string_view weights_param) override {
    const ParamValue* value = node_.params.find(param);
    std::vector<std::string> names;
    if (value != nullptr && std::holds_alternative<std::vector<std::string>>(*value)) {
      names = std::get<std::vector<std::string>>(*value);
      if (names.empty()) {
        report_param(param, "the array of class names is empty", "name at least one class");
        return nullptr;
      }
    } else if (value != nullptr && std::holds_alternative<std::string>(*value)) {
      FileService::Fault fault;
      auto lines = files_.label_lines(std::get<std::string>(*value), fault);
      if (!lines) {
        report_param(param, fault.message, fault.hint);
        return nullptr;
      }
      names = std::move(*lines);
    } else {
      if (weights_param.empty()) return nullptr;
      const WeightsHeader* header = weights(weights_param);
      if (header == nullptr) return nullptr;
      auto found = labels_of_metadata(*header);
      if (!found) return nullptr;
      names = std::move(*found);
    }
    return std::make_shared<const std::vector<std::string>>(std::move(names));
  }
  void report(std::string message, std::string hint) override {
    failed_ = true;
    findings_.node(message, hint);
  }
  void report_param(std::string_view param, std::string message, std::string hint) override {
    failed_ = true;
    findings_.param(std::string(param), message, hint);
  }
  void report_input(std::string_view port, std::size_t index, std::string message,
                    std::string hint) override {
    failed_ = true;
    findings_.input(std::string(port), index, message, hint);
  }

  /// Run the type's `infer`; returns whether every output is known now.
  bool run() {
    try {
      node_.type->infer(*this);
    } catch (const std::exception& error) {
      report(node_.type->descriptor.id + " could not infer its shapes: " + error.what(),
             "this is a defect of the plugin");
      return false;
    }
    if (failed_) return false;
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (is_set_[i] && !outputs_[i].axes.empty()) continue;
      if (!is_set_[i] && node_.type->descriptor.outputs[i].optional) continue;
      report(node_.type->descriptor.id + " did not infer its output \"" +
                 node_.type->descriptor.outputs[i].name + "\"",
             "this is a defect of the plugin");
    }
    return !failed_;
  }

  bool has_output(std::size_t index) const { return is_set_[index]; }
  PortSpec& output(std::size_t index) { return outputs_[index]; }

 private:
  const ResolvedGraph& graph_;
  const std::vector<PortSpec>& specs_;
  const GraphNode& node_;
  FileService& files_;
  const Findings& findings_;
  std::vector<PortSpec> outputs_;
  std::vector<bool> is_set_;
  bool failed_ = false;
};

std::string port_text(const InputPort& port) {
  std::string text;
  for (const Kind kind : port.kinds)
    text += (text.empty() ? "" : " or ") + std::string(to_string(kind));
  text += " [";
  for (std::size_t i = 0; i < port.axes.size(); ++i) text += (i > 0 ? ", " : "") + port.axes[i];
  return text + "]";
}

/// Check kinds and axis names of a node's inputs against its ports.
bool check_inputs(const ResolvedGraph& graph, const std::vector<PortSpec>& specs,
                  const GraphNode& node, const Findings& findings) {
  bool ok = true;
  for (const NodeInput& input : node.inputs) {
    const InputPort& port = *node.type->descriptor.find_input(input.port);
    for (std::size_t i = 0; i < input.edges.size(); ++i) {
      const auto edge = static_cast<std::size_t>(input.edges[i]);
      const PortSpec& spec = specs[edge];
      const bool kind =
          std::find(port.kinds.begin(), port.kinds.end(), spec.kind) != port.kinds.end();
      if (kind && axes_fit(port.axes, spec.axes)) continue;
      findings.input(input.port, i,
                     "input port \"" + input.port + "\" of " + node.type->descriptor.id +
                         " takes " + port_text(port) + ", but " + graph.edges[edge].name + " is " +
                         to_string(spec),
                     kind ? "" : port.doc);
      ok = false;
    }
  }
  // Scores of a clip and of windows cannot stand beside each other.
  const Edge* first = nullptr;
  for (const NodeInput& input : node.inputs) {
    for (std::size_t i = 0; i < input.edges.size(); ++i) {
      const Edge& edge = graph.edges[static_cast<std::size_t>(input.edges[i])];
      if (first == nullptr) first = &edge;
      if (ok && (first->grid == clip_grid) != (edge.grid == clip_grid)) {
        findings.input(input.port, i,
                       first->name + " has one item a " +
                           (first->grid == clip_grid ? "clip" : "window") + ", but " + edge.name +
                           " one a " + (edge.grid == clip_grid ? "clip" : "window"),
                       "bring windows to one item a clip with an aggregate node first");
        ok = false;
      }
    }
  }
  return ok;
}

PortSpec view_spec(const View& view) {
  PortSpec spec;
  spec.kind = Kind::audio;
  spec.sample_rate = view.sample_rate;
  spec.whole_input = view.window == 0;
  spec.axes = {{"window", unknown_size},
               {"channel", view.channels},
               {"sample", view.window > 0 ? view.window : unknown_size}};
  return spec;
}

const char* const absent_hint = "its parameters say which of its optional outputs it has";

std::string absent_text(const ResolvedGraph& graph, std::size_t edge) {
  return graph.edges[edge].name + " is an optional output that the node does not have here";
}

/// Take the `patch` axis out of a spec; fills what the engine needs to expand it.
void take_patches(Edge& edge, PortSpec& spec) {
  if (spec.axes.size() < 2 || spec.axes[1].name != "patch") return;
  edge.patches = spec.axes[1].size;
  edge.patch_hop = spec.patch_hop;
  edge.patch_length = spec.patch_length;
  spec.axes.erase(spec.axes.begin() + 1);
}

/// Return whether a node's inputs are windows of a view, not patches and not clips.
bool cuts_windows(const ResolvedGraph& graph, const GraphNode& node) {
  for (const NodeInput& input : node.inputs) {
    for (const int index : input.edges) {
      const int grid = graph.edges[static_cast<std::size_t>(index)].grid;
      if (grid == clip_grid || graph.grids[static_cast<std::size_t>(grid)].expanded_by >= 0) {
        return false;
      }
    }
  }
  return true;
}

/// Set grid and stage of a node from its inputs, and the grids of its outputs.
void place_node(ResolvedGraph& graph, GraphNode& node) {
  const Descriptor& descriptor = node.type->descriptor;
  bool in_batch = descriptor.scope == Scope::window;
  node.grid = clip_grid;
  bool first = true;
  for (const NodeInput& input : node.inputs) {
    for (const int index : input.edges) {
      const Edge& edge = graph.edges[static_cast<std::size_t>(index)];
      if (first) node.grid = edge.grid;
      first = false;
      // A node over several grids, or behind one that is not batched, waits for the session.
      if (edge.grid != node.grid || edge.grid == clip_grid) in_batch = false;
      if (edge.producer >= 0 &&
          graph.nodes[static_cast<std::size_t>(edge.producer)].stage != Stage::window) {
        in_batch = false;
      }
    }
  }
  node.stage = descriptor.scope == Scope::sink ? Stage::sink
               : in_batch                      ? Stage::window
                                               : Stage::clip;
  for (const int index : node.outputs) {
    Edge& edge = graph.edges[static_cast<std::size_t>(index)];
    if (edge.spec.axes.empty()) continue;  // left out
    if (edge.spec.axes.front().name == "clip") {
      edge.grid = clip_grid;
    } else if (edge.spec.axes.front().name == "event") {
      edge.grid = static_cast<int>(graph.grids.size());  // its items have times of their own
      graph.grids.push_back({});
    } else if (edge.patches == 0 || edge.patches == 1) {
      edge.grid = node.grid;
    } else {
      const int view = graph.grids[static_cast<std::size_t>(node.grid)].view;
      edge.grid = static_cast<int>(graph.grids.size());
      graph.grids.push_back({view, index});
    }
  }
}

}  // namespace

void infer_graph(LoadState& state) {
  ResolvedGraph& graph = *state.graph;
  std::vector<PortSpec> specs(graph.edges.size());
  std::vector<bool> known(graph.edges.size(), false);
  std::vector<bool> absent(graph.edges.size(), false);
  for (std::size_t i = 0; i < graph.views.size(); ++i) {
    specs[i] = view_spec(graph.views[i]);
    known[i] = true;
    graph.edges[i].spec = specs[i];
    graph.edges[i].grid = static_cast<int>(i);
    graph.grids.push_back({static_cast<int>(i), -1});
  }
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    GraphNode& node = graph.nodes[n];
    const NodeSource& source = state.sources[n];
    const InDocument in(state, *source.document);
    bool ready = true;
    for (const NodeInput& input : node.inputs) {
      for (const int edge : input.edges) ready = ready && known[static_cast<std::size_t>(edge)];
    }
    Findings findings;
    findings.node = [&](const std::string& message, const std::string& hint) {
      state.error(*source.node, message, hint);
    };
    findings.param = [&](const std::string& param, const std::string& message,
                         const std::string& hint) {
      const JsonValue* place = source.params != nullptr ? source.params->find(param) : nullptr;
      state.error(place != nullptr ? *place : *source.node, message, hint);
    };
    findings.input = [&](const std::string& port, std::size_t index, const std::string& message,
                         const std::string& hint) {
      const JsonValue* place = source.node;
      for (const auto& [name, places] : source.wires) {
        if (name == port && index < places.size()) place = places[index];
      }
      state.error(*place, message, hint);
    };
    for (const NodeInput& input : node.inputs) {
      for (std::size_t i = 0; i < input.edges.size(); ++i) {
        const auto edge = static_cast<std::size_t>(input.edges[i]);
        if (absent[edge]) findings.input(input.port, i, absent_text(graph, edge), absent_hint);
      }
    }
    if (!ready) continue;  // what it takes from has been reported
    if (!check_inputs(graph, specs, node, findings)) continue;
    NodeInference inference(graph, specs, node, state.files, findings);
    if (!inference.run()) continue;
    bool placed = true;
    node.absent.assign(node.outputs.size(), false);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      const auto index = static_cast<std::size_t>(node.outputs[i]);
      if (!inference.has_output(i)) {
        node.absent[i] = true;
        absent[index] = true;
        continue;
      }
      PortSpec spec = std::move(inference.output(i));
      take_patches(graph.edges[index], spec);
      if (graph.edges[index].patches != 0 && !cuts_windows(graph, node)) {
        findings.node("only what sees windows of a view can cut them into patches",
                      "wire " + node.id + " to a view, or to a node behind one");
        placed = false;
        continue;
      }
      specs[index] = spec;
      graph.edges[index].spec = std::move(spec);
      known[index] = true;
    }
    if (placed) place_node(graph, node);
  }
  const Document& own = state.own();
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    const auto edge = static_cast<std::size_t>(graph.output_edges[i]);
    if (!absent[edge]) continue;
    const JsonValue* place =
        own.outputs != nullptr ? own.outputs->find(graph.outputs[i].name) : nullptr;
    state.error(place != nullptr ? *place : *own.root, absent_text(graph, edge), absent_hint);
  }
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    graph.outputs[i].spec = graph.edges[static_cast<std::size_t>(graph.output_edges[i])].spec;
  }
}

std::string check_length(const ResolvedGraph& graph, int view, std::int64_t samples) {
  std::vector<PortSpec> specs;
  for (const Edge& edge : graph.edges) specs.push_back(edge.spec);
  specs[static_cast<std::size_t>(view)].axes.back().size = samples;
  std::string fault;
  FileService files;
  for (const GraphNode& node : graph.nodes) {
    if (node.stage != Stage::window) continue;
    if (graph.grids[static_cast<std::size_t>(node.grid)].view != view) continue;
    const auto note = [&](const std::string& message, const std::string& hint) {
      if (fault.empty()) {
        fault = "node \"" + node.id + "\": " + message + (hint.empty() ? "" : " (" + hint + ")");
      }
    };
    Findings findings;
    findings.node = note;
    findings.param = [&](const std::string&, const std::string& message, const std::string& hint) {
      note(message, hint);
    };
    findings.input = [&](const std::string&, std::size_t, const std::string& message,
                         const std::string& hint) { note(message, hint); };
    NodeInference inference(graph, specs, node, files, findings);
    if (!inference.run()) return fault;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (!inference.has_output(i)) continue;
      Edge scratch;
      PortSpec spec = std::move(inference.output(i));
      take_patches(scratch, spec);
      specs[static_cast<std::size_t>(node.outputs[i])] = std::move(spec);
    }
  }
  return fault;
}

}  // namespace melgraph
