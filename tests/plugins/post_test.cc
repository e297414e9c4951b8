#include <ATen/ops/full.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "melgraph/testing/node_runner.h"
#include "models/post/contract.h"
#include "models/post/nodes.h"
#include "models_support.h"

namespace melgraph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::NodeRunner;
using testing::scores_spec;

constexpr float off = -std::numeric_limits<float>::infinity();

NodeRunner threshold() {
  return {describe_post_threshold(), infer_post_threshold, make_post_threshold};
}
NodeRunner top_k(int k) {
  NodeRunner runner(describe_post_top_k(), infer_post_top_k, make_post_top_k);
  runner.set("k", k);
  return runner;
}

/// Run one item.
std::vector<float> select(NodeRunner& runner, const std::vector<double>& scores) {
  runner.connect("scores", scores_spec(Kind::scores, static_cast<std::int64_t>(scores.size())));
  const at::Tensor result = runner.run(at::tensor(scores, at::kFloat).unsqueeze(0)).contiguous();
  return {result.const_data_ptr<float>(), result.const_data_ptr<float>() + result.numel()};
}

TEST(PostMean, GivesOneNumberAnItem) {
  NodeRunner runner(describe_post_mean(), infer_post_mean, make_post_mean);
  runner.connect("values", testing::features_spec(1, 2, 3));
  const at::Tensor x = at::arange(12, at::kFloat).view({2, 1, 2, 3});
  const at::Tensor means = runner.run(x);
  EXPECT_EQ(means.sizes(), at::IntArrayRef({2}));
  EXPECT_FLOAT_EQ(means[0].item<float>(), 2.5f);
  EXPECT_FLOAT_EQ(means[1].item<float>(), 8.5f);
  EXPECT_EQ(runner.output().kind, Kind::values);
}

TEST(PostMean, AccumulatesInFloat64) {
  NodeRunner runner(describe_post_mean(), infer_post_mean, make_post_mean);
  runner.connect("values", testing::audio_spec(16000, 1, unknown_size));
  // In float32 the ones are lost beside a huge pair that cancels.
  at::Tensor x = at::full({1, 1, 1000}, 1.0f);
  x[0][0][0] = 1e9f;
  x[0][0][999] = -1e9f;
  EXPECT_FLOAT_EQ(runner.run(x).item<float>(), 0.998f);
}

TEST(PostMean, TakesItemsWithoutFurtherAxes) {
  NodeRunner runner(describe_post_mean(), infer_post_mean, make_post_mean);
  runner.connect("values", testing::values_spec());
  EXPECT_FLOAT_EQ(runner.run(at::tensor({2.0, 4.0}, at::kFloat))[1].item<float>(), 4);
}

TEST(PostThreshold, KeepsScoresAtOrAboveIt) {
  NodeRunner runner = threshold();
  runner.set("threshold", 0.5);
  EXPECT_THAT(select(runner, {0.4, 0.5, 0.6}), ElementsAre(off, 0.5f, 0.6f));
}

TEST(PostThreshold, TakesOneAClass) {
  NodeRunner runner = threshold();
  runner.set("thresholds", std::vector<double>{0.9, 0.1});
  EXPECT_THAT(select(runner, {0.5, 0.5}), ElementsAre(off, 0.5f));
}

TEST(PostThreshold, KeepsNan) {
  NodeRunner runner = threshold();
  runner.set("threshold", 0.5);
  EXPECT_TRUE(std::isnan(select(runner, {NAN, 0.4})[0]));
}

TEST(PostThreshold, WantsExactlyOneOfItsParameters) {
  NodeRunner neither = threshold();
  neither.connect("scores", scores_spec(Kind::scores, 2));
  EXPECT_FALSE(neither.infer());
  EXPECT_THAT(neither.findings_text(), HasSubstr("neither"));
  NodeRunner both = threshold();
  both.set("threshold", 0.5).set("thresholds", std::vector<double>{0.1, 0.2});
  both.connect("scores", scores_spec(Kind::scores, 2));
  EXPECT_FALSE(both.infer());
  EXPECT_THAT(both.findings_text(), HasSubstr("both"));
}

TEST(PostThreshold, RefusesAnotherNumberOfThresholds) {
  NodeRunner runner = threshold();
  runner.set("thresholds", std::vector<double>{0.1, 0.2, 0.3});
  runner.connect("scores", scores_spec(Kind::scores, 2));
  EXPECT_FALSE(runner.infer());
  EXPECT_THAT(runner.findings_text(), HasSubstr("there are 3 thresholds for 2 classes"));
}

TEST(PostTopK, KeepsTheBest) {
  NodeRunner runner = top_k(2);
  EXPECT_THAT(select(runner, {0.1, 0.7, 0.3, 0.5}), ElementsAre(off, 0.7f, off, 0.5f));
}

TEST(PostTopK, LowerIndexWinsATie) {
  NodeRunner runner = top_k(2);
  EXPECT_THAT(select(runner, {0.5, 0.7, 0.5, 0.5}), ElementsAre(0.5f, 0.7f, off, off));
}

TEST(PostTopK, AllClassesChangeNothing) {
  NodeRunner runner = top_k(3);
  EXPECT_THAT(select(runner, {0.1, 0.7, 0.3}), ElementsAre(0.1f, 0.7f, 0.3f));
}

TEST(PostTopK, KeepsNan) {
  NodeRunner runner = top_k(1);
  EXPECT_TRUE(std::isnan(select(runner, {0.9, NAN, 0.4})[1]));
}

TEST(PostTopK, RefusesMoreThanThereAreClasses) {
  NodeRunner runner = top_k(3);
  runner.connect("scores", scores_spec(Kind::scores, 2));
  EXPECT_FALSE(runner.infer());
  EXPECT_THAT(runner.findings_text(), HasSubstr("k is 3, but there are 2 classes"));
}

TEST(Selection, KeepsLabels) {
  const Labels labels = testing::make_labels({"a", "b"});
  NodeRunner runner = top_k(1);
  runner.connect("scores", scores_spec(Kind::scores, 2, labels));
  ASSERT_TRUE(runner.infer()) << runner.findings_text();
  EXPECT_EQ(runner.output().labels, labels);
}

}  // namespace
}  // namespace melgraph
