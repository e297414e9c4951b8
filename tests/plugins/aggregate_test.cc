#include <gmock/gmock.h>

#include <cmath>

#include "melgraph/testing/node_runner.h"
#include "models/aggregate/contract.h"
#include "models/aggregate/nodes.h"
#include "models_support.h"

namespace melgraph {
namespace {

using ::testing::HasSubstr;
using testing::NodeRunner;
using testing::scores_spec;
using testing::values_spec;

NodeRunner mean() {
  return {describe_aggregate_mean(), infer_aggregate, make_aggregate_mean};
}
NodeRunner maximum() {
  return {describe_aggregate_max(), infer_aggregate, make_aggregate_max};
}
NodeRunner median() {
  return {describe_aggregate_median(), infer_aggregate, make_aggregate_median};
}

/// Reduce windows of one class.
float reduce(NodeRunner runner, const std::vector<double>& windows) {
  runner.connect("scores", scores_spec(Kind::scores, 1));
  return runner.run(at::tensor(windows, at::kFloat).unsqueeze(1)).item<float>();
}

/// Reduce windows of one class with a gate.
float reduce(NodeRunner runner, const std::vector<double>& windows, const std::vector<double>& gate,
             double gate_min) {
  runner.set("gate_min", gate_min);
  runner.connect("scores", scores_spec(Kind::scores, 1)).connect("gate", values_spec());
  return runner
      .process({{"scores", {at::tensor(windows, at::kFloat).unsqueeze(1)}},
                {"gate", {at::tensor(gate, at::kFloat)}}})
      .at("scores")
      .item<float>();
}

TEST(Aggregate, ReducesTheWindowsOfAClip) {
  EXPECT_FLOAT_EQ(reduce(mean(), {1, 2, 6}), 3);
  EXPECT_FLOAT_EQ(reduce(maximum(), {1, 6, 2}), 6);
  EXPECT_FLOAT_EQ(reduce(median(), {6, 1, 2}), 2);
  EXPECT_FLOAT_EQ(reduce(median(), {6, 1, 2, 4}), 3);
}

TEST(Aggregate, OneWindowIsItself) {
  EXPECT_FLOAT_EQ(reduce(mean(), {0.3}), 0.3f);
  EXPECT_FLOAT_EQ(reduce(maximum(), {0.3}), 0.3f);
  EXPECT_FLOAT_EQ(reduce(median(), {0.3}), 0.3f);
}

TEST(Aggregate, ClassesAreReducedApart) {
  NodeRunner runner = maximum();
  runner.connect("scores", scores_spec(Kind::scores, 2));
  const at::Tensor x = at::tensor({1.0, 4.0, 3.0, 2.0}, at::kFloat).view({2, 2});
  const at::Tensor result = runner.run(x);
  EXPECT_FLOAT_EQ(result[0][0].item<float>(), 3);
  EXPECT_FLOAT_EQ(result[0][1].item<float>(), 4);
}

TEST(Aggregate, GateLeavesWindowsOut) {
  EXPECT_FLOAT_EQ(reduce(mean(), {1, 2, 6}, {0, 1, 2}, 0.5), 4);
  EXPECT_FLOAT_EQ(reduce(maximum(), {9, 2, 6}, {0, 1, 2}, 0.5), 6);
  EXPECT_FLOAT_EQ(reduce(median(), {9, 2, 6}, {0, 1, 2}, 0.5), 4);
}

TEST(Aggregate, GateAtItsMinimumDoesNotCount) {
  EXPECT_FLOAT_EQ(reduce(mean(), {1, 2, 6}, {0, 0.5, 2}, 0.5), 6);
}

TEST(Aggregate, AllWindowsCountWhereNoneIsAboveTheGate) {
  EXPECT_FLOAT_EQ(reduce(mean(), {1, 2, 6}, {0, 0, 0}, 0), 3);
}

TEST(Aggregate, NanShows) {
  EXPECT_TRUE(std::isnan(reduce(mean(), {1, NAN, 2})));
  EXPECT_TRUE(std::isnan(reduce(maximum(), {1, NAN, 2})));
  EXPECT_TRUE(std::isnan(reduce(median(), {1, NAN, 2})));
}

TEST(Aggregate, GateThatIsNotANumberIsAnError) {
  EXPECT_THROW(reduce(mean(), {1, 2}, {NAN, 1}, 0), Error);
}

TEST(Aggregate, KeepsKindAndLabels) {
  const Labels labels = testing::make_labels({"dog"});
  NodeRunner runner = mean();
  runner.connect("scores", scores_spec(Kind::logits, 1, labels));
  ASSERT_TRUE(runner.infer()) << runner.findings_text();
  EXPECT_EQ(runner.output().kind, Kind::logits);
  EXPECT_EQ(runner.output().labels, labels);
  EXPECT_EQ(runner.output().axes[0].name, "clip");
  EXPECT_EQ(runner.output().size_of("class"), 1);
}

TEST(Aggregate, TakesValuesWithoutFurtherAxes) {
  NodeRunner runner = mean();
  runner.connect("scores", values_spec());
  EXPECT_FLOAT_EQ(runner.run(at::tensor({1.0, 3.0}, at::kFloat)).item<float>(), 2);
}

TEST(Aggregate, GateAndItsMinimumBelongTogether) {
  NodeRunner gate = mean();
  gate.connect("scores", scores_spec(Kind::scores, 1)).connect("gate", values_spec());
  EXPECT_FALSE(gate.infer());
  EXPECT_THAT(gate.findings_text(), HasSubstr("no `gate_min`"));
  NodeRunner least = mean();
  least.set("gate_min", 0.5).connect("scores", scores_spec(Kind::scores, 1));
  EXPECT_FALSE(least.infer());
  EXPECT_THAT(least.findings_text(), HasSubstr("nothing to compare `gate_min` with"));
}

TEST(Aggregate, DoesNotTakeClips) {
  NodeRunner runner = mean();
  runner.connect("scores", scores_spec(Kind::scores, 1, nullptr, "clip"));
  EXPECT_FALSE(runner.infer());
}

}  // namespace
}  // namespace melgraph
