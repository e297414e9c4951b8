#include "graph/load.h"

#include "config/json_reader.h"
#include "config/json_writer.h"
#include "core/file.h"
#include "core/suggest.h"
#include "graph/load_state.h"

namespace melgraph {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_graph_file = 16u << 20;
const char* const bundle_file = "bundle.json";

/// Return the names a user may give instead of a path.
std::vector<std::string> installed_names(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const fs::path& folder : folders) {
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
    }
    for (const auto& entry : fs::directory_iterator(folder / "bundles", ignored)) {
      if (fs::exists(entry.path() / bundle_file, ignored)) {
        names.push_back(entry.path().filename().string());
      }
    }
  }
  return names;
}

/// Return the file that `graph` means; throws where there is none.
fs::path locate(const std::string& graph, const std::vector<fs::path>& folders) {
  std::error_code ignored;
  const fs::path path(graph);
  const bool is_name = graph.find('/') == std::string::npos && path.extension() != ".json";
  const bool is_folder = fs::is_directory(path, ignored);
  if (is_folder && fs::exists(path / bundle_file, ignored)) return path / bundle_file;
  if (is_folder && !is_name) {
    throw Error(ErrorCode::invalid_graph, graph + " is a folder without a bundle.json",
                "name a graph file, a bundle's folder, or an installed graph");
  }
  if (!is_folder && fs::exists(path, ignored)) return path;
  if (is_name) {
    for (const fs::path& folder : folders) {
      for (const fs::path& candidate :
           {folder / "bundles" / graph / bundle_file, folder / (graph + ".json")}) {
        if (fs::exists(candidate, ignored)) return candidate;
      }
    }
  }
  std::vector<std::string> names = installed_names(folders);
  const std::string near = is_name ? suggest(graph, names) : "";
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  std::string hint;
  if (!near.empty()) hint = "did you mean \"" + near + "\"?";
  else if (is_name && !list.empty()) hint = "installed graphs: " + list;
  throw Error(ErrorCode::invalid_graph, "there is no graph " + json_quote(graph), hint);
}

}  // namespace

const NodeInput* GraphNode::find_input(std::string_view port) const noexcept {
  for (const NodeInput& input : inputs) {
    if (input.port == port) return &input;
  }
  return nullptr;
}

int ResolvedGraph::find_node(std::string_view id) const noexcept {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].id == id) return static_cast<int>(i);
  }
  return -1;
}

std::shared_ptr<const ResolvedGraph> load_graph_text(const std::string& text,
                                                     const std::string& name,
                                                     const fs::path& folder,
                                                     const GraphOptions& options,
                                                     Registry& registry) {
  Diagnostics diagnostics;
  const fs::path base = folder.empty() ? fs::current_path() : fs::absolute(folder);
  LoadState state(registry, options, diagnostics, name, base.lexically_normal());
  state.is_bundle = fs::path(name).filename() == bundle_file;
  auto root = read_json(text, name, diagnostics);
  diagnostics.throw_if_errors();
  state.root = std::move(*root);
  read_structure(state);
  diagnostics.throw_if_errors();
  resolve_nodes(state);
  wire_nodes(state);
  diagnostics.throw_if_errors();
  state.placeholders.check_all_used();
  infer_graph(state);
  diagnostics.throw_if_errors();
  check_bundles(state);
  diagnostics.throw_if_errors();
  state.graph->warnings = diagnostics.all();
  return state.graph;
}

std::shared_ptr<const ResolvedGraph> load_graph(const std::string& graph,
                                                const std::vector<fs::path>& graph_folders,
                                                const GraphOptions& options, Registry& registry) {
  const fs::path path = locate(graph, graph_folders);
  std::string text;
  try {
    text = read_text_file(path.string(), max_graph_file);
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_graph, error.what(), error.hint());
  }
  return load_graph_text(text, path.string(), path.parent_path(), options, registry);
}

}  // namespace melgraph
