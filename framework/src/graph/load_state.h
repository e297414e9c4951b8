#pragma once

// Shared by the phases of graph loading; private to this folder.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/json_value.h"
#include "graph/bundle.h"
#include "graph/file_service.h"
#include "graph/graph.h"
#include "graph/placeholders.h"
#include "plugin/registry.h"

namespace melgraph {

/// Where the parts of one node stand in the file.
struct NodeSource {
  const JsonValue* node = nullptr;
  const JsonValue* type = nullptr;
  const JsonValue* params = nullptr;
  const JsonValue* inputs = nullptr;
  std::vector<std::pair<std::string, std::vector<const JsonValue*>>> wires;  ///< port -> references
};

struct LoadState {
  LoadState(Registry& registry_in, const GraphOptions& options_in, Diagnostics& diagnostics_in,
            std::string file, std::filesystem::path folder)
      : registry(registry_in),
        options(options_in),
        diagnostics(diagnostics_in),
        placeholders(options_in.set, file),
        graph(std::make_shared<ResolvedGraph>()) {
    graph->file = std::move(file);
    graph->folder = std::move(folder);
  }

  Registry& registry;
  const GraphOptions& options;
  Diagnostics& diagnostics;
  Placeholders placeholders;
  FileService files;
  bool is_bundle = false;  ///< the file is a bundle's own graph: paths stay in its folder
  JsonValue root;
  std::shared_ptr<ResolvedGraph> graph;
  std::vector<NodeSource> sources;  ///< parallel to graph->nodes until they are sorted
  const JsonValue* outputs = nullptr;

  void error(const JsonValue& at, std::string message, std::string hint = {},
             ErrorCode code = ErrorCode::invalid_graph) {
    diagnostics.add({Severity::error, at.where(graph->file), at.pointer(), std::move(message),
                     std::move(hint), code});
  }
  void error_at_key(const JsonMember& member, std::string message, std::string hint = {}) {
    diagnostics.add({Severity::error, member.key_where(graph->file), member.value.pointer(),
                     std::move(message), std::move(hint)});
  }
  void warning(const JsonValue& at, std::string message, std::string hint = {}) {
    diagnostics.add({Severity::warning, at.where(graph->file), at.pointer(), std::move(message),
                     std::move(hint)});
  }

  /// Return the text of a string value with its placeholders filled in; reports other types.
  std::optional<std::string> text(const JsonValue& value, const std::string& what);
};

/// Check the top-level keys, views and node objects; fills views, nodes (id) and sources.
void read_structure(LoadState& state);
/// Find the type of each node and complete its parameters.
void resolve_nodes(LoadState& state);
/// Turn one parameter's JSON into a value of the declared type; reports what does not fit.
std::optional<ParamValue> read_param(LoadState& state, const ParamSpec* spec,
                                     const JsonValue& value);
/// Resolve inputs to edges, sort the nodes, print cycles, resolve `outputs`.
void wire_nodes(LoadState& state);
/// Infer the specs of all edges, in order; sets grids and stages.
void infer_graph(LoadState& state);
/// Compare hashes and front ends with the bundles that hold the graph's files.
void check_bundles(LoadState& state);

}  // namespace melgraph
