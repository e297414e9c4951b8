// Bundles inside graphs, run: the scores of the bundle alone, and every shared part computed once.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "io/audio_reader.h"
#include "melgraph/engine.h"
#include "source_folder.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

const fs::path graphs = testing::source_folder() / "graphs";
const fs::path bundle = graphs / "bundles" / "esc10-cnn";

std::vector<Result> run_probe(Engine& engine, const Graph& graph) {
  const auto reader = open_audio((bundle / "probe.wav").string());
  SessionOptions options;
  options.sample_rate = reader->sample_rate();
  options.channels = reader->channels();
  const auto session = engine.open(graph, options);
  std::vector<float> block;
  std::vector<Result> results;
  Result result;
  while (const std::size_t frames = reader->read(block, 65536)) {
    session->push(block.data(), frames);
  }
  session->drain();
  while (session->wait(result)) results.push_back(result);
  return results;
}

std::vector<float> scores_of(const Graph& graph, const std::vector<Result>& results,
                             const std::string& output) {
  std::vector<float> all;
  for (const Result& result : results) {
    if (graph.outputs()[result.output].name != output) continue;
    all.insert(all.end(), result.values.begin(), result.values.end());
  }
  return all;
}

std::map<std::string, std::uint64_t> items_of(const RunReport& report) {
  std::map<std::string, std::uint64_t> items;
  for (const NodeReport& node : report.nodes) items[node.id] = node.items;
  return items;
}

class BundleInAGraph : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(bundle)) GTEST_SKIP() << "the graphs are missing; set MELGRAPH_SOURCE_DIR";
    EngineOptions options;
    options.jobs = 1;
    engine_ = std::make_unique<Engine>(options);
  }
  std::unique_ptr<Engine> engine_;
};

TEST_F(BundleInAGraph, TwoOfOneGiveItsScoresAndAreComputedOnce) {
  const Graph alone = engine_->load(bundle.string());
  const std::vector<Result> wanted = run_probe(*engine_, alone);
  const Graph graph = engine_->load_text(
      R"({"melgraph": 1,
    "source": {"own": {"sample_rate": 16000, "window": 0.975, "hop": 0.48}},
    "nodes": [
      {"id": "one", "type": "bundle", "params": {"path": "bundles/esc10-cnn"}},
      {"id": "two", "type": "bundle", "params": {"path": "bundles/esc10-cnn"}},
      {"id": "both", "type": "combiner.mean", "inputs": {"scores": ["one", "two"]}}],
    "outputs": {"one": "one.clip", "two": "two.clip", "windows": "both"}})",
      "two.json", graphs);
  const std::vector<Result> found = run_probe(*engine_, graph);
  const std::vector<float> clip = scores_of(alone, wanted, "clip");
  ASSERT_EQ(clip.size(), 10u);
  for (const char* output : {"one", "two"}) {
    const std::vector<float> scores = scores_of(graph, found, output);
    ASSERT_EQ(scores.size(), clip.size());
    for (std::size_t i = 0; i < clip.size(); ++i) EXPECT_NEAR(scores[i], clip[i], 1e-5);
  }
  const std::vector<float> windows = scores_of(alone, wanted, "windows");
  const std::vector<float> mean = scores_of(graph, found, "windows");
  ASSERT_EQ(mean.size(), windows.size());
  for (std::size_t i = 0; i < mean.size(); ++i) EXPECT_NEAR(mean[i], windows[i], 1e-5);

  const auto items = items_of(engine_->report(graph));
  const std::uint64_t count = windows.size() / 10;
  EXPECT_EQ(items.at("one/mel"), count);
  EXPECT_EQ(items.at("one/cnn"), count);
  EXPECT_EQ(items.at("both"), count);
  for (const auto& [id, number] : items) EXPECT_NE(id.rfind("two/", 0), 0u) << id;
}

TEST_F(BundleInAGraph, OverTwoViewsEachFrontEndIsComputedOnceForItsWindows) {
  const Graph graph = engine_->load((graphs / "ensemble.json").string());
  const std::vector<Result> found = run_probe(*engine_, graph);
  const auto items = items_of(engine_->report(graph));
  EXPECT_EQ(items.at("mel"), items.at("cnn"));
  EXPECT_EQ(items.at("esc/mel"), items.at("esc/cnn"));
  EXPECT_GT(items.at("mel"), items.at("esc/mel"));
  EXPECT_EQ(scores_of(graph, found, "clip").size(), 10u);
}

}  // namespace
}  // namespace melgraph
