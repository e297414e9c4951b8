#pragma once

#include <filesystem>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// Return the folder of `libmelgraph.so` (of the program, where it is linked into one), links
/// resolved: all else is found from there, so that an installation may be moved.
MELGRAPH_API std::filesystem::path library_folder();

/// Return the folder of data that comes with Melgraph: `share/melgraph` beside the library's.
MELGRAPH_API std::filesystem::path data_folder();

/// Return the folders with installed graphs: `share/melgraph/graphs` beside the library's folder.
MELGRAPH_API std::vector<std::filesystem::path> graph_folders();

}  // namespace melgraph
