#include <algorithm>
#include <map>
#include <set>

#include "config/json_writer.h"
#include "core/sha256.h"
#include "graph/load_state.h"

namespace melgraph {

namespace {

namespace fs = std::filesystem;

const char* const damaged_hint = "the file was changed or is damaged: restore it";
const char* const features_hint = "feed it the features its bundle describes";

class BundleChecker {
 public:
  explicit BundleChecker(LoadState& state) : state_(state), graph_(*state.graph) {}

  /// Read a bundle under the name that messages about its graph have.
  void read(const Document& document) { bundle_of(document.folder, document.file); }

  /// Check a file that a node of the graph names, whoever wrote the graph.
  void check(const NamedFile& file) {
    const Bundle* bundle = bundle_of(file.path.parent_path());
    if (bundle == nullptr) return;
    const NodeSource& source = state_.sources[static_cast<std::size_t>(file.node)];
    const InDocument in(state_, *source.document);
    check_hash(*bundle, file, source);
    const GraphNode& node = graph_.nodes[static_cast<std::size_t>(file.node)];
    const ParamSpec* spec = node.type->descriptor.find_param(file.param);
    if (spec != nullptr && spec->type == ParamType::file) check_features(*bundle, file, source);
  }

  /// Check what a bundle's own graph answers for: every file of the bundle, the card and the probe
  /// too, and the front ends by the nodes that it names.
  void check(Document& document) {
    const InDocument in(state_, document);
    const Bundle* bundle = bundle_of(document.folder, document.file);
    if (bundle == nullptr) return;
    for (const auto& [name, expected] : bundle->files) {
      if (!checked_.insert((bundle->folder / name).lexically_normal()).second) continue;
      const std::string fault = verify_file(*bundle, name);
      if (!fault.empty()) state_.error(*document.root, fault, damaged_hint);
    }
    if (refused_.count(bundle) != 0) return;
    for (const BundleFrontEnd& front_end : bundle->front_ends) check_own(document, front_end);
  }

 private:
  const Bundle* bundle_of(const fs::path& folder, const std::string& name = {}) {
    auto found = bundles_.find(folder);
    if (found == bundles_.end()) {
      found = bundles_.emplace(folder, read_bundle(folder, state_.diagnostics, name)).first;
    }
    return found->second ? &*found->second : nullptr;
  }

  void check_hash(const Bundle& bundle, const NamedFile& file, const NodeSource& source) {
    const auto entry = bundle.files.find(file.path.filename().string());
    if (entry == bundle.files.end() || !checked_.insert(file.path).second) return;
    std::string found;
    try {
      found = sha256_file(file.path.string());
    } catch (const Error&) {
      return;  // a missing file has been reported by whoever wanted it
    }
    if (found == entry->second) return;
    const JsonValue* place = source.params != nullptr ? source.params->find(file.param) : nullptr;
    state_.error(place != nullptr ? *place : *source.node,
                 hash_difference(file.path.string(), found, entry->second), damaged_hint);
  }

  /// Report features that are not those the network behind `file` was trained on.
  void check_features(const Bundle& bundle, const NamedFile& file, const NodeSource& source) {
    const std::string name = file.path.filename().string();
    std::vector<const BundleFrontEnd*> allowed;
    for (const BundleFrontEnd& front_end : bundle.front_ends) {
      const auto& files = front_end.files;
      if (files.empty() || std::find(files.begin(), files.end(), name) != files.end()) {
        allowed.push_back(&front_end);
      }
    }
    if (allowed.empty()) return;
    const GraphNode& node = graph_.nodes[static_cast<std::size_t>(file.node)];
    for (const NodeInput& input : node.inputs) {
      for (const int edge : input.edges) {
        if (graph_.edges[static_cast<std::size_t>(edge)].spec.kind != Kind::features) continue;
        const CanonicalForm form = canonical_form(graph_, edge);
        const std::string found = fingerprint(form);
        const bool fits = std::any_of(
            allowed.begin(), allowed.end(),
            [&](const BundleFrontEnd* front_end) { return front_end->fingerprint == found; });
        if (fits) continue;
        const JsonValue* place =
            source.inputs != nullptr ? source.inputs->find(input.port) : nullptr;
        state_.error(place != nullptr ? *place : *source.node,
                     "another front end than " + bundle.name +
                         " was trained with: " + first_difference(allowed.front()->canonical, form),
                     features_hint);
        refused_.insert(&bundle);
      }
    }
  }

  /// Report a front end that is not the one of the bundle's own graph.
  void check_own(const Document& document, const BundleFrontEnd& front_end) {
    const JsonValue& place = *document.root->find("bundle")->find("front_end");
    const int index = graph_.find_node(document.prefix + front_end.node);
    const GraphNode* node = index >= 0 ? &graph_.nodes[static_cast<std::size_t>(index)] : nullptr;
    std::string difference;
    for (const int edge : node != nullptr ? node->outputs : std::vector<int>()) {
      if (graph_.edges[static_cast<std::size_t>(edge)].spec.kind != Kind::features) continue;
      const CanonicalForm form = canonical_form(graph_, edge);
      if (fingerprint(form) == front_end.fingerprint) return;
      difference = first_difference(front_end.canonical, form);
    }
    const std::string name = json_quote(front_end.node);
    state_.error(place,
                 difference.empty()
                     ? "the bundle's front end is the node " + name +
                           ", but its graph has no such node with features"
                     : "node " + name +
                           " is another front end than the bundle was trained with: " + difference,
                 features_hint);
  }

  LoadState& state_;
  const ResolvedGraph& graph_;
  std::map<fs::path, std::optional<Bundle>> bundles_;
  std::set<fs::path> checked_;
  std::set<const Bundle*> refused_;
};

}  // namespace

void check_bundles(LoadState& state) {
  BundleChecker checker(state);
  for (const auto& document : state.documents) {
    if (document->is_bundle) checker.read(*document);
  }
  for (const NamedFile& file : state.graph->files) checker.check(file);
  for (const auto& document : state.documents) {
    if (document->is_bundle) checker.check(*document);
  }
}

}  // namespace melgraph
