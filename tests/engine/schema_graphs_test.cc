// Every graph that comes with Melgraph is valid by the schema that editors get.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "config/schema.h"
#include "plugin/registry.h"
#include "plugin/standard_registry.h"
#include "source_folder.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class SchemaOfGraphs : public ::testing::Test {
 protected:
  SchemaOfGraphs() : registry_(make_standard_registry({}, {})) {
    std::vector<const Descriptor*> descriptors;
    for (const std::string& id : registry_->ids()) {
      descriptors.push_back(registry_->find_descriptor(id));
    }
    document_ = json::parse(json_schema(descriptors));
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document_), schema_);
  }

  /// Give all that the schema finds wrong with a graph, one finding a line.
  std::string findings(const json& graph) {
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    if (validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(graph), &results)) {
      return {};
    }
    std::string text = "not valid:";
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
      text += "\n";
      for (const std::string& step : error.context) text += step;
      text += ": " + error.description;
    }
    return text;
  }

  static json read(const fs::path& path) {
    std::ifstream file(path);
    return json::parse(file, nullptr, true, /*ignore_comments=*/true);
  }

  std::unique_ptr<Registry> registry_;
  json document_;
  valijson::Schema schema_;
};

const fs::path graphs = testing::source_folder() / "graphs";

TEST_F(SchemaOfGraphs, AcceptsEveryShippedGraph) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(graphs)) {
    if (entry.path().extension() != ".json") continue;
    EXPECT_EQ(findings(read(entry.path())), "") << entry.path();
    ++count;
  }
  EXPECT_GE(count, 2);
}

TEST_F(SchemaOfGraphs, RefusesAShippedGraphWithAMistake) {
  json graph = read(graphs / "esc10.json");
  graph["nodes"][0]["params"]["n_melz"] = 64;
  EXPECT_NE(findings(graph), "");
  graph = read(graphs / "esc10.json");
  graph["nodes"][0]["type"] = "frontend.unheard_of";
  EXPECT_NE(findings(graph), "");
  graph = read(graphs / "esc10.json");
  graph["nodes"][0]["params"]["preset"] = "unheard of";
  EXPECT_NE(findings(graph), "");
}

}  // namespace
}  // namespace melgraph
