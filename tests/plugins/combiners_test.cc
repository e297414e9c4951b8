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
testing::Outputs run(NodeRunner runner, const std::vector<std::vector<double>>& members,
                     Kind kind = Kind::scores) {
  std::vector<at::Tensor> tensors;
  for (const std::vector<double>& member : members) {
    runner.connect("scores", scores_spec(kind, static_cast<std::int64_t>(member.size())));
    tensors.push_back(row(member));
  }
  return runner.process({{"scores", tensors}});
}

at::Tensor combine(NodeRunner runner, const std::vector<std::vector<double>>& members) {
  return run(std::move(runner), members).at("scores");
}

/// Return the members' parts [member, class] of the one item.
at::Tensor contribution(NodeRunner runner, const std::vector<std::vector<double>>& members) {
  return run(std::move(runner), members).at("contribution")[0];
}

at::Tensor rows(const std::vector<std::vector<double>>& numbers) {
  std::vector<at::Tensor> tensors;
  for (const std::vector<double>& line : numbers) tensors.push_back(row(line));
  return at::cat(tensors);
}

float agreement(NodeRunner runner, const std::vector<std::vector<double>>& members) {
  return run(std::move(runner), members).at("agreement").item<float>();
}

NodeRunner mean() {
  return {describe_combine_mean(), infer_combine, make_combine_mean};
}
NodeRunner geometric(bool normalise = true) {
  NodeRunner runner(describe_combine_geometric(), infer_combine, make_combine_geometric);
  runner.set("normalise", normalise);
  return runner;
}
NodeRunner rank() {
  return {describe_combine_rank(), infer_combine_rank, make_combine_rank};
}
NodeRunner maximum() {
  return {describe_combine_max(), infer_combine, make_combine_max};
}
NodeRunner vote() {
  return {describe_combine_vote(), infer_combine, make_combine_vote};
}
NodeRunner weighted() {
  return {describe_combine_weighted(), infer_combine_weighted, make_combine_weighted};
}
NodeRunner weighted(const std::vector<double>& weights) {
  NodeRunner runner = weighted();
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

TEST(Combiners, GeometricMeanIsTheRootOfTheProduct) {
  EXPECT_LT(
      largest_difference(combine(geometric(false), {{0.2, 0.8}, {0.8, 0.2}}), row({0.4, 0.4})),
      1e-7f);
  // sqrt(0.72), sqrt(0.02), divided by their sum.
  const double a = std::sqrt(0.9 * 0.8), b = std::sqrt(0.1 * 0.2);
  EXPECT_LT(largest_difference(combine(geometric(), {{0.9, 0.1}, {0.8, 0.2}}),
                               row({a / (a + b), b / (a + b)})),
            1e-7f);
}

TEST(Combiners, GeometricMeanOfTinyProbabilitiesDoesNotVanish) {
  // The product of three would be 1e-90, beyond float32.
  EXPECT_LT(
      largest_difference(combine(geometric(), {{1e-30, 3e-30}, {1e-30, 3e-30}, {1e-30, 3e-30}}),
                         row({0.25, 0.75})),
      1e-6f);
}

TEST(Combiners, GeometricMeanHasAVeto) {
  EXPECT_EQ(largest_difference(combine(geometric(), {{0.0, 1.0}, {0.9, 0.1}}), row({0, 1})), 0);
  EXPECT_EQ(largest_difference(combine(geometric(), {{0.0, 1.0}, {1.0, 0.0}}), row({0, 0})), 0)
      << "no class is left";
}

TEST(Combiners, GeometricMeanOfANegativeScoreIsNan) {
  EXPECT_TRUE(combine(geometric(false), {{-0.1, 1.0}, {0.9, 0.1}})[0][0].isnan().item<bool>());
}

TEST(Combiners, RankGivesBordaPoints) {
  // Points 2 1 0, 2 1 0 and 0 1 2, of 3 x 2.
  EXPECT_LT(largest_difference(combine(rank(), {{0.9, 0.1, 0.0}, {0.6, 0.3, 0.1}, {0.0, 0.1, 0.9}}),
                               row({4.0 / 6, 3.0 / 6, 2.0 / 6})),
            1e-7f);
}

TEST(Combiners, RanksThatAreEqualShareTheirPoints) {
  EXPECT_LT(
      largest_difference(combine(rank(), {{0.2, 0.5, 0.2, 0.1}}), row({1.5 / 3, 1, 1.5 / 3, 0})),
      1e-7f);
  EXPECT_LT(largest_difference(combine(rank(), {{0.3, 0.3, 0.3}}), row({0.5, 0.5, 0.5})), 1e-7f);
}

TEST(Combiners, RankOfOneClassIsOne) {
  EXPECT_EQ(combine(rank(), {{0.2}, {0.3}}).item<float>(), 1);
}

TEST(Combiners, RankGivesScoresOfLogitsToo) {
  NodeRunner runner = rank();
  runner.connect("scores", scores_spec(Kind::logits, 3));
  EXPECT_LT(largest_difference(runner.run(row({-5, 20, 3})), row({0, 1, 0.5})), 1e-7f);
  EXPECT_EQ(runner.output().kind, Kind::scores);
}

TEST(Combiners, OneMemberIsItself) {
  EXPECT_LT(largest_difference(combine(geometric(), {{0.2, 0.8}}), row({0.2, 0.8})), 1e-7f);
  EXPECT_EQ(largest_difference(combine(maximum(), {{0.2, 0.8}}), row({0.2, 0.8})), 0);
  EXPECT_LT(largest_difference(combine(weighted({3}), {{0.2, 0.8}}), row({0.2, 0.8})), 1e-7f);
}

TEST(Combiners, AgreementIsTheShareOfMembersWithTheSameBestClass) {
  const std::vector<std::vector<double>> members{{0.9, 0.1}, {0.8, 0.2}, {0.4, 0.6}};
  for (NodeRunner (*make)() : {mean, maximum, vote, rank}) {
    EXPECT_FLOAT_EQ(agreement(make(), members), 2.0f / 3);
  }
  EXPECT_FLOAT_EQ(agreement(geometric(), members), 2.0f / 3);
  EXPECT_FLOAT_EQ(agreement(weighted({1, 1, 8}), members), 1.0f / 3);
  EXPECT_FLOAT_EQ(agreement(mean(), {{0.2, 0.8}}), 1);
}

TEST(Combiners, AgreementOfATieGoesToTheLowerIndex) {
  EXPECT_FLOAT_EQ(agreement(mean(), {{0.5, 0.5}, {0.5, 0.5}, {0.5, 0.5}}), 1);
  EXPECT_FLOAT_EQ(agreement(mean(), {{0.75, 0.25}, {0.25, 0.75}}), 0.5f);
}

TEST(Combiners, AgreementLeavesOutMembersOfWeightZero) {
  EXPECT_FLOAT_EQ(agreement(weighted({1, 0, 1}), {{0.9, 0.1}, {NAN, 0.2}, {0.7, 0.3}}), 1);
  EXPECT_FLOAT_EQ(agreement(weighted({1, 0, 1}), {{0.9, 0.1}, {0.2, 0.8}, {0.7, 0.3}}), 1);
}

TEST(Combiners, AgreementIsNanWhereAMembersScoreIs) {
  NodeRunner runner = mean();
  runner.connect("scores", scores_spec(Kind::scores, 2));
  const at::Tensor result =
      runner.process({{"scores", {rows({{0.5, NAN}, {0.1, 0.9}})}}}).at("agreement");
  EXPECT_TRUE(std::isnan(result[0].item<float>()));
  EXPECT_FLOAT_EQ(result[1].item<float>(), 1);
  EXPECT_EQ(result.sizes(), at::IntArrayRef({2}));
}

TEST(Combiners, ContributionsAreThePartsOfTheResult) {
  const std::vector<std::vector<double>> members{{0.2, 0.8}, {0.6, 0.4}};
  EXPECT_LT(largest_difference(contribution(mean(), members), rows({{0.1, 0.4}, {0.3, 0.2}})),
            1e-7f);
  EXPECT_LT(
      largest_difference(contribution(weighted({3, 1}), members), rows({{0.15, 0.6}, {0.15, 0.1}})),
      1e-7f);
  EXPECT_LT(largest_difference(contribution(maximum(), members), rows({{0, 0.8}, {0.6, 0}})),
            1e-7f);
  EXPECT_LT(largest_difference(contribution(vote(), members), rows({{0, 0.5}, {0.5, 0}})), 1e-7f);
  EXPECT_LT(largest_difference(contribution(rank(), members), rows({{0, 0.5}, {0.5, 0}})), 1e-7f);
  EXPECT_LT(largest_difference(contribution(geometric(), members), rows({{0.5, 0.5}, {0.5, 0.5}})),
            1e-7f);
}

TEST(Combiners, ContributionOfATiedMaximumIsTheFirstMembers) {
  EXPECT_LT(largest_difference(contribution(maximum(), {{0.5, 0.1}, {0.5, 0.2}}),
                               rows({{0.5, 0}, {0, 0.2}})),
            1e-7f);
}

TEST(Combiners, InferGivesTheShapesOfAllOutputs) {
  NodeRunner runner = mean();
  for (int i = 0; i < 3; ++i) {
    runner.connect("scores", scores_spec(Kind::logits, 5, nullptr, "clip"));
  }
  ASSERT_TRUE(runner.infer()) << runner.findings_text();
  EXPECT_EQ(to_string(runner.output("agreement")), "values float32 [clip]");
  EXPECT_EQ(to_string(runner.output("contribution")), "values float32 [clip, member 3, class 5]");
}

TEST(Combiners, NanOfAMemberShows) {
  const std::vector<std::vector<double>> members{{0.5, NAN}, {0.5, 0.5}, {0.5, 0.5}};
  EXPECT_TRUE(combine(mean(), members)[0][1].isnan().item<bool>());
  EXPECT_TRUE(combine(maximum(), members)[0][1].isnan().item<bool>());
  EXPECT_TRUE(combine(vote(), members).isnan().all().item<bool>());
  EXPECT_TRUE(combine(rank(), members).isnan().all().item<bool>());
  EXPECT_TRUE(combine(geometric(false), members)[0][1].isnan().item<bool>());
  EXPECT_TRUE(combine(geometric(), members).isnan().all().item<bool>());
}

TEST(Combiners, NanOfOneItemLeavesTheOthersAlone) {
  for (NodeRunner (*make)() : {mean, maximum, vote, rank}) {
    NodeRunner runner = make();
    runner.connect("scores", scores_spec(Kind::scores, 2));
    const at::Tensor scores = runner.run(rows({{0.5, NAN}, {0.1, 0.9}}));
    EXPECT_TRUE(scores[0].isnan().any().item<bool>());
    EXPECT_FALSE(scores[1].isnan().any().item<bool>());
  }
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

TEST(Combiners, WeightedWantsExactlyOneSourceOfWeights) {
  NodeRunner neither = weighted();
  neither.connect("scores", scores_spec(Kind::scores, 3));
  EXPECT_FALSE(neither.infer());
  EXPECT_THAT(neither.findings_text(), HasSubstr("neither `weights` nor `weights_file`"));
  NodeRunner both = weighted({1});
  both.set("weights_file", "fitted.safetensors").connect("scores", scores_spec(Kind::scores, 3));
  EXPECT_FALSE(both.infer());
  EXPECT_THAT(both.findings_text(), HasSubstr("both `weights` and `weights_file`"));
}

}  // namespace
}  // namespace melgraph
