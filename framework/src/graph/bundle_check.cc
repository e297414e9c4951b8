#include <algorithm>
#include <map>

#include "config/json_writer.h"
#include "core/sha256.h"
#include "graph/load_state.h"

namespace melgraph {

namespace {

namespace fs = std::filesystem;

/// Report a file of a graph that is not the one its bundle describes.
void check_hash(LoadState& state, const Bundle& bundle, const NamedFile& file) {
  const auto entry = bundle.files.find(file.path.filename().string());
  if (entry == bundle.files.end()) return;
  std::string found;
  try {
    found = sha256_file(file.path.string());
  } catch (const Error&) {
    return;  // a missing file has been reported by whoever wanted it
  }
  if (found == entry->second) return;
  const NodeSource& source = state.sources[static_cast<std::size_t>(file.node)];
  const JsonValue* place = source.params != nullptr ? source.params->find(file.param) : nullptr;
  state.error(place != nullptr ? *place : *source.node,
              "hash mismatch: " + file.path.string() + " has the SHA-256 " +
                  found.substr(0, 12) + "..., its bundle says " + entry->second.substr(0, 12) +
                  "...",
              "the file was changed or is damaged: restore it");
}

/// Report features that are not those the bundle's network was trained on.
void check_front_end(LoadState& state, const Bundle& bundle, const NamedFile& file) {
  if (bundle.front_end_fingerprint.empty()) return;
  const ResolvedGraph& graph = *state.graph;
  const GraphNode& node = graph.nodes[static_cast<std::size_t>(file.node)];
  for (const NodeInput& input : node.inputs) {
    for (const int edge : input.edges) {
      if (graph.edges[static_cast<std::size_t>(edge)].spec.kind != Kind::features) continue;
      const CanonicalForm form = canonical_form(graph, edge);
      if (fingerprint(form) == bundle.front_end_fingerprint) continue;
      const NodeSource& source = state.sources[static_cast<std::size_t>(file.node)];
      const JsonValue* place = source.inputs != nullptr ? source.inputs->find(input.port) : nullptr;
      state.error(place != nullptr ? *place : *source.node,
                  "another front end than " + bundle.name + " was trained with: " +
                      first_difference(bundle.front_end, form),
                  "feed it the features its bundle describes");
    }
  }
}

}  // namespace

void check_bundles(LoadState& state) {
  std::map<fs::path, std::optional<Bundle>> bundles;
  for (const NamedFile& file : state.graph->files) {
    const fs::path folder = file.path.parent_path();
    auto found = bundles.find(folder);
    if (found == bundles.end()) {
      found = bundles.emplace(folder, read_bundle(folder, state.diagnostics)).first;
    }
    if (!found->second) continue;
    check_hash(state, *found->second, file);
    const GraphNode& node = state.graph->nodes[static_cast<std::size_t>(file.node)];
    const ParamSpec* spec = node.type->descriptor.find_param(file.param);
    if (spec != nullptr && spec->type == ParamType::file) {
      check_front_end(state, *found->second, file);
    }
  }
  // A bundle's own graph answers for every file of the bundle, the card and the probe too.
  if (!state.is_bundle) return;
  auto own = bundles.find(state.graph->folder);
  if (own == bundles.end()) {
    own = bundles.emplace(state.graph->folder,
                          read_bundle(state.graph->folder, state.diagnostics)).first;
  }
  if (!own->second) return;
  for (const std::string& fault : verify_files(*own->second)) {
    const bool known = std::any_of(
        state.diagnostics.all().begin(), state.diagnostics.all().end(),
        [&](const Diagnostic& d) { return d.message.find(fault.substr(0, 40)) != std::string::npos; });
    if (!known) state.error(state.root, "hash mismatch: " + fault);
  }
}

}  // namespace melgraph
