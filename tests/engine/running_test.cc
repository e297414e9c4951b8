// Endless inputs: what is per clip is reduced as windows come, and their rows are dropped.
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "live_support.h"
#include "melgraph/engine.h"
#include "run/clip_stage.h"
#include "run/plan.h"

namespace melgraph {
namespace {

using testing::of_output;

const std::string stages =
    R"({"id": "mean", "type": "aggregate.mean", "inputs": {"scores": "s"}},
       {"id": "max", "type": "aggregate.max", "inputs": {"scores": "s"}},
       {"id": "linear", "type": "aggregate.linear_softmax", "inputs": {"scores": "s"}},
       {"id": "weighed", "type": "aggregate.attention",
        "inputs": {"scores": "s", "attention": "s"}},
       {"id": "gated", "type": "aggregate.mean", "params": {"gate_min": 0.5},
        "inputs": {"scores": "s", "gate": "level"}})";

/// Windows of 10 samples; the gate is of another view, with twice as many.
std::string graph_of(const std::string& clip_nodes, const std::string& outputs) {
  return R"({"melgraph": 1, "source": {"audio": {"sample_rate": 1000, "window": 0.01},
                                       "quick": {"sample_rate": 1000, "window": 0.005}},
    "nodes": [{"id": "s", "type": "test.scores", "inputs": {"audio": "source.audio"}},
              {"id": "level", "type": "post.mean", "inputs": {"values": "source.quick"}},)" +
         clip_nodes + R"(], "outputs": )" + outputs + "}";
}

TEST(RunningReductions, ALongStreamInSingleSamplesGivesWhatItsWindowsGive) {
  Engine engine;
  testing::add_test_types(engine);
  const Graph graph = engine.load_text(
      graph_of(stages, R"({"windows": "s", "levels": "level", "mean": "mean", "max": "max",
                           "linear": "linear", "weighed": "weighed", "gated": "gated"})"),
      "running", "");
  SessionOptions options;
  options.sample_rate = 1000;
  auto session = engine.open(graph, options);
  std::vector<Result> all;
  Result result;
  constexpr std::size_t count = 5000;
  for (std::size_t i = 0; i < 10 * count; ++i) {
    const float sample = 0.5f + 0.5f * std::sin(0.003f * static_cast<float>(i));
    session->push(&sample, 1);
    while (session->poll(result)) all.push_back(result);
  }
  session->drain();
  while (session->wait(result)) all.push_back(result);

  const auto windows = of_output(graph, all, "windows");
  const auto levels = of_output(graph, all, "levels");
  ASSERT_EQ(windows.size(), count);
  ASSERT_EQ(levels.size(), 2 * count);
  for (std::size_t c = 0; c < 2; ++c) {
    double sum = 0, squares = 0, largest = 0, exps = 0, weighed = 0, gated = 0, open = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double x = windows[i].values[c];
      sum += x;
      squares += x * x;
      largest = std::max(largest, x);
      exps += std::exp(x);
      weighed += std::exp(x) * x;
      if (0.5 * (levels[2 * i].values[0] + levels[2 * i + 1].values[0]) <= 0.5) continue;
      gated += x;
      ++open;
    }
    const auto expect = [&](const char* output, double expected) {
      const auto results = of_output(graph, all, output);
      ASSERT_EQ(results.size(), 1u) << output;
      EXPECT_NEAR(results[0].values[c], expected, 1e-6) << output;
      EXPECT_EQ(results[0].start, 0);
      EXPECT_DOUBLE_EQ(results[0].end, 0.01 * count);
    };
    EXPECT_GT(open, 1000);
    EXPECT_LT(open, 4000);
    expect("mean", sum / count);
    expect("max", largest);
    expect("linear", squares / sum);
    expect("weighed", weighed / exps);
    expect("gated", gated / open);
  }
}

/// A clip stage of its own, fed by hand.
class ClipStageTest : public ::testing::Test {
 protected:
  void load(const std::string& clip_nodes, const std::string& outputs) {
    testing::add_test_types(engine_);
    graph_ = engine_.load_text(graph_of(clip_nodes, outputs), "stage", "").shared();
    plan_ = make_plan(*graph_);
    counters_ = std::make_unique<RunCounters>(graph_->nodes.size());
    instances_ = std::make_unique<ClipInstances>(*graph_, plan_, options_, shared_);
    stage_ = std::make_unique<ClipStage>(*graph_, plan_, *instances_, *counters_);
  }

  int edge(const std::string& name) const {
    for (std::size_t e = 0; e < graph_->edges.size(); ++e) {
      if (graph_->edges[e].name == name) return static_cast<int>(e);
    }
    ADD_FAILURE() << "no edge " << name;
    return 0;
  }

  static TimeSpan span(int i, double length) { return {i * length, (i + 1) * length}; }
  void add(const std::string& name, int i, double length, const at::Tensor& items) {
    stage_->add(edge(name), items, {span(i, length)});
  }
  void advance() {
    stage_->advance([this](Result&& result) { results_.push_back(std::move(result)); });
  }

  Engine engine_;
  EngineOptions options_;
  std::shared_ptr<const ResolvedGraph> graph_;
  Plan plan_;
  SharedObjects shared_;
  std::unique_ptr<RunCounters> counters_;
  std::unique_ptr<ClipInstances> instances_;
  std::unique_ptr<ClipStage> stage_;
  std::vector<Result> results_;
};

