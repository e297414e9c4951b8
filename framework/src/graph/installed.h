#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// Return the file of the installed bundle `name`; empty where there is none.
std::filesystem::path find_installed_bundle(
    const std::string& name, const std::vector<std::filesystem::path>& graph_folders);

/// Return the names of the installed bundles, sorted.
std::vector<std::string> installed_bundles(const std::vector<std::filesystem::path>& graph_folders);

/// Return the file that a user's GRAPH means: a JSON file, a bundle's folder, or the name of an
/// installed bundle or graph. Throws `Error` (invalid_graph) where there is none, with the nearest
/// name.
MELGRAPH_API std::filesystem::path find_graph_file(
    const std::string& graph, const std::vector<std::filesystem::path>& graph_folders);

/// Return the folder of the bundle that a user's NAME or DIR means; throws as `find_graph_file`.
MELGRAPH_API std::filesystem::path find_bundle_folder(
    const std::string& bundle, const std::vector<std::filesystem::path>& graph_folders);

}  // namespace melgraph
