#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "melgraph/engine.h"
#include "plugin/registry.h"

namespace melgraph {

/// Read, validate and infer a graph from text; throws `GraphError` with all findings of the phase
/// that failed. Executes nothing but the plugins' `infer`. `graph_folders` hold the installed
/// bundles that a node of type `bundle` may name.
MELGRAPH_API std::shared_ptr<const ResolvedGraph> load_graph_text(
    const std::string& text, const std::string& name, const std::filesystem::path& folder,
    const GraphOptions& options, Registry& registry,
    const std::vector<std::filesystem::path>& graph_folders = {});

/// The same from a JSON file, a bundle folder, or a name looked up in `graph_folders`.
MELGRAPH_API std::shared_ptr<const ResolvedGraph> load_graph(
    const std::string& graph, const std::vector<std::filesystem::path>& graph_folders,
    const GraphOptions& options, Registry& registry);

}  // namespace melgraph
