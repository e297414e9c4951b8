#include <algorithm>

#include "config/json_reader.h"
#include "config/json_writer.h"
#include "core/file.h"
#include "core/suggest.h"
#include "graph/installed.h"
#include "graph/load_state.h"

namespace melgraph {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_depth = 8;
constexpr std::size_t max_bundles = 64;

/// Where a bundle was found.
struct Found {
  fs::path file;
  std::string name;  ///< as messages name it
};

/// Find the bundle that `path` means; reports where there is none.
std::optional<Found> find_bundle_file(LoadState& state, const JsonValue& path) {
  const Document& document = *state.document;
  if (!path.is_string()) {
    state.error(path, std::string("\"path\" must be a string, not ") + path.type_name(),
                "the folder of a bundle, or the name of an installed one");
    return std::nullopt;
  }
  const auto filled = state.fill(path);
  if (!filled) return std::nullopt;
  const auto folder = resolve_path(state, path, *filled);
  if (!folder) return std::nullopt;
  std::error_code ignored;
  if (fs::exists(*folder / bundle_file, ignored)) {
    const fs::path written(filled->text);
    const fs::path name = filled->from_user || written.is_absolute()
                              ? written
                              : fs::path(document.file).parent_path() / written;
    return Found{*folder / bundle_file, (name / bundle_file).lexically_normal().string()};
  }
  std::vector<std::string> names;
  if (!document.is_bundle) {
    const fs::path installed = find_installed_bundle(filled->text, state.graph_folders);
    if (!installed.empty()) return Found{installed, installed.string()};
    names = installed_bundles(state.graph_folders);
  }
  const std::string near = suggest(filled->text, names);
  const bool is_folder = fs::is_directory(*folder, ignored);
  state.error(path,
              is_folder ? json_quote(filled->text) + " is a folder without a bundle.json"
                        : "there is no bundle " + json_quote(filled->text),
              !near.empty()        ? "did you mean \"" + near + "\"?"
              : document.is_bundle ? "a bundle inside a bundle lies in a folder of it"
                                   : "give the folder of a bundle, relative to the graph's file, "
                                     "or the name of an installed one");
  return std::nullopt;
}

/// Write the bundles that hold each other, from the outermost to the current one.
std::string chain_text(const Document& last) {
  std::string text;
  for (const Document* document = &last; document != nullptr; document = document->outer) {
    if (document->outer == nullptr && !document->is_bundle) break;
    text = document->file + (text.empty() ? "" : " -> ") + text;
  }
  return text;
}

/// Report a bundle that would hold itself, or stand too deep.
bool may_stand_here(LoadState& state, const JsonValue& at, const Found& found,
                    const fs::path& canonical) {
  std::size_t depth = 1;
  for (const Document* document = state.document; document != nullptr; document = document->outer) {
    if (document->is_bundle && document->canonical == canonical) {
      state.error(at,
                  "the bundles form a cycle: " + chain_text(*state.document) + " -> " + found.name,
                  "no bundle may hold itself, even by way of others");
      return false;
    }
    if (document->outer != nullptr) ++depth;
  }
  if (depth > max_depth) {
    state.error(at, "bundles stand more than " + std::to_string(max_depth) +
                        " deep in each other: " + chain_text(*state.document) + " -> " +
                        found.name);
    return false;
  }
  if (state.documents.size() > max_bundles) {
    state.error(at, "the graph holds more than " + std::to_string(max_bundles) + " bundles");
    return false;
  }
  return true;
}

/// Read a bundle's file once, however often it stands in the graph; null where that failed.
std::shared_ptr<const JsonValue> read_file(LoadState& state, const JsonValue& at,
                                           const Found& found) {
  const auto [entry, is_new] = state.bundles_read.emplace(found.file, nullptr);
  if (!is_new) return entry->second;
  try {
    const std::string text = read_text_file(found.file.string(), max_bundle_file);
    if (auto root = read_json(text, found.name, state.diagnostics)) {
      entry->second = std::make_shared<const JsonValue>(std::move(*root));
    }
  } catch (const Error& error) {
    state.error(at, error.what(), error.hint());
  }
  return entry->second;
}

}  // namespace

void expand_bundle(LoadState& state, const JsonValue& node, const std::string& id) {
  const std::string what = "bundle " + json_quote(id);
  if (const JsonValue* inputs = node.find("inputs")) {
    state.error(*inputs, what + " takes no inputs", "a bundle brings views of its own");
  }
  const JsonValue* params = node.find("params");
  if (params != nullptr && !params->is_object()) {
    state.error(*params, std::string("\"params\" must be an object, not ") + params->type_name());
    return;
  }
  if (params != nullptr) check_keys(state, *params, {"path"}, "the params of a bundle");
  const JsonValue* path = params != nullptr ? params->find("path") : nullptr;
  if (path == nullptr) {
    state.error(params != nullptr ? *params : node, what + " needs the parameter \"path\"",
                R"(write "params": {"path": "FOLDER"}, relative to the graph's file)");
    return;
  }
  const auto found = find_bundle_file(state, *path);
  if (!found) return;
  std::error_code ignored;
  const fs::path canonical = fs::weakly_canonical(found->file, ignored);
  if (!may_stand_here(state, *path, *found, canonical)) return;
  auto root = read_file(state, *path, *found);
  if (root == nullptr) return;

  Document* const outer = state.document;
  const auto missing = [&state, outer, &node, what](const std::string& name,
                                                    const std::string& help) {
    state.error_in(*outer, node,
                   what + " wants a value for its placeholder \"" + name + "\"" +
                       (help.empty() ? "" : ": " + help),
                   "a bundle inside a graph takes the defaults of its placeholders, and this one "
                   "has none");
  };
  auto document =
      std::make_unique<Document>(found->name, found->file.parent_path().lexically_normal(),
                                 Placeholders({}, found->name, missing));
  document->prefix = id + '/';
  document->is_bundle = true;
  document->root = std::move(root);
  document->outer = outer;
  document->node = &node;
  document->canonical = canonical;
  state.graph->bundles.emplace(id, document->folder);
  state.documents.push_back(std::move(document));
  const InDocument in(state, *state.documents.back());
  read_structure(state);
}

}  // namespace melgraph
