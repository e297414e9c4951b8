#include <gtest/gtest.h>

#include <cmath>

#include "../contracts/standard_types.h"
#include "graph/fingerprint.h"
#include "graph/infer.h"
#include "graph/load.h"
#include "graph/show.h"
#include "melgraph/error.h"
#include "run/plan.h"
#include "source_folder.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

class GraphLoad : public ::testing::Test {
 protected:
  std::shared_ptr<const ResolvedGraph> load(const std::string& text, GraphOptions options = {}) {
    return load_graph_text(text, "t.json", "/graphs", options, *registry_);
  }
  std::shared_ptr<const ResolvedGraph> shipped(const std::string& name, GraphOptions options = {}) {
    return load_graph((testing::source_folder() / "graphs" / name).string(), {}, options,
                      *registry_);
  }

  std::unique_ptr<Registry> registry_ = testing::make_contract_registry();
};

std::string level_graph(const std::string& params, const std::string& view = "\"window\": 1") {
  return R"({"melgraph": 1, "source": {"audio": {"sample_rate": 16000, )" + view + R"(}},
    "nodes": [{"id": "level", "type": "post.mean", "inputs": {"values": "mel"}},
              {"id": "mel", "type": "frontend.mel", "params": )" +
         params + R"(, "inputs": {"audio": "source.audio"}}],
    "outputs": {"level": "level"}})";
}

TEST_F(GraphLoad, PutsEveryNodeBehindItsInputs) {
  const auto graph = load(level_graph("{}"));
  ASSERT_EQ(graph->nodes.size(), 2u);
  EXPECT_EQ(graph->nodes[0].id, "mel");
  EXPECT_EQ(graph->nodes[1].id, "level");
}

TEST_F(GraphLoad, CompletesParametersFromDefaultsPresetAndGraphInThisOrder) {
  const auto graph = load(level_graph(R"({"preset": "vggish", "f_min": 50})"));
  const Params& params = graph->nodes[0].params;
  EXPECT_EQ(params.integer("n_mels"), 64);
  EXPECT_EQ(params.number("f_min"), 50.0);
}

TEST_F(GraphLoad, APlaceholderThatIsTheWholeStringTakesTheTypeOfItsParameter) {
  GraphOptions options;
  options.set["bands"] = "40";
  const auto graph = load(level_graph(R"({"n_mels": "${bands:64|mel bands}"})"), options);
  EXPECT_EQ(graph->nodes[0].params.integer("n_mels"), 40);
  EXPECT_EQ(load(level_graph(R"({"n_mels": "${bands:64}"})"))->nodes[0].params.integer("n_mels"),
            64);
}

TEST_F(GraphLoad, AnUnusedValueIsAUsageErrorWithTheNearestName) {
  GraphOptions options;
  options.set["band"] = "40";
  try {
    load(level_graph(R"({"n_mels": "${bands:64}"})"), options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_STREQ(error.what(), "t.json has no placeholder \"band\"");
    EXPECT_EQ(error.hint(), "did you mean \"bands\"?");
  }
}

TEST_F(GraphLoad, PathsOfTheGraphAreRelativeToItThoseOfTheUserToHisFolder) {
  const std::string text = R"({"melgraph": 1, "source": {"audio": {"sample_rate": 16000}},
    "nodes": [{"id": "x", "type": "model.torchscript",
               "params": {"file": "${file:own.pt}", "classes": 2}, "inputs": {"features": "source.audio"}}],
    "outputs": {"x": "x"}})";
  EXPECT_EQ(load(text)->nodes[0].params.string("file"), "/graphs/own.pt");
  GraphOptions options;
  options.set["file"] = "his.pt";
  options.set_base = "/home/user";
  EXPECT_EQ(load(text, options)->nodes[0].params.string("file"), "/home/user/his.pt");
}

TEST_F(GraphLoad, ABundleMayNotNameFilesOutsideItsFolder) {
  const std::string text = R"({"melgraph": 1, "source": {"audio": {"sample_rate": 16000}},
    "nodes": [{"id": "x", "type": "model.torchscript",
               "params": {"file": "../../etc/own.pt", "classes": 2}, "inputs": {"features": "source.audio"}}],
    "outputs": {"x": "x"}})";
  try {
    load_graph_text(text, "bundle.json", "/graphs", {}, *registry_);
    FAIL();
  } catch (const GraphError& error) {
    EXPECT_NE(error.diagnostics().to_text().find("leads out of the bundle's folder"),
              std::string::npos);
  }
}

