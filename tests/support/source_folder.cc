#include "source_folder.h"

#include <cstdlib>
#include <system_error>

namespace melgraph::testing {

namespace fs = std::filesystem;

fs::path source_folder() {
  if (const char* named = std::getenv("MELGRAPH_SOURCE_DIR"); named != nullptr && *named != 0) {
    return named;
  }
  // PREFIX/libexec/melgraph/tests/PROGRAM; in a build folder share/melgraph/graphs is a link.
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const fs::path graphs =
      fs::canonical(program.parent_path() / "../../../share/melgraph/graphs", error);
  return error ? fs::path() : graphs.parent_path();
}

}  // namespace melgraph::testing
