#include "graph/load.h"

#include <cmath>
#include <set>

#include "config/json_reader.h"
#include "core/file.h"
#include "graph/installed.h"
#include "graph/load_state.h"

namespace melgraph {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_graph_file = 16u << 20;

/// Throw where a phase found errors. A bundle that stands in a graph twice is told of once.
void end_phase(const Diagnostics& diagnostics) {
  if (!diagnostics.has_errors()) return;
  Diagnostics unique;
  std::set<std::string> told;
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    if (told.insert(to_string(diagnostic)).second) unique.add(diagnostic);
  }
  unique.throw_if_errors();
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
  const auto alias = aliases.find(id);
  return alias != aliases.end() ? alias->second : -1;
}

int ResolvedGraph::find_view(std::string_view view) const noexcept {
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (views[i].name == view) return static_cast<int>(i);
  }
  const auto alias = view_aliases.find(view);
  return alias != view_aliases.end() ? alias->second : -1;
}

std::shared_ptr<const ResolvedGraph> load_graph_text(
    const std::string& text, const std::string& name, const fs::path& folder,
    const GraphOptions& options, Registry& registry, const std::vector<fs::path>& graph_folders) {
  if (!std::isfinite(options.window) || options.window < 0) {
    throw Error(ErrorCode::usage, "the window of a graph must be a number of seconds");
  }
  Diagnostics diagnostics;
  fs::path base = (folder.empty() ? fs::current_path() : fs::absolute(folder)).lexically_normal();
  if (!base.has_filename()) base = base.parent_path();  // a slash at its end
  LoadState state(registry, options, diagnostics, name, base);
  state.graph_folders = graph_folders;
  Document& own = state.own();
  own.is_bundle = fs::path(name).filename() == bundle_file;
  if (own.is_bundle) {
    std::error_code ignored;
    own.canonical = fs::weakly_canonical(own.folder / bundle_file, ignored);
  }
  auto root = read_json(text, name, diagnostics);
  end_phase(diagnostics);
  own.root = std::make_shared<const JsonValue>(std::move(*root));
  read_structure(state);
  end_phase(diagnostics);
  resolve_nodes(state);
  wire_nodes(state);
  end_phase(diagnostics);
  own.placeholders.check_all_used();
  share_equal_parts(state);
  infer_graph(state);
  end_phase(diagnostics);
  check_bundles(state);
  end_phase(diagnostics);
  state.graph->warnings = diagnostics.all();
  return state.graph;
}

std::shared_ptr<const ResolvedGraph> load_graph(const std::string& graph,
                                                const std::vector<fs::path>& graph_folders,
                                                const GraphOptions& options, Registry& registry) {
  const fs::path path = find_graph_file(graph, graph_folders);
  std::string text;
  try {
    text = read_text_file(path.string(), max_graph_file);
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid_graph, error.what(), error.hint());
  }
  return load_graph_text(text, path.string(), path.parent_path(), options, registry, graph_folders);
}

}  // namespace melgraph
