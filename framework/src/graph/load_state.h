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

inline constexpr const char* bundle_file = "bundle.json";
inline constexpr const char* bundle_type = "bundle";  ///< of nodes that the loader expands

/// What a reference means: an output port of a node, or a view.
struct Reference {
  int node = -1;  ///< -1: a view
  int port = 0;   ///< index of the output port, or of the view
};

/// One file of a load: the graph's own, or that of a bundle inside it. Lives as long as the load,
/// because the places of all messages point into it.
struct Document {
  Document(std::string file_in, std::filesystem::path folder_in, Placeholders placeholders_in)
      : file(std::move(file_in)),
        folder(std::move(folder_in)),
        placeholders(std::move(placeholders_in)) {}

  std::string file;              ///< as messages name it
  std::filesystem::path folder;  ///< absolute; what its relative paths are relative to
  Placeholders placeholders;
  std::string prefix;      ///< of the ids of its nodes and views: empty, or `esc/`
  bool is_bundle = false;  ///< its paths stay in its folder
  std::shared_ptr<const JsonValue> root;
  const JsonValue* outputs = nullptr;

  // Of a bundle inside another graph:
  const Document* outer = nullptr;
  const JsonValue* node = nullptr;  ///< in `outer`: the node that stands for it
  std::filesystem::path canonical;  ///< its file, without links
  bool used = false;                ///< something takes from it
  /// Its outputs by name; without a value where one has been reported as wrong.
  std::vector<std::pair<std::string, std::optional<Reference>>> ports;
};

/// Where the parts of one node stand in its file.
struct NodeSource {
  Document* document = nullptr;
  const JsonValue* node = nullptr;
  const JsonValue* type = nullptr;
  const JsonValue* params = nullptr;
  const JsonValue* inputs = nullptr;
  std::vector<std::pair<std::string, std::vector<const JsonValue*>>> wires;  ///< port -> references
};

struct LoadState {
  LoadState(Registry& registry_in, const GraphOptions& options_in, Diagnostics& diagnostics_in,
            const std::string& file, const std::filesystem::path& folder)
      : registry(registry_in),
        options(options_in),
        diagnostics(diagnostics_in),
        graph(std::make_shared<ResolvedGraph>()) {
    graph->file = file;
    graph->folder = folder;
    documents.push_back(std::make_unique<Document>(file, folder, Placeholders(options.set, file)));
    document = documents.front().get();
  }

  Registry& registry;
  const GraphOptions& options;
  Diagnostics& diagnostics;
  FileService files;
  std::vector<std::filesystem::path> graph_folders;  ///< where installed bundles are
  /// The graph's own file first, each bundle behind the file that holds it.
  std::vector<std::unique_ptr<Document>> documents;
  Document* document = nullptr;  ///< the one that is being worked on
  std::map<std::filesystem::path, std::shared_ptr<const JsonValue>> bundles_read;
  std::map<std::string, std::string> ids;  ///< of nodes and bundles, with their JSON Pointers
  std::shared_ptr<ResolvedGraph> graph;
  std::vector<NodeSource> sources;  ///< parallel to graph->nodes

  Document& own() { return *documents.front(); }
  /// Return the bundle that stands in the graph under this id, or null.
  Document* find_bundle(const std::string& id) const;

  void error_in(const Document& in, const JsonValue& at, std::string message, std::string hint = {},
                ErrorCode code = ErrorCode::invalid_graph) {
    diagnostics.add({Severity::error, at.where(in.file), at.pointer(), std::move(message),
                     std::move(hint), code});
  }
  void error(const JsonValue& at, std::string message, std::string hint = {},
             ErrorCode code = ErrorCode::invalid_graph) {
    error_in(*document, at, std::move(message), std::move(hint), code);
  }
  void error_at_key(const JsonMember& member, std::string message, std::string hint = {}) {
    diagnostics.add({Severity::error, member.key_where(document->file), member.value.pointer(),
                     std::move(message), std::move(hint)});
  }
  void warning(const JsonValue& at, std::string message, std::string hint = {}) {
    diagnostics.add({Severity::warning, at.where(document->file), at.pointer(), std::move(message),
                     std::move(hint)});
  }

  /// Fill in the placeholders of a string; reports what is wrong with them.
  std::optional<FilledText> fill(const JsonValue& value) {
    return document->placeholders.fill(value, diagnostics);
  }
  /// Return the text of a string value with its placeholders filled in; reports other types.
  std::optional<std::string> text(const JsonValue& value, const std::string& what);
};

/// Works on another document while it lives.
class InDocument {
 public:
  InDocument(LoadState& state, Document& document) : state_(state), before_(state.document) {
    state.document = &document;
  }
  ~InDocument() { state_.document = before_; }
  InDocument(const InDocument&) = delete;
  InDocument& operator=(const InDocument&) = delete;

 private:
  LoadState& state_;
  Document* before_;
};

/// Check the top-level keys, views and node objects of the current document; fills views, nodes
/// (id) and sources, those of bundles inside it too.
void read_structure(LoadState& state);
/// Report keys that are not in `known`, with the nearest one.
void check_keys(LoadState& state, const JsonValue& object, const std::vector<std::string>& known,
                const std::string& what);
/// Read the bundle that a node stands for, and its nodes and views under the node's id.
void expand_bundle(LoadState& state, const JsonValue& node, const std::string& id);
/// Find the type of each node and complete its parameters; drops the sinks of bundles.
void resolve_nodes(LoadState& state);
/// Turn one parameter's JSON into a value of the declared type; reports what does not fit.
std::optional<ParamValue> read_param(LoadState& state, const ParamSpec* spec,
                                     const JsonValue& value);
/// Make a path absolute: those of a file from its folder, those of the user from his. Reports one
/// that leads out of a bundle.
std::optional<std::filesystem::path> resolve_path(LoadState& state, const JsonValue& at,
                                                  const FilledText& path);
/// Find what a reference of the current document means; reports what is missing.
std::optional<Reference> find_reference(LoadState& state, const JsonValue& value,
                                        const std::string& self);
/// Resolve the outputs of each bundle inside the graph.
void read_ports_of_bundles(LoadState& state);
/// Return the nearest of `names`, else all of them, as a hint.
std::string near_or_list(const std::string& wrong, const std::vector<std::string>& names,
                         const std::string& what);
/// Resolve inputs to edges, sort the nodes, print cycles, resolve `outputs`.
void wire_nodes(LoadState& state);
/// Make equal views one, and equal nodes over equal inputs.
void share_equal_parts(LoadState& state);
/// Infer the specs of all edges, in order; sets grids and stages.
void infer_graph(LoadState& state);
/// Compare hashes and front ends with the bundles that hold the graph's files.
void check_bundles(LoadState& state);

}  // namespace melgraph