at::Tensor scores(double value) {
  return at::full({1, 2}, value, at::kFloat);
}

const char* const mean_and_gate =
    R"({"id": "gated", "type": "aggregate.mean", "params": {"gate_min": 0.5},
        "inputs": {"scores": "s", "gate": "level"}})";

TEST_F(ClipStageTest, DropsWhatRunningReductionsHaveTaken) {
  load(mean_and_gate, R"({"gated": "gated"})");
  std::size_t most = 0;
  double sum = 0;
  for (int i = 0; i < 3000; ++i) {
    const bool open = i % 3 == 0;
    for (int half = 0; half < 2; ++half) {
      add("level.values", 2 * i + half, 0.005, at::full({1}, open ? 1.0 : 0.0, at::kFloat));
    }
    add("s.scores", i, 0.01, scores(i));
    if (open) sum += i;
    advance();
    most = std::max(most, stage_->held());
  }
  // A block of windows, twice as many of the gate's, and a few that wait.
  EXPECT_LE(most, static_cast<std::size_t>(3 * ClipStage::block + 8));
  EXPECT_GE(most, static_cast<std::size_t>(ClipStage::block));
  stage_->finish(edge("s.scores"));
  stage_->finish(edge("level.values"));
  advance();
  EXPECT_TRUE(stage_->done());
  ASSERT_EQ(results_.size(), 1u);
  EXPECT_NEAR(results_[0].values[0], sum / 1000, 1e-3);
  EXPECT_EQ(results_[0].start, 0);
  EXPECT_DOUBLE_EQ(results_[0].end, 30);
}

TEST_F(ClipStageTest, AMedianKeepsItsRows) {
  load(R"({"id": "median", "type": "aggregate.median", "inputs": {"scores": "s"}})",
       R"({"median": "median"})");
  for (int i = 0; i < 1000; ++i) {
    add("s.scores", i, 0.01, scores(i));
    advance();
  }
  EXPECT_EQ(stage_->held(), 1000u);
}

TEST_F(ClipStageTest, AMemberWithoutAnyWindowGivesNoResultButAnEnd) {
  load(mean_and_gate, R"({"gated": "gated"})");
  add("s.scores", 0, 0.01, scores(1));
  advance();
  stage_->skip(edge("level.values"), span(0, 0.005));
  stage_->finish(edge("s.scores"));
  stage_->finish(edge("level.values"));
  advance();
  EXPECT_TRUE(stage_->done());
  EXPECT_TRUE(results_.empty());
}

const char* const mean_of_two =
    R"({"id": "t", "type": "test.scores", "inputs": {"audio": "source.quick"}},
       {"id": "both", "type": "combiner.mean", "inputs": {"scores": ["s", "t"]}},
       {"id": "again", "type": "combiner.mean", "inputs": {"scores": ["s", "both"]}})";

TEST_F(ClipStageTest, ADroppedWindowOfTheGridHasNoResultAndThoseOfMembersAreReplacedByTheNearest) {
  load(mean_of_two, R"({"both": "both", "again": "again"})");
  // The grid has windows 0, 2 and 3; the member lacks both of window 2.
  for (const int i : {0, 2, 3}) add("s.scores", i, 0.01, scores(0));
  for (const int i : {0, 1, 2, 6, 7}) add("t.scores", i, 0.005, scores(0.1 * i));
  stage_->finish(edge("s.scores"));
  stage_->finish(edge("t.scores"));
  advance();
  EXPECT_TRUE(stage_->done());
  ASSERT_EQ(results_.size(), 6u);
  // Halves of the mean of 0 and 1, of the nearest of 2 and 6, of the mean of 6 and 7.
  const double expected[] = {0.025, 0.3, 0.325};
  const double starts[] = {0, 0.02, 0.03};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(results_[i].values[0], expected[i], 1e-6);
    EXPECT_DOUBLE_EQ(results_[i].start, starts[i]);
    EXPECT_EQ(results_[i].index, static_cast<std::int64_t>(i));
    EXPECT_NEAR(results_[i + 3].values[0], 0.5 * expected[i], 1e-6);
  }
}

TEST_F(ClipStageTest, NothingWaitsForAGridThatOneMemberCannotReach) {
  load(mean_of_two, R"({"again": "again"})");
  for (int i = 0; i < 3; ++i) add("s.scores", i, 0.01, scores(0.5));
  stage_->finish(edge("t.scores"));
  advance();
  stage_->finish(edge("s.scores"));
  advance();
  EXPECT_TRUE(stage_->done());
  EXPECT_TRUE(results_.empty());
}

TEST_F(ClipStageTest, AMembersRowsAreDroppedWhileWindowsOfTheGridAreSkipped) {
  load(mean_of_two, R"({"both": "both"})");
  std::size_t most = 0;
  for (int i = 0; i < 500; ++i) {
    stage_->skip(edge("s.scores"), span(i, 0.01));
    for (int half = 0; half < 2; ++half) add("t.scores", 2 * i + half, 0.005, scores(0.1));
    advance();
    most = std::max(most, stage_->held());
  }
  EXPECT_LE(most, 8u);
}

}  // namespace
}  // namespace melgraph
