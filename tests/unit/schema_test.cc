#include "config/schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace melgraph {
namespace {

using nlohmann::json;

Descriptor mel_type() {
  Descriptor type;
  type.id = "frontend.test";
  type.summary = "A front end";
  type.inputs = {{"audio", "Sound", {Kind::audio}, {"window", "channel", "sample"}}};
  type.outputs = {{"features", "Features"}};
  type.params = {
      ParamSpec::integer("n_fft", "FFT length").range(2, 65536).in("samples").otherwise(512),
      ParamSpec::number("f_min", "Lowest frequency").above(0).in("Hz").otherwise(125),
      ParamSpec::string("window", "Window").one_of({"hann", "hamming"}).otherwise("hann"),
      ParamSpec::number("top_db", "Range").or_null(),
      ParamSpec::integers("hops", "Hops")
          .at_least(1)
          .otherwise(ParamValue(std::vector<std::int64_t>{160})),
      ParamSpec::boolean("centre", "Centred").otherwise(ParamValue(true)),
  };
  type.presets = {{"vggish", 1, "VGGish", {}, {}}};
  return type;
}

Descriptor combiner_type() {
  Descriptor type;
  type.id = "combiner.test";
  type.summary = "A combiner";
  InputPort members{"members", "Scores", {Kind::scores}, {"window|clip", "..."}};
  members.variadic = true;
  InputPort gate{"gate", "Level", {Kind::values}, {"window"}};
  gate.optional = true;
  type.inputs = {members, gate};
  type.outputs = {{"scores", "Scores"}};
  type.params = {ParamSpec::file("weights", "Weights").is_required(),
                 ParamSpec::labels("labels", "Classes").or_null()};
  return type;
}

json good_graph() {
  return json::parse(R"({
    "melgraph": 1,
    "name": "test",
    "source": {"audio": {"sample_rate": 16000, "channels": 1, "window": 0.975, "hop": 0.48,
                         "tail": "pad"}},
    "nodes": [
      {"id": "mel", "type": "frontend.test",
       "params": {"preset": "vggish", "n_fft": 512, "top_db": null, "hops": [160, "${h}"]},
       "inputs": {"audio": "source.audio"}},
      {"id": "all", "type": "combiner.test",
       "params": {"weights": "${weights|A file}", "labels": ["a", "b"]},
       "inputs": {"members": ["mel", "mel.features"]}}
    ],
    "outputs": {"windows": "all"}
  })");
}

class SchemaTest : public testing::Test {
 protected:
  SchemaTest() {
    const Descriptor mel = mel_type();
    const Descriptor combiner = combiner_type();
    text_ = json_schema({&mel, &combiner});
    document_ = json::parse(text_);
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document_), schema_);
  }

  bool valid(const json& graph) {
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    return validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(graph), nullptr);
  }

  /// Tell whether the good graph is still valid with `value` at `pointer`.
  bool valid_with(const std::string& pointer, const json& value) {
    json graph = good_graph();
    graph[json::json_pointer(pointer)] = value;
    return valid(graph);
  }

  bool valid_without(const std::string& parent, const std::string& key) {
    json graph = good_graph();
    graph[json::json_pointer(parent)].erase(key);
    return valid(graph);
  }

  std::string text_;
  json document_;
  valijson::Schema schema_;
};

