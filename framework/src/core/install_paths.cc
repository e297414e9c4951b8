#include "core/install_paths.h"

#include "plugin/search_path.h"

namespace melgraph {

std::vector<std::filesystem::path> graph_folders() {
  return {(library_folder() / ".." / "share" / "melgraph" / "graphs").lexically_normal()};
}

}  // namespace melgraph
