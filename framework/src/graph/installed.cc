#include "graph/installed.h"

#include <algorithm>
#include <system_error>

#include "config/json_writer.h"
#include "core/suggest.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

namespace fs = std::filesystem;

const char* const bundle_file_name = "bundle.json";

std::vector<std::string> installed_graphs(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const fs::path& folder : folders) {
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
      if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
    }
  }
  return names;
}

bool is_name(const std::string& text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string::npos &&
         text.find('\0') == std::string::npos;
}

std::string hint_for(const std::string& wrong, const std::vector<std::string>& names,
                     const std::string& what) {
  const std::string near = suggest(wrong, names);
  if (!near.empty()) return "did you mean \"" + near + "\"?";
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list.empty() ? "" : what + list;
}

}  // namespace

fs::path find_installed_bundle(const std::string& name, const std::vector<fs::path>& folders) {
  std::error_code ignored;
  if (!is_name(name)) return {};
  for (const fs::path& folder : folders) {
    fs::path candidate = folder / "bundles" / name / bundle_file_name;
    if (fs::exists(candidate, ignored)) return candidate;
  }
  return {};
}

std::vector<std::string> installed_bundles(const std::vector<fs::path>& folders) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const fs::path& folder : folders) {
    for (const auto& entry : fs::directory_iterator(folder / "bundles", ignored)) {
      if (fs::exists(entry.path() / bundle_file_name, ignored)) {
        names.push_back(entry.path().filename().string());
      }
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

fs::path find_graph_file(const std::string& graph, const std::vector<fs::path>& folders) {
  std::error_code ignored;
  const fs::path path(graph);
  const bool names_one = is_name(graph) && path.extension() != ".json";
  const bool is_folder = fs::is_directory(path, ignored);
  if (is_folder && fs::exists(path / bundle_file_name, ignored)) return path / bundle_file_name;
  if (is_folder && !names_one) {
    throw Error(ErrorCode::invalid_graph, graph + " is a folder without a bundle.json",
                "name a graph file, a bundle's folder, or an installed graph");
  }
  if (!is_folder && fs::exists(path, ignored)) return path;
  if (names_one) {
    for (const fs::path& folder : folders) {
      for (const fs::path& candidate :
           {folder / "bundles" / graph / bundle_file_name, folder / (graph + ".json")}) {
        if (fs::exists(candidate, ignored)) return candidate;
      }
    }
  }
  std::vector<std::string> names;
  if (names_one) {
    names = installed_graphs(folders);
    for (std::string& name : installed_bundles(folders)) names.push_back(std::move(name));
  }
  throw Error(ErrorCode::invalid_graph, "there is no graph " + json_quote(graph),
              hint_for(graph, names, "installed graphs: "));
}

fs::path find_bundle_folder(const std::string& bundle, const std::vector<fs::path>& folders) {
  std::error_code ignored;
  const fs::path path(bundle);
  if (fs::exists(path / bundle_file_name, ignored)) return path;
  if (path.filename() == bundle_file_name && fs::exists(path, ignored)) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
  }
  const fs::path installed = find_installed_bundle(bundle, folders);
  if (!installed.empty()) return installed.parent_path();
  if (fs::is_directory(path, ignored)) {
    throw Error(ErrorCode::invalid_graph, bundle + " is a folder without a bundle.json");
  }
  throw Error(ErrorCode::invalid_graph, "there is no bundle " + json_quote(bundle),
              hint_for(bundle, installed_bundles(folders), "installed bundles: "));
}

}  // namespace melgraph
