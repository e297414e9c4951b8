#pragma once

#include <string>
#include <vector>

#include "melgraph/network_info.h"
#include "melgraph/node_type.h"
#include "plugin/registry.h"

namespace melgraph::cli {

/// One node type that says what network it runs. The pointer lives as long as the registry.
struct CatalogModel {
  const NodeType* type = nullptr;
  NetworkFacts facts;

  const std::string& id() const { return type->descriptor.id; }
};

/// Find all models of the installed plugins, sorted by id. Libraries without models stay closed.
std::vector<CatalogModel> find_models(Registry& registry);

/// Find one by its id, with or without `model.`. Throws `Error` (usage) where there is none, with
/// what may be meant.
const CatalogModel& find_model(const std::vector<CatalogModel>& models, const std::string& name);

/// Write the models as a table, at most `width` cells wide where that is not 0; or as JSON.
std::string model_list_text(const std::vector<CatalogModel>& models, std::size_t width);
std::string model_list_json(const std::vector<CatalogModel>& models);

/// Write all that is known of one model.
std::string model_text(const CatalogModel& model);
std::string model_json(const CatalogModel& model);

}  // namespace melgraph::cli
