#include "tap_names.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace melgraph::cli {

namespace {

namespace fs = std::filesystem;

/// Give an input as a path: absolute, without `.` and `..`; of a URI what stands behind its scheme
/// and before its query.
fs::path path_of(const std::string& name) {
  const std::size_t scheme = name.find("://");
  fs::path path;
  if (scheme == std::string::npos) {
    path = fs::absolute(name).lexically_normal();
  } else {
    const std::string rest = name.substr(scheme + 3);
    path = fs::path("/" + rest.substr(0, rest.find_first_of("?#"))).lexically_normal();
  }
  if (!path.has_filename()) path = path.parent_path();
  return path.has_filename() ? path : path / "input";
}

std::vector<fs::path> below_shared_folder(const std::vector<fs::path>& paths) {
  std::vector<fs::path> shared(paths.front().begin(), --paths.front().end());
  for (const fs::path& path : paths) {
    const auto [in_shared, in_path] =
        std::mismatch(shared.begin(), shared.end(), path.begin(), --path.end());
    shared.erase(in_shared, shared.end());
  }
  std::vector<fs::path> relative;
  for (const fs::path& path : paths) {
    fs::path rest;
    auto part = path.begin();
    std::advance(part, static_cast<std::ptrdiff_t>(shared.size()));
    for (; part != path.end(); ++part) rest /= *part;
    relative.push_back(std::move(rest));
  }
  return relative;
}

fs::path without_extension(const fs::path& path) {
  return path.parent_path() / path.stem();
}

bool all_differ(const std::vector<fs::path>& names) {
  return std::set<fs::path>(names.begin(), names.end()).size() == names.size();
}

}  // namespace

std::vector<std::string> tap_names(const std::vector<InputItem>& inputs) {
  if (inputs.empty()) return {};
  std::vector<fs::path> paths, names;
  for (const InputItem& input : inputs) paths.push_back(path_of(input.name));
  for (const fs::path& path : paths) names.push_back(path.stem());
  if (!all_differ(names)) {
    const std::vector<fs::path> relative = below_shared_folder(paths);
    std::transform(relative.begin(), relative.end(), names.begin(), without_extension);
    // An input that is named twice differs in nothing: that is no reason for extensions.
    std::map<fs::path, std::set<fs::path>> inputs_of;
    for (std::size_t i = 0; i < names.size(); ++i) inputs_of[names[i]].insert(relative[i]);
    const bool extensions_differ = std::any_of(
        inputs_of.begin(), inputs_of.end(), [](const auto& one) { return one.second.size() > 1; });
    if (extensions_differ) names = relative;
  }
  std::vector<std::string> result;
  std::set<std::string> taken;
  for (const fs::path& name : names) {
    std::string unique = name.string();
    for (int count = 2; !taken.insert(unique).second; ++count) {
      unique = name.string() + "-" + std::to_string(count);
    }
    result.push_back(std::move(unique));
  }
  return result;
}

}  // namespace melgraph::cli
