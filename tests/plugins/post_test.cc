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

NodeRunner labels(const char* list, const std::vector<std::string>& names) {
  NodeRunner runner(describe_post_labels(), infer_post_labels, make_post_labels);
  runner.set(list, names);
  runner.connect(
      "scores", scores_spec(Kind::scores, 3, testing::make_labels({"dog", "rain", "crying_baby"})));
  return runner;
}

/// Run one item of a node that is wired.
std::vector<float> run_wired(NodeRunner runner, const std::vector<double>& scores) {
  const at::Tensor result = runner.run(at::tensor(scores, at::kFloat).unsqueeze(0)).contiguous();
  return {result.const_data_ptr<float>(), result.const_data_ptr<float>() + result.numel()};
}

TEST(PostLabels, KeepsWhatIsAllowed) {
  EXPECT_THAT(run_wired(labels("allow", {"crying_baby", "dog"}), {0.1, 0.2, 0.7}),
              ElementsAre(0.1f, off, 0.7f));
}

TEST(PostLabels, LeavesOutWhatIsDenied) {
  EXPECT_THAT(run_wired(labels("deny", {"rain"}), {0.1, 0.2, 0.7}), ElementsAre(0.1f, off, 0.7f));
  EXPECT_THAT(run_wired(labels("deny", {}), {0.1, 0.2, 0.7}), ElementsAre(0.1f, 0.2f, 0.7f));
}

TEST(PostLabels, KeepsNanOfWhatItKeeps) {
  const std::vector<float> kept = run_wired(labels("allow", {"dog"}), {NAN, NAN, 0.7});
  EXPECT_TRUE(std::isnan(kept[0]));
  EXPECT_EQ(kept[1], off);
}

TEST(PostLabels, SuggestsANameForOneThatIsUnknown) {
  NodeRunner runner = labels("deny", {"dog", "crying_babby"});
  EXPECT_FALSE(runner.infer());
  EXPECT_THAT(runner.findings_text(), HasSubstr("there is no class `crying_babby`"));
  EXPECT_THAT(runner.findings_text(), HasSubstr("did you mean `crying_baby`?"));
}

TEST(PostLabels, WantsOneListThatLeavesAClass) {
  NodeRunner none(describe_post_labels(), infer_post_labels, make_post_labels);
  none.connect("scores", scores_spec(Kind::scores, 1, testing::make_labels({"dog"})));
  EXPECT_FALSE(none.infer());
  EXPECT_THAT(none.findings_text(), HasSubstr("neither `allow` nor `deny`"));
  NodeRunner both = labels("deny", {"dog"});
  both.set("allow", std::vector<std::string>{"rain"});
  EXPECT_FALSE(both.infer());
  EXPECT_THAT(both.findings_text(), HasSubstr("both `allow` and `deny`"));
  NodeRunner nothing = labels("allow", {});
  EXPECT_FALSE(nothing.infer());
  EXPECT_THAT(nothing.findings_text(), HasSubstr("no class is left"));
  NodeRunner all = labels("deny", {"dog", "rain", "crying_baby"});
  EXPECT_FALSE(all.infer());
  EXPECT_THAT(all.findings_text(), HasSubstr("no class is left"));
}

TEST(PostLabels, NeedsNamedClasses) {
  NodeRunner runner(describe_post_labels(), infer_post_labels, make_post_labels);
  runner.set("allow", std::vector<std::string>{"dog"});
  runner.connect("scores", scores_spec(Kind::scores, 3));
  EXPECT_FALSE(runner.infer());
  EXPECT_THAT(runner.findings_text(), HasSubstr("have no names"));
}

/// Scores of one item at a temperature.
std::vector<float> heat(double temperature, const char* activation, Kind kind,
                        const std::vector<double>& input) {
  NodeRunner runner(describe_post_temperature(), infer_post_temperature, make_post_temperature);
  runner.set("temperature", temperature).set("activation", activation);
  runner.connect("scores", scores_spec(kind, static_cast<std::int64_t>(input.size())));
  return run_wired(std::move(runner), input);
}

