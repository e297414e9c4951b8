#include "bundle_graph.h"

#include <algorithm>
#include <utility>

#include "config/json_value.h"
#include "core/file.h"
#include "graph/graph.h"
#include "graph/placeholders.h"
#include "melgraph/error.h"

namespace melgraph::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_graph_file = 16u << 20;

bool has_placeholder(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>().find("${") != std::string::npos;
  return value.is_structured() && std::any_of(value.begin(), value.end(), has_placeholder);
}

/// Write text so that it is read as it is: a plain `${` is `$${`.
std::string escaped(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "${") == 0) result += '$';
    result += text[i];
  }
  return result;
}

Json escaped(Json value) {
  if (value.is_string()) return escaped(value.get<std::string>());
  if (value.is_array()) {
    for (Json& item : value) item = escaped(std::move(item));
  }
  return value;
}

}  // namespace

/// Fills in the placeholders of a document that loaded with the same values.
class BundledGraph::Filler {
 public:
  explicit Filler(const GraphOptions& options) : placeholders_(options.set, "the graph") {}

  std::string text(const Json& value) {
    const auto filled = placeholders_.fill(JsonValue(value.get<std::string>()), ignored_);
    if (!filled) throw Error(ErrorCode::internal, "a placeholder of the graph has no value");
    return filled->text;
  }

  /// Fill in all strings of an object; those under `numbers` become what they say.
  void fill(Json& object, const std::vector<std::string>& numbers) {
    for (auto& [key, value] : object.items()) {
      if (!value.is_string() || !has_placeholder(value)) continue;
      const std::string filled = text(value);
      const bool is_number = std::find(numbers.begin(), numbers.end(), key) != numbers.end();
      value = is_number ? Json::parse(filled) : Json(escaped(filled));
    }
  }

  void fill_references(Json& inputs) {
    for (auto& [port, value] : inputs.items()) {
      Json references = value.is_array() ? value : Json::array({value});
      for (Json& reference : references) reference = text(reference);
      if (value.is_array())
        value = std::move(references);
      else
        value = references.front();
    }
  }

 private:
  Placeholders placeholders_;
  Diagnostics ignored_;
};

BundledGraph::BundledGraph(const Graph& graph, const GraphOptions& options)
    : graph_(graph), options_(options) {
  std::string text = read_text_file(graph.resolved().file, max_graph_file);
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);
  document_ = Json::parse(text, nullptr, true, /*ignore_comments=*/true);
  if (document_.contains("bundle")) bundle_ = document_["bundle"];
  document_.erase("bundle");
  document_.erase("$schema");
}

Json BundledGraph::rewrite(const Bundler& add_file, const FolderBundler& add_folder) {
  const ResolvedGraph& resolved = graph_.resolved();
  Filler filler(options_);
  filler.fill(document_, {});
  if (document_.contains("source")) {
    for (auto& [name, view] : document_["source"].items()) {
      filler.fill(view, {"sample_rate", "channels", "window", "hop"});
    }
  }
  if (document_.contains("outputs")) filler.fill_references(document_["outputs"]);
  for (Json& node : document_["nodes"]) {
    const auto id = node["id"].get<std::string>();
    if (node["type"] == "bundle") {
      node["params"]["path"] = escaped(add_folder(resolved.bundles.at(id), id));
      continue;
    }
    if (node.contains("inputs")) filler.fill_references(node["inputs"]);
    if (!node.contains("params")) continue;
    const GraphNode& loaded = resolved.nodes[static_cast<std::size_t>(resolved.find_node(id))];
    for (auto& [key, value] : node["params"].items()) {
      const ParamSpec* spec = loaded.type->descriptor.find_param(key);
      if (spec == nullptr) {
        if (has_placeholder(value)) value = escaped(filler.text(value));
        continue;
      }
      const ParamValue* read = loaded.params.find(key);
      const bool is_path = spec->type == ParamType::file || spec->type == ParamType::labels;
      if (is_path && std::holds_alternative<std::string>(*read)) {
        value = escaped(add_file(std::get<std::string>(*read)));
      } else if (has_placeholder(value)) {
        value = escaped(Json::parse(to_json(*read)));
      }
    }
  }
  return document_;
}

}  // namespace melgraph::cli
