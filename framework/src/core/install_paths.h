#pragma once

#include <filesystem>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// Return the folders with installed graphs: `share/melgraph/graphs` beside the library's folder.
MELGRAPH_API std::vector<std::filesystem::path> graph_folders();

}  // namespace melgraph