TEST_F(SchemaTest, IsDraftSevenAndEndsWithANewline) {
  EXPECT_EQ(document_["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(text_.back(), '\n');
}

TEST_F(SchemaTest, AcceptsAGoodGraph) {
  EXPECT_TRUE(valid(good_graph()));
  EXPECT_TRUE(valid_without("", "outputs"));
  EXPECT_TRUE(valid_with("/requires", {{"melgraph", ">=0.1"}}));
  EXPECT_TRUE(valid_with("/train", {{"anything", 1}}));
  EXPECT_TRUE(valid_with("/source/audio/window", nullptr));
  EXPECT_TRUE(valid_with("/nodes/1/inputs/members", "mel"));
  EXPECT_TRUE(valid_with("/nodes/1/inputs/gate", "mel"));
  EXPECT_TRUE(valid_with("/nodes/1/params/labels", "labels.txt"));
}

TEST_F(SchemaTest, KnowsBundles) {
  const json bundle = {{"id", "b"}, {"type", "bundle"}, {"params", {{"path", "bundles/b"}}}};
  const auto valid_bundle = [&](const std::string& pointer, const json& value) {
    json graph = good_graph();
    json node = bundle;
    node[json::json_pointer(pointer)] = value;
    graph["nodes"].push_back(node);
    return valid(graph);
  };
  EXPECT_TRUE(valid_bundle("/params/path", "${path:bundles/b}"));
  EXPECT_FALSE(valid_bundle("/params/path", 1));
  EXPECT_FALSE(valid_bundle("/params", json::object()));
  EXPECT_FALSE(valid_bundle("/params/paths", "b"));
  EXPECT_FALSE(valid_bundle("/inputs", {{"audio", "source.audio"}}));
  EXPECT_TRUE(valid_with("/nodes/1/inputs/members", "b/in/mel.features"));
  json alone = {{"melgraph", 1}, {"nodes", {bundle}}};
  EXPECT_TRUE(valid(alone)) << "it brings its views";
}

TEST_F(SchemaTest, RefusesUnknownKeysEverywhere) {
  EXPECT_FALSE(valid_with("/nodez", 1));
  EXPECT_FALSE(valid_with("/source/audio/rate", 1));
  EXPECT_FALSE(valid_with("/nodes/0/param", json::object()));
  EXPECT_FALSE(valid_with("/nodes/0/params/n_ftt", 1));
  EXPECT_FALSE(valid_with("/nodes/0/inputs/sound", "source.audio"));
  EXPECT_FALSE(valid_with("/requires", {{"mel", ">=0.1"}}));
}

TEST_F(SchemaTest, RefusesWhatIsMissing) {
  EXPECT_FALSE(valid_without("", "melgraph"));
  EXPECT_FALSE(valid_without("", "source"));
  EXPECT_FALSE(valid_without("", "nodes"));
  EXPECT_FALSE(valid_without("/nodes/0", "id"));
  EXPECT_FALSE(valid_without("/nodes/0", "type"));
  EXPECT_FALSE(valid_without("/nodes/0", "inputs"));
  EXPECT_FALSE(valid_without("/nodes/0/inputs", "audio"));
  EXPECT_FALSE(valid_without("/nodes/1", "params"));
  EXPECT_FALSE(valid_without("/nodes/1/params", "weights"));
  EXPECT_TRUE(valid_without("/nodes/0", "params")) << "all have defaults";
}

TEST_F(SchemaTest, ChecksTypesRangesAndChoices) {
  EXPECT_FALSE(valid_with("/melgraph", 2));
  EXPECT_FALSE(valid_with("/nodes/0/type", "frontend.unknown"));
  EXPECT_FALSE(valid_with("/nodes/0/id", "a b"));
  EXPECT_FALSE(valid_with("/nodes/0/params/n_fft", 1));
  EXPECT_FALSE(valid_with("/nodes/0/params/n_fft", 512.5));
  EXPECT_FALSE(valid_with("/nodes/0/params/n_fft", "512"));
  EXPECT_FALSE(valid_with("/nodes/0/params/n_fft", nullptr));
  EXPECT_FALSE(valid_with("/nodes/0/params/f_min", 0));
  EXPECT_TRUE(valid_with("/nodes/0/params/f_min", 0.5));
  EXPECT_FALSE(valid_with("/nodes/0/params/window", "hamming2"));
  EXPECT_FALSE(valid_with("/nodes/0/params/hops", {0}));
  EXPECT_FALSE(valid_with("/nodes/0/params/centre", 1));
  EXPECT_FALSE(valid_with("/nodes/0/params/preset", "yamnet"));
  EXPECT_FALSE(valid_with("/nodes/0/inputs/audio", {"source.audio"})) << "not variadic";
  EXPECT_FALSE(valid_with("/nodes/1/inputs/members", json::array()));
  EXPECT_FALSE(valid_with("/source/audio/tail", "keep"));
  EXPECT_FALSE(valid_with("/source", json::object()));
  EXPECT_FALSE(valid_with("/nodes", json::array()));
}

TEST_F(SchemaTest, AcceptsPlaceholdersWhereverAValueIs) {
  EXPECT_TRUE(valid_with("/nodes/0/params/n_fft", "${n:512|FFT length}"));
  EXPECT_TRUE(valid_with("/nodes/0/params/centre", "${centre:true}"));
  EXPECT_TRUE(valid_with("/nodes/0/params/window", "${w:hann}"));
  EXPECT_TRUE(valid_with("/nodes/0/params/preset", "${p:vggish}"));
  EXPECT_TRUE(valid_with("/nodes/0/params/hops", "${hops}"));
  EXPECT_TRUE(valid_with("/source/audio/sample_rate", "${rate:16000}"));
  EXPECT_TRUE(valid_with("/source/audio/window", "${window:0.975}"));
  EXPECT_TRUE(valid_with("/source/audio/tail", "${tail:pad}"));
  EXPECT_FALSE(valid_with("/nodes/0/params/n_fft", "about ${n}"));
}

TEST_F(SchemaTest, GivesEditorsDescriptionsAndDefaults) {
  const json& n_fft =
      document_["definitions"]["frontend.test"]["properties"]["params"]["properties"]["n_fft"];
  EXPECT_EQ(n_fft["default"], 512);
  EXPECT_NE(n_fft["description"].get<std::string>().find("2..65536, samples"), std::string::npos);
}

TEST(Schema, WithoutAnyNodeTypeIsStillASchema) {
  EXPECT_TRUE(json::parse(json_schema({})).contains("definitions"));
}

}  // namespace
}  // namespace melgraph