TEST(PostTemperature, DividesLogits) {
  // softmax([0, 2 ln 3] / 2) = [1, 3] / 4
  const std::vector<float> soft = heat(2, "softmax", Kind::logits, {0, 2 * std::log(3.0)});
  EXPECT_NEAR(soft[0], 0.25, 1e-7);
  EXPECT_NEAR(soft[1], 0.75, 1e-7);
  const std::vector<float> each = heat(0.5, "sigmoid", Kind::logits, {0, std::log(3.0) / 2});
  EXPECT_NEAR(each[0], 0.5, 1e-7);
  EXPECT_NEAR(each[1], 0.75, 1e-7);
}

TEST(PostTemperature, OfScoresIsAPowerDividedByItsSum) {
  // 0.2^2, 0.4^2, 0.4^2 of 0.36
  const std::vector<float> sharp = heat(0.5, "softmax", Kind::scores, {0.2, 0.4, 0.4});
  EXPECT_NEAR(sharp[0], 0.04 / 0.36, 1e-7);
  EXPECT_NEAR(sharp[1], 0.16 / 0.36, 1e-7);
  // Odds of 1 / 9, root 1 / 3.
  EXPECT_NEAR(heat(2, "sigmoid", Kind::scores, {0.1})[0], 0.25, 1e-7);
}

TEST(PostTemperature, OfOneChangesNoScores) {
  for (const char* activation : {"softmax", "sigmoid"}) {
    const std::vector<float> same = heat(1, activation, Kind::scores, {0.2, 0.5, 0.3, 0.0});
    EXPECT_NEAR(same[0], 0.2, 1e-7) << activation;
    EXPECT_NEAR(same[1], 0.5, 1e-7) << activation;
    EXPECT_EQ(same[3], 0) << activation;
  }
}

TEST(PostTemperature, ClassesThatWereLeftOutStaySoAndDoNotCount) {
  for (const Kind kind : {Kind::scores, Kind::logits}) {
    const std::vector<float> rest = heat(1, "softmax", kind, {off, 0.5, 0.5});
    EXPECT_THAT(rest, ElementsAre(off, 0.5f, 0.5f));
    EXPECT_THAT(heat(1, "softmax", kind, {off, off}), ElementsAre(off, off));
    EXPECT_EQ(heat(1, "sigmoid", kind, {off, 0.5})[0], off);
  }
}

TEST(PostTemperature, NanAndWhatIsNoProbabilityShow) {
  EXPECT_TRUE(std::isnan(heat(2, "softmax", Kind::logits, {NAN, 1})[0]));
  EXPECT_TRUE(std::isnan(heat(2, "sigmoid", Kind::logits, {NAN, 1})[0]));
  EXPECT_TRUE(std::isnan(heat(2, "softmax", Kind::scores, {-0.1, 1})[0]));
  EXPECT_TRUE(std::isnan(heat(2, "sigmoid", Kind::scores, {1.5, 1})[0]));
}

TEST(PostTemperature, GivesScoresOfTheSameClasses) {
  const Labels names = testing::make_labels({"a", "b"});
  NodeRunner runner(describe_post_temperature(), infer_post_temperature, make_post_temperature);
  runner.set("temperature", 2.0).connect("scores", scores_spec(Kind::logits, 2, names));
  ASSERT_TRUE(runner.infer()) << runner.findings_text();
  EXPECT_EQ(runner.output().kind, Kind::scores);
  EXPECT_EQ(runner.output().labels, names);
  NodeRunner zero(describe_post_temperature(), infer_post_temperature, make_post_temperature);
  zero.set("temperature", 0.0).connect("scores", scores_spec(Kind::logits, 2));
  EXPECT_FALSE(zero.infer());
}

}  // namespace
}  // namespace melgraph
