#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "melgraph/error.h"
#include "models/combiners/fit_stack.h"

namespace melgraph::combiners {
namespace {

double length(const std::vector<double>& numbers) {
  double square = 0;
  for (const double number : numbers) square += number * number;
  return std::sqrt(square);
}

/// Items of three classes that no line separates, of unequal weights.
StackData overlapping() {
  StackData data;
  data.items = 60;
  data.features = 4;
  data.classes = 3;
  std::mt19937 random(7);
  const auto draw = [&random] { return static_cast<float>(random() % 1000) / 500 - 1; };
  double sum = 0;
  for (std::size_t i = 0; i < data.items; ++i) {
    data.targets.push_back(static_cast<std::int64_t>(i % 3));
    for (std::size_t d = 0; d < data.features; ++d) {
      data.inputs.push_back(2 * draw() + (d == i % 3 ? 1.0F : 0.0F));
    }
    data.item_weights.push_back(1.0 + static_cast<double>(i % 4));
    sum += data.item_weights.back();
  }
  for (double& weight : data.item_weights) weight /= sum;
  return data;
}

/// Two items of two classes on either side of 0.
StackData separable() {
  StackData data;
  data.items = 2;
  data.features = 1;
  data.classes = 2;
  data.inputs = {1, -1};
  data.targets = {0, 1};
  data.item_weights = {0.5, 0.5};
  return data;
}

TEST(FitStack, FindsTheOptimumOfOneItem) {
  // By symmetry W = (w, -w), b = (b, -b), and of the gradient's zeros l2 b = 1 - p, w = x b with
  // p = 1 / (1 + exp(-2 b (x^2 + 1))). For x = 2 and b = 0.1, p = 1 / (1 + exp(-1)).
  StackData data;
  data.items = data.features = 1;
  data.classes = 2;
  data.inputs = {2};
  data.targets = {0};
  data.item_weights = {1};
  StackOptions options;
  options.l2 = 10 * (1 - 1 / (1 + std::exp(-1.0)));
  const StackFit fit = fit_stack_layer(data, options);
  EXPECT_TRUE(fit.converged);
  EXPECT_NEAR(fit.weight[0], 0.2, 1e-5);
  EXPECT_NEAR(fit.weight[1], -0.2, 1e-5);
  EXPECT_NEAR(fit.bias[0], 0.1, 1e-5);
  EXPECT_NEAR(fit.bias[1], -0.1, 1e-5);
}

TEST(FitStack, FindsTheOptimumOfWeightedItemsThatTellNothing) {
  // Only the bias (b, -b) can help: 1 / (1 + exp(-2 b)) - q + l2 b = 0, q the first class' share.
  StackData data = separable();
  data.inputs = {0, 0};
  const double share = 1 / (1 + std::exp(-1.0)) + 0.1 * 0.5;
  data.item_weights = {share, 1 - share};
  StackOptions options;
  options.l2 = 0.1;
  const StackFit fit = fit_stack_layer(data, options);
  EXPECT_EQ(fit.weight, (std::vector<double>{0, 0}));
  EXPECT_NEAR(fit.bias[0], 0.5, 1e-4);
  EXPECT_NEAR(fit.bias[1], -0.5, 1e-4);
}

TEST(FitStack, ItsGradientIsThatOfTheObjective) {
  const StackData data = overlapping();
  std::vector<double> weight(12), bias = {0.3, -0.2, 0.1};
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = 0.1 * static_cast<double>(i) - 0.5;
  std::vector<double> gradient;
  stack_objective(data, 0.01, weight, bias, &gradient);
  ASSERT_EQ(gradient.size(), 15u);
  const double h = 1e-5;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t d = 0; d <= 4; ++d) {
      const auto at = [&](double change) {
        std::vector<double> other = weight, other_bias = bias;
        (d < 4 ? other[c * 4 + d] : other_bias[c]) += change;
        return stack_objective(data, 0.01, other, other_bias);
      };
      EXPECT_NEAR(gradient[d * 3 + c], (at(h) - at(-h)) / (2 * h), 1e-8) << c << ' ' << d;
    }
  }
}

