#include "core/install_paths.h"

#include <dlfcn.h>

#include <system_error>

namespace melgraph {

namespace fs = std::filesystem;

fs::path library_folder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&library_folder), &info) == 0 ||
      info.dli_fname == nullptr) {
    return {};
  }
  std::error_code error;
  const fs::path file = fs::canonical(info.dli_fname, error);
  return error ? fs::path() : file.parent_path();
}

fs::path data_folder() {
  return (library_folder() / ".." / "share" / "melgraph").lexically_normal();
}

std::vector<fs::path> graph_folders() {
  return {data_folder() / "graphs"};
}

}  // namespace melgraph
