#include "model_catalog.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/suggest.h"
#include "json_text.h"
#include "melgraph/error.h"
#include "melgraph/node.h"
#include "text_width.h"
#include "wrap.h"

namespace melgraph::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* prefix = "model.";
constexpr std::size_t label_cells = 12;

std::string shape_text(const std::vector<std::int64_t>& sizes) {
  std::string text;
  for (const std::int64_t n : sizes) text += (text.empty() ? "" : " x ") + std::to_string(n);
  return text;
}

/// Write a count with three digits and its unit: `25.6 M`, `4.09 G`.
std::string count_text(std::int64_t count) {
  const auto value = static_cast<double>(count);
  if (value >= 1e9) return fmt::format("{:.2f} G", value / 1e9);
  if (value >= 1e6) return fmt::format("{:.2f} M", value / 1e6);
  return fmt::format("{:.1f} k", value / 1e3);
}

std::string labelled(const std::string& label, const std::string& text) {
  const std::string lines = wrapped(printable(text), label_cells);
  return pad_right(label, label_cells) + (lines.empty() ? "\n" : lines.substr(label_cells));
}

Json facts_json(const CatalogModel& model) {
  return {{"id", model.id()},
          {"summary", model.type->descriptor.summary},
          {"input", model.facts.input},
          {"classes", model.facts.classes},
          {"parameters", model.facts.parameters},
          {"operations", model.facts.operations}};
}

}  // namespace

std::vector<CatalogModel> find_models(Registry& registry) {
  std::vector<CatalogModel> models;
  for (const std::string& id : registry.ids()) {
    if (id.rfind(prefix, 0) != 0) continue;
    const NodeType* type = registry.find(id);
    if (type == nullptr || type->make_node == nullptr) continue;
    const std::unique_ptr<Node> node = type->make_node();
    const auto* info = static_cast<const NetworkInfo*>(node->capability(network_info_id));
    if (info != nullptr) models.push_back({type, info->facts()});
  }
  return models;
}

const CatalogModel& find_model(const std::vector<CatalogModel>& models, const std::string& name) {
  std::vector<std::string> names;
  for (const CatalogModel& model : models) {
    if (model.id() == name || model.id() == prefix + name) return model;
    names.push_back(model.id());
    names.push_back(model.id().substr(std::string(prefix).size()));
  }
  const std::string near = suggest(name, names);
  throw Error(ErrorCode::usage, "no model \"" + name + '"',
              near.empty() ? "see: melgraph models list" : "did you mean \"" + near + "\"?");
}

std::string model_list_text(const std::vector<CatalogModel>& models, std::size_t width) {
  std::size_t cells = 5;
  for (const CatalogModel& model : models) cells = std::max(cells, display_width(model.id()));
  std::string text =
      fmt::format("{}  {:>14}  {:>10}  {:>10}  {:>7}  {}\n", pad_right("model", cells), "input",
                  "parameters", "operations", "classes", "what");
  for (const CatalogModel& model : models) {
    std::string line =
        fmt::format("{}  {:>14}  {:>10}  {:>10}  {:>7}  {}", pad_right(model.id(), cells),
                    shape_text(model.facts.input), count_text(model.facts.parameters),
                    count_text(model.facts.operations),
                    model.facts.classes > 0 ? std::to_string(model.facts.classes) : "-",
                    printable(model.type->descriptor.summary));
    if (width > 0) line = shorten_end(line, width, false);
    text += line + '\n';
  }
  return text;
}

std::string model_list_json(const std::vector<CatalogModel>& models) {
  Json json = Json::array();
  for (const CatalogModel& model : models) json.push_back(facts_json(model));
  return json_text(json);
}

std::string model_text(const CatalogModel& model) {
  const Descriptor& descriptor = model.type->descriptor;
  const NetworkFacts& facts = model.facts;
  std::string text = printable(descriptor.id) + "\n\n";
  text += labelled("what", descriptor.summary);
  text += labelled("input", shape_text(facts.input));
  if (facts.classes > 0) text += labelled("classes", std::to_string(facts.classes));
  text += labelled("parameters",
                   fmt::format("{} ({})", facts.parameters, count_text(facts.parameters)));
  text += labelled("operations", fmt::format("{} ({}; 2 a multiply-add)", facts.operations,
                                             count_text(facts.operations)));
  std::string outputs;
  for (const OutputPort& port : descriptor.outputs) {
    outputs += (outputs.empty() ? "" : ", ") + port.name;
  }
  text += labelled("outputs", outputs);
  std::string layers;
  for (const std::string& layer : facts.layers) layers += (layers.empty() ? "" : ", ") + layer;
  text += labelled("layers", layers);
  if (!descriptor.description.empty()) text += '\n' + wrapped(printable(descriptor.description), 0);
  for (const std::string& reference : descriptor.references) {
    text += labelled("see", reference);
  }
  return text + "\nParameters: melgraph plugins info " + printable(descriptor.id) + '\n';
}

std::string model_json(const CatalogModel& model) {
  Json json = facts_json(model);
  json["layers"] = model.facts.layers;
  json["description"] = model.type->descriptor.description;
  json["references"] = model.type->descriptor.references;
  return json_text(json);
}

}  // namespace melgraph::cli
