#include "graph/fingerprint.h"

#include "config/json_writer.h"
#include "core/sha256.h"

namespace melgraph {

namespace {

void add_node(const Descriptor& descriptor, const Params& params, const std::string& prefix,
              CanonicalForm& form) {
  form[prefix + "type"] = json_quote(descriptor.id);
  form[prefix + "semantic_version"] = std::to_string(descriptor.semantic_version);
  for (const ParamSpec& spec : descriptor.params) {
    const ParamValue* value = params.find(spec.name);
    // Defaults are left out, so that a parameter added later changes no fingerprint.
    if (value == nullptr || (spec.default_value && *value == *spec.default_value)) continue;
    form[prefix + "params." + spec.name] = to_json(*value);
  }
}

void add_edge(const ResolvedGraph& graph, int index, const std::string& prefix,
              CanonicalForm& form) {
  const Edge& edge = graph.edges[static_cast<std::size_t>(index)];
  if (edge.producer < 0) {
    const View& view = graph.views[static_cast<std::size_t>(edge.port)];
    // Features made for an input of any length stay those, however long the input is made.
    const bool whole = view.window == 0 || view.window_of_run;
    form[prefix + "view.sample_rate"] = std::to_string(view.sample_rate);
    form[prefix + "view.channels"] = std::to_string(view.channels);
    form[prefix + "view.resampler"] = json_quote(view.resampler);
    form[prefix + "view.window"] = whole ? "null" : std::to_string(view.window);
    return;
  }
  const GraphNode& node = graph.nodes[static_cast<std::size_t>(edge.producer)];
  add_node(node.type->descriptor, node.params, prefix, form);
  for (const NodeInput& input : node.inputs) {
    for (const int from : input.edges) {
      const bool view = graph.edges[static_cast<std::size_t>(from)].producer < 0;
      add_edge(graph, from, view ? prefix : prefix + "input.", form);
    }
  }
}

}  // namespace

CanonicalForm canonical_form(const ResolvedGraph& graph, int edge) {
  CanonicalForm form;
  add_edge(graph, edge, "", form);
  return form;
}

CanonicalForm canonical_form(const Descriptor& descriptor, const Params& params) {
  CanonicalForm form;
  add_node(descriptor, params, "", form);
  return form;
}

std::string fingerprint(const CanonicalForm& form) {
  std::string text;
  for (const auto& [key, value] : form) text += key + '=' + value + '\n';
  return "sha256:" + sha256_hex(text.data(), text.size());
}

std::string first_difference(const CanonicalForm& expected, const CanonicalForm& found) {
  const auto describe = [](const std::string& key, const std::string& want,
                           const std::string& have) {
    return key + ": trained with " + want + ", the graph has " + have;
  };
  // Only parameters are left out where they stand at their default.
  const auto absent = [](const std::string& key) -> std::string {
    return key.find("params.") != std::string::npos ? "its default" : "nothing";
  };
  for (const auto& [key, value] : expected) {
    const auto other = found.find(key);
    if (other == found.end()) return describe(key, value, absent(key));
    if (other->second != value) return describe(key, value, other->second);
  }
  for (const auto& [key, value] : found) {
    if (expected.count(key) == 0) return describe(key, absent(key), value);
  }
  return {};
}

}  // namespace melgraph
