// Equal views and equal nodes of a graph are computed once.
#include <gtest/gtest.h>

#include "../contracts/standard_types.h"
#include "graph/load.h"
#include "graph/show.h"
#include "run/plan.h"
#include "source_folder.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

class GraphShare : public ::testing::Test {
 protected:
  std::shared_ptr<const ResolvedGraph> load(const std::string& source, const std::string& nodes,
                                            const std::string& outputs,
                                            std::vector<std::string> taps = {}) {
    GraphOptions options;
    options.taps = std::move(taps);
    return load_graph_text(R"({"melgraph": 1, "source": )" + source + R"(, "nodes": [)" + nodes +
                               R"(], "outputs": )" + outputs + "}",
                           "t.json", testing::source_folder() / "graphs", options, *registry_);
  }

  std::unique_ptr<Registry> registry_ = testing::make_contract_registry();
};

const char* const one_view = R"({"a": {"sample_rate": 16000, "window": 1}})";
const char* const two_views =
    R"({"a": {"sample_rate": 16000, "window": 1}, "b": {"sample_rate": 16000, "window": 1.0, "hop": 1}})";

std::string mel(const std::string& id, const std::string& view, const std::string& params = "{}") {
  return R"({"id": ")" + id + R"(", "type": "frontend.mel", "params": )" + params +
         R"(, "inputs": {"audio": "source.)" + view + R"("}})";
}

std::string level(const std::string& id, const std::string& from) {
  return R"({"id": ")" + id + R"(", "type": "post.mean", "inputs": {"values": ")" + from + R"("}})";
}

TEST_F(GraphShare, EqualNodesOverEqualViewsAreOneAndTheOthersAreFoundByTheirNames) {
  const auto graph = load(two_views,
                          mel("m", "a") + ", " + mel("n", "b", R"({"n_mels": 128})") + ", " +
                              level("l", "m") + ", " + level("k", "n"),
                          R"({"x": "l", "y": "k"})", {"n", "source.b"});
  ASSERT_EQ(graph->nodes.size(), 2u);
  ASSERT_EQ(graph->views.size(), 1u);
  EXPECT_EQ(graph->nodes[0].id, "m");
  EXPECT_EQ(graph->find_node("n"), graph->find_node("m"));
  EXPECT_EQ(graph->find_node("k"), graph->find_node("l"));
  EXPECT_EQ(graph->find_view("b"), 0);
  EXPECT_EQ(graph->output_edges[0], graph->output_edges[1]);
  EXPECT_EQ(graph->output_edges[2], graph->nodes[0].outputs[0]);
  EXPECT_EQ(graph->outputs[2].name, "n.features");  // as it was asked for
  EXPECT_EQ(graph->output_edges[3], 0);
  EXPECT_EQ(make_plan(*graph).lanes.size(), 1u);
  EXPECT_EQ(make_plan(*graph).lanes[0].nodes.size(), 2u);
  const std::string shown = graph_to_json(*graph);
  EXPECT_NE(shown.find("\"n\": \"m\""), std::string::npos) << shown;
  EXPECT_NE(shown.find("\"source.b\": \"source.a\""), std::string::npos) << shown;
}

TEST_F(GraphShare, WhatDiffersInAnythingIsComputedForItself) {
  const auto nodes = [&](const std::string& source, const std::string& params) {
    const auto graph =
        load(source, mel("m", "a") + ", " + mel("n", "b", params), R"({"x": "m", "y": "n"})");
    return graph->nodes.size();
  };
  const auto view = [](const std::string& b) {
    return R"({"a": {"sample_rate": 16000, "window": 1}, "b": {)" + b + "}}";
  };
  EXPECT_EQ(nodes(two_views, "{}"), 1u);
  EXPECT_EQ(nodes(two_views, R"({"n_mels": 64})"), 2u);
  EXPECT_EQ(nodes(view(R"("sample_rate": 22050, "window": 1)"), "{}"), 2u);
  EXPECT_EQ(nodes(view(R"("sample_rate": 16000, "window": 2)"), "{}"), 2u);
  EXPECT_EQ(nodes(view(R"("sample_rate": 16000, "window": 1, "hop": 0.5)"), "{}"), 2u);
  EXPECT_EQ(nodes(view(R"("sample_rate": 16000, "window": 1, "tail": "pad")"), "{}"), 2u);
  EXPECT_EQ(nodes(view(R"("sample_rate": 16000, "window": 1, "resampler": "soxr-hq")"), "{}"), 2u);
  EXPECT_EQ(nodes(view(R"("sample_rate": 16000, "window": 1, "channels": 2)"), "{}"), 2u);
}