TEST_F(GraphLoad, OnePatchAWindowKeepsTheViewsGridAndMoreGetOneOfTheirOwn) {
  const auto one = load(level_graph(R"({"preset": "vggish"})", "\"window\": 0.975"));
  const Edge& single = one->edges[static_cast<std::size_t>(one->nodes[0].outputs[0])];
  EXPECT_EQ(single.patches, 1);
  EXPECT_EQ(single.grid, 0);
  EXPECT_EQ(to_string(single.spec), "features float32 [window, channel 1, time 96, mel 64]");
  const auto many = load(level_graph(R"({"preset": "vggish"})", "\"window\": null"));
  const Edge& expanded = many->edges[static_cast<std::size_t>(many->nodes[0].outputs[0])];
  EXPECT_EQ(expanded.patches, unknown_size);
  EXPECT_EQ(expanded.grid, 1);
  EXPECT_DOUBLE_EQ(expanded.patch_hop, 0.96);
  EXPECT_DOUBLE_EQ(expanded.patch_length, 0.975);
  EXPECT_EQ(many->nodes[1].grid, 1);
}

TEST_F(GraphLoad, AWholeInputOfALengthThatCannotWorkIsFoundBeforeItRuns) {
  const auto graph = load(level_graph("{\"n_fft\": 1024}", "\"window\": null"));
  EXPECT_EQ(check_length(*graph, 0, 16000), "");
  EXPECT_EQ(check_length(*graph, 0, 100),
            "node \"mel\": reflect padding for n_fft 1024 needs more than 512 samples, the window "
            "has 100 (use a longer window, or pad_mode constant)");
}

TEST_F(GraphLoad, FingerprintsDoNotChangeWhereADefaultIsWrittenOut) {
  const auto form = [&](const std::string& params, const std::string& view = "\"window\": 1") {
    const auto graph = load(level_graph(params, view));
    return canonical_form(*graph, graph->nodes[0].outputs[0]);
  };
  const auto plain = form(R"({"preset": "vggish"})");
  EXPECT_EQ(fingerprint(plain), fingerprint(form(R"({"preset": "vggish", "n_mels": 64})")));
  EXPECT_EQ(fingerprint(plain), fingerprint(form(R"({"preset": "vggish", "top_db": null})")));
  const auto other = form(R"({"preset": "vggish", "f_min": 50})");
  EXPECT_NE(fingerprint(plain), fingerprint(other));
  EXPECT_EQ(first_difference(plain, other), "params.f_min: trained with 125, the graph has 50");
  EXPECT_NE(fingerprint(plain), fingerprint(form(R"({"preset": "vggish"})", "\"window\": 2")));
}

TEST_F(GraphLoad, FingerprintsOfPresetsAreFrozen) {
  const auto graph = shipped("esc10.json");
  const int mel = graph->find_node("mel");
  EXPECT_EQ(
      fingerprint(canonical_form(*graph, graph->nodes[static_cast<std::size_t>(mel)].outputs[0])),
      "sha256:4e7f563d58d225896fac3172d0cc3e4d99ac4e78ef2ab9e8a2d16cd170e2c84c");
}

TEST_F(GraphLoad, ThePlanDropsEachTensorAfterItsLastConsumer) {
  const auto graph = shipped("esc10.json");
  const Plan plan = make_plan(*graph);
  ASSERT_EQ(plan.lanes.size(), 1u);
  const Lane& lane = plan.lanes[0];
  std::vector<std::string> nodes, results;
  std::vector<std::vector<std::string>> dropped;
  for (std::size_t i = 0; i < lane.nodes.size(); ++i) {
    nodes.push_back(graph->nodes[static_cast<std::size_t>(lane.nodes[i])].id);
    dropped.emplace_back();
    for (const int edge : lane.drop_after[i]) {
      dropped.back().push_back(graph->edges[static_cast<std::size_t>(edge)].name);
    }
  }
  for (const int edge : lane.results) {
    results.push_back(graph->edges[static_cast<std::size_t>(edge)].name);
  }
  using Names = std::vector<std::string>;
  EXPECT_EQ(nodes, (Names{"mel", "cnn", "level"}));
  EXPECT_EQ(dropped[0], (Names{"source.audio"}));
  EXPECT_EQ(dropped[1], (Names{"cnn.logits", "cnn.embedding"}));
  EXPECT_EQ(dropped[2], (Names{"mel.features"}));
  EXPECT_EQ(results, (Names{"cnn.scores", "level.values"}));
  ASSERT_EQ(plan.clip_nodes.size(), 1u);
  EXPECT_EQ(graph->nodes[static_cast<std::size_t>(plan.clip_nodes[0])].id, "clip");
}

