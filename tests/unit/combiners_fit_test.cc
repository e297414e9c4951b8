#include <gtest/gtest.h>

#include <cmath>

#include "melgraph/error.h"
#include "models/combiners/fit_weights.h"

namespace melgraph::combiners {
namespace {

/// Make data of two classes from what each member gives the true class, class 0, of each item.
FitData of_true_scores(const std::vector<std::vector<float>>& members) {
  FitData data;
  data.members = members.size();
  data.items = members.front().size();
  data.classes = 2;
  data.targets.assign(data.items, 0);
  for (const std::vector<float>& member : members) {
    for (const float score : member) {
      data.scores.push_back(score);
      data.scores.push_back(1 - score);
    }
  }
  return data;
}

TEST(FitWeights, FindsTheOptimumOfTwoMembers) {
  // Three of five items: 0.125 + 0.75 w, two: 0.875 - 0.75 w. The likelihood is largest where
  // 0.6 (0.875 - 0.75 w) = 0.4 (0.125 + 0.75 w): w = 19 / 30, and these are 0.6 and 0.4.
  const Fit fit = fit_mixture_weights(of_true_scores(
      {{0.875F, 0.875F, 0.875F, 0.125F, 0.125F}, {0.125F, 0.125F, 0.125F, 0.875F, 0.875F}}));
  EXPECT_TRUE(fit.converged);
  EXPECT_NEAR(fit.weights[0], 19.0 / 30, 1e-4);
  EXPECT_NEAR(fit.weights[1], 11.0 / 30, 1e-4);
  const double least = -0.6 * std::log(0.6) - 0.4 * std::log(0.4);
  EXPECT_NEAR(fit.loss, least, 1e-9);
  EXPECT_LE(fit.gap, 1e-9);
}

TEST(FitWeights, OfMembersThatShareTheItemsAreTheirShares) {
  const Fit fit = fit_mixture_weights(of_true_scores({{1, 0, 0, 0}, {0, 1, 1, 0}, {0, 0, 0, 1}}));
  EXPECT_NEAR(fit.weights[0], 0.25, 1e-9);
  EXPECT_NEAR(fit.weights[1], 0.5, 1e-9);
  EXPECT_NEAR(fit.weights[2], 0.25, 1e-9);
}

TEST(FitWeights, AMemberThatIsAlwaysWorseGetsNone) {
  const Fit fit = fit_mixture_weights(of_true_scores({{0.9F, 0.8F}, {0.3F, 0.2F}}));
  EXPECT_TRUE(fit.converged);
  EXPECT_NEAR(fit.weights[0], 1, 1e-8);
  EXPECT_NEAR(fit.loss, -0.5 * std::log(0.9 * 0.8), 1e-7);
}

TEST(FitWeights, EqualMembersKeepEqualWeights) {
  const Fit fit = fit_mixture_weights(of_true_scores({{0.5F, 0.25F}, {0.5F, 0.25F}}));
  EXPECT_EQ(fit.weights, (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(fit.iterations, 0u);
}

TEST(FitWeights, OneMemberHasThemAll) {
  const Fit fit = fit_mixture_weights(of_true_scores({{0.5F, 0.25F}}));
  EXPECT_EQ(fit.weights, std::vector<double>{1});
  EXPECT_NEAR(fit.loss, -0.5 * std::log(0.125), 1e-12);
}

TEST(FitWeights, NoStepRaisesTheLossAndTheGapBoundsIt) {
  const FitData data = of_true_scores({{0.9F, 0.2F, 0.4F, 0.7F, 0.05F},
                                       {0.3F, 0.6F, 0.4F, 0.1F, 0.5F},
                                       {0.2F, 0.9F, 0.1F, 0.3F, 0.3F}});
  const double least = fit_mixture_weights(data).loss;
  double last = INFINITY;
  for (std::size_t steps = 0; steps < 40; ++steps) {
    FitOptions options;
    options.max_iterations = steps;
    const Fit fit = fit_mixture_weights(data, options);
    EXPECT_LE(fit.loss, last + 1e-15) << steps;
    EXPECT_LE(fit.loss - least, fit.gap + 1e-9) << steps;
    EXPECT_NEAR(fit.weights[0] + fit.weights[1] + fit.weights[2], 1, 1e-12);
    last = fit.loss;
  }
}

TEST(FitWeights, LooksAtTheTrueClassOfEachItem) {
  FitData data;
  data.members = 2;
  data.items = 2;
  data.classes = 3;
  data.targets = {2, 1};
  data.scores = {0.9F, 0.1F, 0.0F, 0.0F, 1.0F, 0.0F,   // right for the second item only
                 0.1F, 0.1F, 0.8F, 1.0F, 0.0F, 0.0F};  // right for the first
  const Fit fit = fit_mixture_weights(data);
  EXPECT_NEAR(fit.weights[0], 0.5, 1e-9);
  EXPECT_NEAR(fit.loss, -0.5 * std::log(0.5 * 0.8 * 0.5), 1e-7);
}

TEST(FitWeights, AnItemOfTwiceTheWeightIsTwoItems) {
  const Fit twice = fit_mixture_weights(of_true_scores({{0.9F, 0.2F, 0.2F}, {0.3F, 0.6F, 0.6F}}));
  FitData data = of_true_scores({{0.9F, 0.2F}, {0.3F, 0.6F}});
  data.item_weights = {1.0 / 3, 2.0 / 3};
  const Fit weighted = fit_mixture_weights(data);
  EXPECT_NEAR(weighted.weights[0], twice.weights[0], 1e-9);
  EXPECT_NEAR(weighted.loss, twice.loss, 1e-9);
  EXPECT_GT(std::abs(weighted.weights[0] -
                     fit_mixture_weights(of_true_scores({{0.9F, 0.2F}, {0.3F, 0.6F}})).weights[0]),
            0.1);
}

TEST(FitWeights, RefusesWeightsOfItemsThatAreNone) {
  for (const std::vector<double>& weights : {std::vector<double>{1, 0}, {0.5, 0.4}, {1}}) {
    FitData data = of_true_scores({{0.9F, 0.2F}, {0.3F, 0.6F}});
    data.item_weights = weights;
    EXPECT_THROW(fit_mixture_weights(data), Error);
  }
}

TEST(FitWeights, SaysWhereItStopsEarly) {
  FitOptions options;
  options.max_iterations = 1;
  const Fit fit = fit_mixture_weights(of_true_scores({{0.9F, 0.8F}, {0.3F, 0.2F}}), options);
  EXPECT_FALSE(fit.converged);
  EXPECT_EQ(fit.iterations, 1u);
  EXPECT_GT(fit.gap, 0);
}

TEST(FitWeights, RefusesDataThatAreNoProbabilities) {
  const FitData good = of_true_scores({{0.9F, 0.8F}, {0.3F, 0.2F}});
  for (const float wrong : {NAN, -0.1F, static_cast<float>(INFINITY)}) {
    FitData data = good;
    data.scores[3] = wrong;
    EXPECT_THROW(fit_mixture_weights(data), Error) << wrong;
  }
  FitData short_of = good;
  short_of.scores.pop_back();
  EXPECT_THROW(fit_mixture_weights(short_of), Error);
  FitData beyond = good;
  beyond.targets[1] = 2;
  EXPECT_THROW(fit_mixture_weights(beyond), Error);
  EXPECT_THROW(fit_mixture_weights({}), Error);
}

TEST(FitWeights, NamesAnItemThatNoMemberThinksPossible) {
  try {
    fit_mixture_weights(of_true_scores({{0.9F, 0.0F}, {0.3F, 0.0F}}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("item 1"), std::string::npos) << error.what();
    EXPECT_FALSE(error.hint().empty());
  }
  FitData data = of_true_scores({{0.9F, 0.0F}, {0.3F, 0.0F}});
  data.names = {"dog.wav", "rain.wav at 1 s"};
  try {
    fit_mixture_weights(data);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("rain.wav at 1 s"), std::string::npos);
  }
}

}  // namespace
}  // namespace melgraph::combiners