TEST_F(GraphShare, TheOrderOfMembersMattersToACombiner) {
  if (testing::source_folder().empty()) GTEST_SKIP() << "set MELGRAPH_SOURCE_DIR";
  const auto network = [](const std::string& id, const std::string& mel_id) {
    return R"({"id": ")" + id + R"(", "type": "model.cnn", "inputs": {"features": ")" + mel_id +
           R"("}, "params": {"weights": "bundles/esc10-cnn/esc10_cnn.safetensors",
              "labels": "bundles/esc10-cnn/labels.txt"}})";
  };
  const auto combiner = [](const std::string& id, const std::string& members) {
    return R"({"id": ")" + id + R"(", "type": "combiner.max", "inputs": {"scores": [)" + members +
           "]}}";
  };
  const std::string vggish = R"({"preset": "vggish"})";
  const std::string members = mel("m", "a", vggish) + ", " + mel("n", "b", vggish) + ", " +
                              network("k", "m") + ", " + network("l", "n") + ", ";
  const auto both = [&](const std::string& first, const std::string& second) {
    return load(R"({"a": {"sample_rate": 16000, "window": 0.975},
                    "b": {"sample_rate": 16000, "window": 0.975, "tail": "pad"}})",
                members + combiner("x", first) + ", " + combiner("y", second),
                R"({"x": "x", "y": "y"})")
        ->nodes.size();
  };
  EXPECT_EQ(both(R"("k", "l")", R"("k", "l")"), 5u);
  EXPECT_EQ(both(R"("k", "l")", R"("l", "k")"), 6u);
  EXPECT_EQ(both(R"("k", "l")", R"("k")"), 6u);
}

TEST_F(GraphShare, SinksAndForeignCodeAreNeverMadeOne) {
  const auto graph = load(
      one_view,
      mel("m", "a") +
          R"(, {"id": "f", "type": "model.torchscript", "params": {"file": "own.pt", "classes": 2}, "inputs": {"features": "m"}})"
          R"(, {"id": "g", "type": "model.torchscript", "params": {"file": "own.pt", "classes": 2}, "inputs": {"features": "m"}})"
          R"(, {"id": "s", "type": "sink.csv", "inputs": {"scores": "f"}})"
          R"(, {"id": "t", "type": "sink.csv", "inputs": {"scores": "f"}})",
      R"({"x": "f", "y": "g"})");
  EXPECT_EQ(graph->nodes.size(), 5u);
  EXPECT_EQ(graph->files.size(), 2u);
}

TEST_F(GraphShare, ABundleTwiceAndItsGraphBesideItComputeEverythingOnce) {
  if (testing::source_folder().empty()) GTEST_SKIP() << "set MELGRAPH_SOURCE_DIR";
  const std::string path = R"("params": {"path": "bundles/esc10-cnn"})";
  const auto graph =
      load(R"({"own": {"sample_rate": 16000, "window": 0.975, "hop": 0.48}})",
           R"({"id": "one", "type": "bundle", )" + path + R"(}, {"id": "two", "type": "bundle", )" +
               path + "}, " + mel("mel", "own", R"({"preset": "vggish"})") + ", " +
               level("level", "mel"),
           R"({"x": "one.clip", "y": "two.clip", "z": "level"})", {"two", "two/mel"});
  // mel, cnn, level and clip of the bundle; the graph's own level is the bundle's.
  EXPECT_EQ(graph->nodes.size(), 4u);
  EXPECT_EQ(graph->views.size(), 1u);
  EXPECT_EQ(graph->find_node("two/cnn"), graph->find_node("one/cnn"));
  EXPECT_EQ(graph->find_node("level"), graph->find_node("one/level"));
  EXPECT_EQ(graph->output_edges[0], graph->output_edges[1]);
  EXPECT_EQ(graph->files.size(), 2u);
}

}  // namespace
}  // namespace melgraph
