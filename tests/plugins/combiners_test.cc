#include <gmock/gmock.h>

#include <cmath>

#include "melgraph/testing/node_runner.h"
#include "models/combiners/contract.h"
#include "models/combiners/nodes.h"
#include "models_support.h"

namespace melgraph {
namespace {

using ::testing::HasSubstr;
using testing::largest_difference;
using testing::make_labels;
using testing::NodeRunner;
using testing::scores_spec;

at::Tensor row(const std::vector<double>& numbers) {
  return at::tensor(numbers, at::kFloat).unsqueeze(0);
}

/// Combine one item of each member.
at::Tensor combine(NodeRunner runner, const std::vector<std::vector<double>>& members) {
  std::vector<at::Tensor> tensors;
  for (const std::vector<double>& member : members) {
    runner.connect("scores", scores_spec(Kind::scores, static_cast<std::int64_t>(member.size())));
    tensors.push_back(row(member));
  }
  return runner.process({{"scores", tensors}}).at("scores");
}

NodeRunner mean() {
  return {describe_combine_mean(), infer_combine, make_combine_mean};
}
NodeRunner maximum() {
  return {describe_combine_max(), infer_combine, make_combine_max};
}
NodeRunner vote() {
  return {describe_combine_vote(), infer_combine, make_combine_vote};
}
NodeRunner weighted(const std::vector<double>& weights) {
  NodeRunner runner(describe_combine_weighted(), infer_combine_weighted, make_combine_weighted);
  runner.set("weights", weights);
  return runner;
}

TEST(Combiners, MeanIsTheArithmeticMean) {
  EXPECT_LT(largest_difference(combine(mean(), {{0.2, 0.8}, {0.6, 0.4}}), row({0.4, 0.6})), 1e-7f);
}

TEST(Combiners, MeanOfOneMemberIsThatMember) {
  EXPECT_EQ(largest_difference(combine(mean(), {{0.2, 0.8}}), row({0.2, 0.8})), 0);
}

TEST(Combiners, WeightedNeedsNoWeightsThatSumToOne) {
  EXPECT_LT(
      largest_difference(combine(weighted({3, 1}), {{0.2, 0.8}, {0.6, 0.4}}), row({0.3, 0.7})),
      1e-7f);
}

TEST(Combiners, WeightOfZeroTakesAMemberOut) {
  EXPECT_LT(
      largest_difference(combine(weighted({0, 2}), {{NAN, 0.8}, {0.6, 0.4}}), row({0.6, 0.4})),
      1e-7f);
}

TEST(Combiners, MaximumIsTakenClassByClass) {
  EXPECT_EQ(
      largest_difference(combine(maximum(), {{0.2, 0.8}, {0.6, 0.4}, {0.1, 0.1}}), row({0.6, 0.8})),
      0);
}

TEST(Combiners, VoteCountsTheBestClassOfEachMember) {
  const at::Tensor scores = combine(vote(), {{0.6, 0.4, 0.0}, {0.51, 0.49, 0.0}, {0.0, 0.3, 0.7}});
  EXPECT_LT(largest_difference(scores, row({2.0 / 3, 0, 1.0 / 3})), 0.001f / 3);
}

TEST(Combiners, VotesThatAreEqualRankByMeanScore) {
  const at::Tensor scores = combine(vote(), {{0.55, 0.45, 0.0}, {0.0, 0.1, 0.9}});
  EXPECT_GT(scores[0][2].item<float>(), scores[0][0].item<float>());
  EXPECT_GT(scores[0][0].item<float>(), scores[0][1].item<float>());
}

TEST(Combiners, VoteOfAMajorityBeatsAnyMeanScore) {
  const at::Tensor scores = combine(vote(), {{0.34, 0.33, 0.33}, {0.34, 0.33, 0.33}, {0, 0, 1}});
  EXPECT_EQ(scores.argmax(1).item<std::int64_t>(), 0);
}

TEST(Combiners, VoteOfATiedMemberGoesToTheLowerIndex) {
  const at::Tensor scores = combine(vote(), {{0.1, 0.45, 0.45}});
  EXPECT_EQ(scores.argmax(1).item<std::int64_t>(), 1);
}

TEST(Combiners, NanOfAMemberShows) {
  const std::vector<std::vector<double>> members{{0.5, NAN}, {0.5, 0.5}, {0.5, 0.5}};
  EXPECT_TRUE(combine(mean(), members)[0][1].isnan().item<bool>());
  EXPECT_TRUE(combine(maximum(), members)[0][1].isnan().item<bool>());
  EXPECT_TRUE(combine(vote(), members).isnan().all().item<bool>());
}

TEST(Combiners, NanOfOneItemLeavesTheOthersAlone) {
  NodeRunner runner = vote();
  runner.connect("scores", scores_spec(Kind::scores, 2));
  const at::Tensor scores = runner.run(at::cat({row({0.5, NAN}), row({0.1, 0.9})}));
  EXPECT_FALSE(scores[1].isnan().any().item<bool>());
}

TEST(Combiners, InferGivesTheLabelsOfTheMembers) {
  NodeRunner runner = mean();
  const Labels labels = make_labels({"dog", "rain"});
  runner.connect("scores", scores_spec(Kind::logits, 2));
  runner.connect("scores", scores_spec(Kind::logits, 2, labels));
  ASSERT_TRUE(runner.infer()) << runner.findings_text();
  EXPECT_EQ(runner.output().labels, labels);
  EXPECT_EQ(runner.output().kind, Kind::logits);
}

TEST(Combiners, InferNamesTheFirstClassThatDiffers) {
  NodeRunner runner = mean();
  runner.connect("scores", scores_spec(Kind::scores, 3, make_labels({"dog", "rain", "sea"})));
  runner.connect("scores", scores_spec(Kind::scores, 3, make_labels({"dog", "rain", "sea"})));
  runner.connect("scores", scores_spec(Kind::scores, 3, make_labels({"dog", "sea", "rain"})));
  EXPECT_FALSE(runner.infer());
  EXPECT_THAT(runner.findings_text(),
              HasSubstr("class 1 of member 2 is `sea`, of member 0 `rain`"));
}

TEST(Combiners, InferRefusesAnotherNumberOfClasses) {
  NodeRunner runner = mean();
  runner.connect("scores", scores_spec(Kind::scores, 3));
  runner.connect("scores", scores_spec(Kind::scores, 4));
  EXPECT_FALSE(runner.infer());
  EXPECT_THAT(runner.findings_text(), HasSubstr("member 1 has 4 classes, member 0 has 3"));
}

TEST(Combiners, InferRefusesMembersOfDifferentKindOrItem) {
  NodeRunner kinds = mean();
  kinds.connect("scores", scores_spec(Kind::scores, 3));
  kinds.connect("scores", scores_spec(Kind::logits, 3));
  EXPECT_FALSE(kinds.infer());
  EXPECT_THAT(kinds.findings_text(), HasSubstr("member 1 gives logits, member 0 scores"));
  NodeRunner items = mean();
  items.connect("scores", scores_spec(Kind::scores, 3));
  items.connect("scores", scores_spec(Kind::scores, 3, nullptr, "clip"));
  EXPECT_FALSE(items.infer());
  EXPECT_THAT(items.findings_text(), HasSubstr("one item a clip"));
}

TEST(Combiners, InferRefusesWeightsThatDoNotFit) {
  NodeRunner few = weighted({1});
  few.connect("scores", scores_spec(Kind::scores, 3));
  few.connect("scores", scores_spec(Kind::scores, 3));
  EXPECT_FALSE(few.infer());
  EXPECT_THAT(few.findings_text(), HasSubstr("there are 1 weights for 2 members"));
  NodeRunner zeros = weighted({0, 0});
  zeros.connect("scores", scores_spec(Kind::scores, 3));
  zeros.connect("scores", scores_spec(Kind::scores, 3));
  EXPECT_FALSE(zeros.infer());
  EXPECT_THAT(zeros.findings_text(), HasSubstr("all weights are zero"));
  NodeRunner negative = weighted({1, -1});
  negative.connect("scores", scores_spec(Kind::scores, 3));
  negative.connect("scores", scores_spec(Kind::scores, 3));
  EXPECT_FALSE(negative.infer());
}

}  // namespace
}  // namespace melgraph