TEST(FitStack, TheGradientVanishesAtTheSolution) {
  const StackData data = overlapping();
  for (const double l2 : {1e-9, 1e-6, 1e-4, 0.1, 100.0}) {
    StackOptions options;
    options.l2 = l2;
    const StackFit fit = fit_stack_layer(data, options);
    std::vector<double> gradient;
    const double value = stack_objective(data, l2, fit.weight, fit.bias, &gradient);
    EXPECT_TRUE(fit.converged) << l2;
    EXPECT_LE(length(gradient), std::sqrt(2 * l2 * 1e-9) * 1.01) << l2;
    EXPECT_NEAR(value, fit.objective, 1e-12);
    EXPECT_LE(fit.gap, 1e-9);
    // No layer near it is better by more than the gap.
    for (std::size_t i = 0; i < fit.weight.size(); ++i) {
      std::vector<double> other = fit.weight;
      other[i] += 1e-2;
      EXPECT_GE(stack_objective(data, l2, other, fit.bias), value - 1e-9);
    }
  }
}

TEST(FitStack, SeparableItemsStayFinite) {
  double shorter = 0;
  for (const double l2 : {1.0, 1e-2, 1e-4, 1e-9}) {
    StackOptions options;
    options.l2 = l2;
    const StackFit fit = fit_stack_layer(separable(), options);
    EXPECT_TRUE(fit.converged) << l2;
    EXPECT_TRUE(std::isfinite(length(fit.weight)));
    EXPECT_GT(length(fit.weight), shorter) << "a smaller penalty lets weights grow";
    EXPECT_LT(length(fit.weight), 100);
    shorter = length(fit.weight);
  }
}

TEST(FitStack, AClassWithoutItemsStaysFinite) {
  StackData data = separable();
  data.classes = 3;
  const StackFit fit = fit_stack_layer(data);
  EXPECT_TRUE(fit.converged);
  EXPECT_LT(fit.bias[2], fit.bias[0] - 1);
  EXPECT_GT(fit.bias[2], -100);
}

TEST(FitStack, AnItemOfTwiceTheWeightIsTwoItems) {
  StackData twice = separable();
  twice.items = 3;
  twice.inputs = {1, -0.5F, -0.5F};
  twice.targets = {0, 1, 1};
  twice.item_weights = {1.0 / 3, 1.0 / 3, 1.0 / 3};
  StackData weighted = separable();
  weighted.inputs = {1, -0.5F};
  weighted.item_weights = {1.0 / 3, 2.0 / 3};
  const StackFit one = fit_stack_layer(twice), other = fit_stack_layer(weighted);
  for (std::size_t c = 0; c < 2; ++c) {
    EXPECT_NEAR(one.weight[c], other.weight[c], 1e-9);
    EXPECT_NEAR(one.bias[c], other.bias[c], 1e-9);
  }
  EXPECT_GT(std::abs(one.bias[0]), 0.1);
}

TEST(FitStack, IsTheSameEachTime) {
  const StackFit one = fit_stack_layer(overlapping()), other = fit_stack_layer(overlapping());
  EXPECT_EQ(one.weight, other.weight);
  EXPECT_EQ(one.bias, other.bias);
}

TEST(FitStack, SaysWhereItStopsEarly) {
  StackOptions options;
  options.max_iterations = 1;
  const StackFit fit = fit_stack_layer(overlapping(), options);
  EXPECT_FALSE(fit.converged);
  EXPECT_EQ(fit.iterations, 1u);
  EXPECT_GT(fit.gap, options.tolerance);
}

TEST(FitStack, RefusesDataThatDoNotFit) {
  const StackData good = separable();
  EXPECT_NO_THROW(fit_stack_layer(good));
  EXPECT_THROW(fit_stack_layer({}), Error);
  for (const double l2 : {0.0, -1.0, 1e-10, static_cast<double>(NAN), HUGE_VAL}) {
    StackOptions options;
    options.l2 = l2;
    EXPECT_THROW(fit_stack_layer(good, options), Error) << l2;
  }
  for (const std::int64_t target : {-1, 2}) {
    StackData data = good;
    data.targets[1] = target;
    EXPECT_THROW(fit_stack_layer(data), Error) << target;
  }
  StackData broken = good;
  broken.inputs[1] = NAN;
  EXPECT_THROW(fit_stack_layer(broken), Error);
  StackData short_of = good;
  short_of.inputs.pop_back();
  EXPECT_THROW(fit_stack_layer(short_of), Error);
  for (const std::vector<double>& weights : {std::vector<double>{1, 0}, {0.5, 0.4}, {1}}) {
    StackData data = good;
    data.item_weights = weights;
    EXPECT_THROW(fit_stack_layer(data), Error);
  }
}

}  // namespace
}  // namespace melgraph::combiners