TEST_F(GraphLoad, ThePlanLeavesOutWhatNothingReports) {
  const auto graph =
      load(R"({"melgraph": 1, "source": {"audio": {"sample_rate": 16000, "window": 1}},
    "nodes": [{"id": "a", "type": "post.mean", "inputs": {"values": "source.audio"}},
              {"id": "b", "type": "post.mean", "inputs": {"values": "source.audio"}}],
    "outputs": {"a": "a"}})");
  ASSERT_EQ(graph->warnings.size(), 1u);
  EXPECT_EQ(graph->warnings[0].message, "nothing uses node \"b\"");
  EXPECT_EQ(make_plan(*graph).lanes[0].nodes.size(), 1u);
}

TEST_F(GraphLoad, ANodeOverTwoViewsWaitsForTheSession) {
  const auto graph = shipped("esc10-two-views.json");
  const auto& both = graph->nodes[static_cast<std::size_t>(graph->find_node("both"))];
  EXPECT_EQ(both.stage, Stage::clip);
  EXPECT_EQ(both.grid, 0);
  const Plan plan = make_plan(*graph);
  EXPECT_EQ(plan.lanes[0].nodes.size(), 2u);
  EXPECT_EQ(plan.lanes[1].nodes.size(), 2u);
  EXPECT_EQ(plan.clip_nodes.size(), 2u);
}

TEST_F(GraphLoad, ABundleOrGraphIsFoundByItsName) {
  const std::vector<fs::path> folders = {testing::source_folder() / "graphs"};
  EXPECT_EQ(load_graph("esc10", folders, {}, *registry_)->name, "esc10");
  EXPECT_EQ(load_graph("esc10-cnn", folders, {}, *registry_)->name, "esc10-cnn");
  try {
    load_graph("esc01", folders, {}, *registry_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.hint(), "did you mean \"esc10\"?");
  }
}

TEST_F(GraphLoad, AWindowOfTheRunIsForViewsThatTakeTheWholeInput) {
  const std::string text = R"({"melgraph": 1,
    "source": {"whole": {"sample_rate": 16000}, "null": {"sample_rate": 8000, "window": null},
               "cut": {"sample_rate": 16000, "window": 1, "hop": 0.5}},
    "nodes": [{"id": "a", "type": "post.mean", "inputs": {"values": "source.whole"}},
              {"id": "b", "type": "post.mean", "inputs": {"values": "source.null"}},
              {"id": "c", "type": "post.mean", "inputs": {"values": "source.cut"}}],
    "outputs": {"a": "a", "b": "b", "c": "c"}})";
  GraphOptions options;
  options.window = 0.975;
  const auto graph = load(text, options);
  EXPECT_EQ(graph->views[0].window, 15600);
  EXPECT_EQ(graph->views[0].hop, 15600);
  EXPECT_EQ(graph->views[1].window, 7800);
  EXPECT_EQ(graph->views[2].window, 16000);
  EXPECT_EQ(graph->views[2].hop, 8000);
}

TEST_F(GraphLoad, AWindowOfTheRunThatIsNoNumberOfSamplesIsAnErrorOfTheView) {
  GraphOptions options;
  options.window = 0.00390625;
  try {
    load(level_graph("{}", "\"window\": null"), options);
    FAIL() << "the window was rounded";
  } catch (const GraphError& error) {
    EXPECT_EQ(
        error.diagnostics().to_text(),
        "t.json:1:70: error: a window of 0.00390625 s is no whole number of samples at 16000 Hz "
        "(62.5) (at /source/audio/window)\n"
        "  hint: the nearest are 0.003875 (62 samples) and 0.0039375 (63 samples)\n");
  }
  for (const double wrong : {-1.0, std::nan(""), static_cast<double>(INFINITY)}) {
    options.window = wrong;
    EXPECT_THROW(load(level_graph("{}"), options), Error) << wrong;
  }
}

TEST_F(GraphLoad, AWindowOfTheRunIsNotAnotherFrontEnd) {
  GraphOptions options;
  options.window = 0.5;
  const std::string text = level_graph("{}", "\"window\": null");
  const auto form = [](const ResolvedGraph& graph) {
    return canonical_form(graph, graph.nodes[0].outputs[0]);
  };
  EXPECT_EQ(form(*load(text)), form(*load(text, options)));
  EXPECT_NE(form(*load(text)), form(*load(level_graph("{}", "\"window\": 0.5"))));
}

}  // namespace
}  // namespace melgraph
