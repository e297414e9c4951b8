#include "graph/show.h"

#include <nlohmann/json.hpp>

#include "config/json_writer.h"
#include "graph/fingerprint.h"

namespace melgraph {

namespace {

using Json = nlohmann::ordered_json;

double seconds(std::int64_t samples, int rate) {
  return static_cast<double>(samples) / rate;
}

const char* tail_name(WindowTail tail) {
  switch (tail) {
    case WindowTail::drop: return "drop";
    case WindowTail::pad: return "pad";
    case WindowTail::repeat: return "repeat";
  }
  return "drop";
}

Json spec_json(const Edge& edge) {
  Json axes = Json::array();
  for (const Axis& axis : edge.spec.axes) {
    axes.push_back(
        {{"name", axis.name}, {"size", axis.size == unknown_size ? Json() : Json(axis.size)}});
  }
  Json json = {{"kind", to_string(edge.spec.kind)},
               {"dtype", to_string(edge.spec.dtype)},
               {"axes", std::move(axes)}};
  if (edge.spec.sample_rate > 0) json["sample_rate"] = edge.spec.sample_rate;
  if (edge.spec.hop > 0) json["hop"] = edge.spec.hop;
  if (edge.patches != 0) {
    json["patches"] = edge.patches == unknown_size ? Json() : Json(edge.patches);
  }
  if (edge.spec.labels != nullptr) json["classes"] = edge.spec.labels->size();
  return json;
}

Json view_json(const View& view) {
  Json json = {{"sample_rate", view.sample_rate},
               {"channels", view.channels},
               {"resampler", view.resampler}};
  json["window"] = view.window > 0 ? Json(seconds(view.window, view.sample_rate)) : Json();
  if (view.window > 0) {
    json["hop"] = seconds(view.hop, view.sample_rate);
    json["tail"] = tail_name(view.tail);
  }
  return json;
}

Json params_json(const Params& params) {
  Json json = Json::object();
  for (const auto& [name, value] : params.all()) json[name] = Json::parse(to_json(value));
  return json;
}

Json inputs_json(const ResolvedGraph& graph, const GraphNode& node) {
  Json inputs = Json::object();
  for (const NodeInput& input : node.inputs) {
    Json names = Json::array();
    for (const int edge : input.edges) {
      names.push_back(graph.edges[static_cast<std::size_t>(edge)].name);
    }
    const InputPort* port = node.type->descriptor.find_input(input.port);
    inputs[input.port] = port->variadic ? names : names.front();
  }
  return inputs;
}

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string graph_to_json(const ResolvedGraph& graph) {
  Json json = {{"melgraph", 1}, {"name", graph.name}, {"description", graph.description}};
  json["source"] = Json::object();
  for (const View& view : graph.views) json["source"][view.name] = view_json(view);
  json["nodes"] = Json::array();
  for (const GraphNode& node : graph.nodes) {
    Json entry = {{"id", node.id}, {"type", node.type->descriptor.id}};
    entry["params"] = params_json(node.params);
    entry["inputs"] = inputs_json(graph, node);
    entry["outputs"] = Json::object();
    for (const int index : node.outputs) {
      const Edge& edge = graph.edges[static_cast<std::size_t>(index)];
      entry["outputs"][edge.name.substr(node.id.size() + 1)] = spec_json(edge);
      if (edge.spec.kind == Kind::features) {
        const CanonicalForm form = canonical_form(graph, index);
        entry["fingerprint"] = fingerprint(form);
        entry["canonical"] = form;
      }
    }
    json["nodes"].push_back(std::move(entry));
  }
  Json same = Json::object();
  for (const auto& [name, index] : graph.view_aliases) {
    same["source." + name] = "source." + graph.views[static_cast<std::size_t>(index)].name;
  }
  for (const auto& [id, index] : graph.aliases) {
    same[id] = graph.nodes[static_cast<std::size_t>(index)].id;
  }
  if (!same.empty()) json["same"] = std::move(same);
  json["outputs"] = Json::object();
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    if (graph.outputs[i].name.rfind("sink:", 0) == 0) continue;
    json["outputs"][graph.outputs[i].name] =
        graph.edges[static_cast<std::size_t>(graph.output_edges[i])].name;
  }
  return dump(json);
}

std::string graph_to_dot(const ResolvedGraph& graph) {
  std::string dot = "digraph " + json_quote(graph.name) + " {\n  rankdir=LR;\n";
  dot +=
      "  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", "
      "fontsize=9];\n";
  for (const View& view : graph.views) {
    const std::string window =
        view.window > 0 ? json_number(seconds(view.window, view.sample_rate)) + " s every " +
                              json_number(seconds(view.hop, view.sample_rate)) + " s"
                        : "whole input";
    dot += "  " + json_quote("source." + view.name) + " [shape=oval, label=" +
           json_quote("source." + view.name + "\\n" + std::to_string(view.sample_rate) + " Hz, " +
                      window) +
           "];\n";
  }
  for (const GraphNode& node : graph.nodes) {
    dot += "  " + json_quote(node.id) +
           " [label=" + json_quote(node.id + "\\n" + node.type->descriptor.id) + "];\n";
    for (const NodeInput& input : node.inputs) {
      for (const int index : input.edges) {
        const Edge& edge = graph.edges[static_cast<std::size_t>(index)];
        const std::string from =
            edge.producer < 0 ? edge.name : graph.nodes[static_cast<std::size_t>(edge.producer)].id;
        dot += "  " + json_quote(from) + " -> " + json_quote(node.id) +
               " [label=" + json_quote(input.port + "\\n" + to_string(edge.spec)) + "];\n";
      }
    }
  }
  // `\\n` in a label is Graphviz' line break; json_quote has doubled its backslash.
  std::string fixed;
  for (std::size_t i = 0; i < dot.size(); ++i) {
    if (dot.compare(i, 3, "\\\\n") == 0) {
      fixed += "\\n";
      i += 2;
    } else {
      fixed += dot[i];
    }
  }
  return fixed + "}\n";
}

}  // namespace melgraph
