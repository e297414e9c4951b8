#include "graph/bundle_paths.h"

#include <algorithm>
#include <system_error>

namespace melgraph {

namespace fs = std::filesystem;

bool stays_inside(const fs::path& path) {
  if (path.is_absolute()) return false;
  const fs::path normal = path.lexically_normal();
  return normal.empty() || *normal.begin() != "..";
}

bool lies_inside(const fs::path& folder, const fs::path& path) {
  std::error_code folder_error, path_error;
  fs::path outer = fs::weakly_canonical(folder, folder_error);
  const fs::path inner = fs::weakly_canonical(path, path_error);
  if (folder_error || path_error) return false;
  if (!outer.has_filename()) outer = outer.parent_path();
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

bool is_bundled_name(const std::string& name) {
  if (name.find('\\') != std::string::npos || name.find('\0') != std::string::npos) return false;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    if (end == name.size()) return true;
    begin = end + 1;
  }
}

}  // namespace melgraph
