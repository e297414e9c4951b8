#include <ATen/ops/allclose.h>
#include <ATen/ops/full.h>
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

NodeRunner linear_softmax() {
  return {describe_aggregate_linear_softmax(), infer_aggregate, make_aggregate_linear_softmax};
}

TEST(AggregateLinearSoftmax, WeighsScoresByThemselves) {
  // (0.01 + 0.09 + 0.36) / (0.1 + 0.3 + 0.6)
  EXPECT_FLOAT_EQ(reduce(linear_softmax(), {0.1, 0.3, 0.6}), 0.46f);
  EXPECT_FLOAT_EQ(reduce(linear_softmax(), {0.4, 0.4}), 0.4f);
  EXPECT_FLOAT_EQ(reduce(linear_softmax(), {0.3}), 0.3f);
  EXPECT_FLOAT_EQ(reduce(linear_softmax(), {0, 0.5}), 0.5f);
}

TEST(AggregateLinearSoftmax, OfZerosIsZero) {
  EXPECT_EQ(reduce(linear_softmax(), {0, 0, 0}), 0);
}

TEST(AggregateLinearSoftmax, ObeysTheGate) {
  EXPECT_FLOAT_EQ(reduce(linear_softmax(), {0.9, 0.2, 0.6}, {0, 1, 2}, 0.5), 0.5f);
}

TEST(AggregateLinearSoftmax, NanShowsAndScoresBelowZeroAreAnError) {
  EXPECT_TRUE(std::isnan(reduce(linear_softmax(), {0.5, NAN})));
  EXPECT_THROW(reduce(linear_softmax(), {0.5, -0.1}), Error);
  EXPECT_THROW(reduce(linear_softmax(), {0.5, -INFINITY}), Error) << "left out by a node before";
}

TEST(AggregateLinearSoftmax, TakesNoLogits) {
  NodeRunner runner = linear_softmax();
  runner.connect("scores", scores_spec(Kind::logits, 1));
  EXPECT_FALSE(runner.infer());
}

NodeRunner attention(const char* normalise) {
  NodeRunner runner(describe_aggregate_attention(), infer_aggregate_attention,
                    make_aggregate_attention);
  runner.set("normalise", normalise);
  return runner;
}

/// Reduce windows of two classes, attention as given: [window, 2] or [window].
std::vector<float> attend(NodeRunner runner, const std::vector<double>& scores,
                          const std::vector<double>& weights) {
  at::Tensor given = at::tensor(weights, at::kFloat);
  runner.connect("scores", scores_spec(Kind::scores, 2));
  if (weights.size() == scores.size()) {
    runner.connect("attention", scores_spec(Kind::logits, 2));
    given = given.view({-1, 2});
  } else {
    runner.connect("attention", values_spec());
  }
  const at::Tensor result =
      runner
          .process(
              {{"scores", {at::tensor(scores, at::kFloat).view({-1, 2})}}, {"attention", {given}}})
          .at("scores");
  return {result[0][0].item<float>(), result[0][1].item<float>()};
}

TEST(AggregateAttention, SumIsThePlainWeightedMeanOfEachClass) {
  const std::vector<float> result = attend(attention("sum"), {0.2, 0.1, 0.6, 0.9}, {3, 0, 1, 2});
  EXPECT_FLOAT_EQ(result[0], 0.3f);
  EXPECT_FLOAT_EQ(result[1], 0.9f);
}

TEST(AggregateAttention, SoftmaxTakesAnyNumbers) {
  const std::vector<float> result =
      attend(attention("softmax"), {0.2, 0.1, 0.6, 0.9}, {std::log(3.0), -1, 0, -1});
  EXPECT_FLOAT_EQ(result[0], 0.3f);
  EXPECT_FLOAT_EQ(result[1], 0.5f);
}

TEST(AggregateAttention, OneNumberAWindowIsForAllClasses) {
  const std::vector<float> result = attend(attention("sum"), {0.2, 0.1, 0.6, 0.9}, {3, 1});
  EXPECT_FLOAT_EQ(result[0], 0.3f);
  EXPECT_FLOAT_EQ(result[1], 0.3f);
}

TEST(AggregateAttention, OfZerosWeighsEveryWindowTheSame) {
  const std::vector<float> result = attend(attention("sum"), {0.2, 0.1, 0.6, 0.9}, {0, 0, 0, 2});
  EXPECT_FLOAT_EQ(result[0], 0.4f);
  EXPECT_FLOAT_EQ(result[1], 0.9f);
}

TEST(AggregateAttention, WeightZeroTakesAWindowOutAndNanShows) {
  const std::vector<float> out = attend(attention("sum"), {NAN, 0.1, 0.6, NAN}, {0, 1, 1, 1});
  EXPECT_FLOAT_EQ(out[0], 0.6f);
  EXPECT_TRUE(std::isnan(out[1]));
  const std::vector<float> weights =
      attend(attention("softmax"), {0.2, 0.1, 0.6, 0.9}, {NAN, 0, 0, 0});
  EXPECT_TRUE(std::isnan(weights[0]));
  EXPECT_FLOAT_EQ(weights[1], 0.5f);
}

TEST(AggregateAttention, BelowZeroIsAnErrorWhereItIsNotExponentiated) {
  EXPECT_THROW(attend(attention("sum"), {0.2, 0.1, 0.6, 0.9}, {1, 1, -1, 1}), Error);
}

TEST(AggregateAttention, OfOneWindowIsThatWindow) {
  for (const char* normalise : {"softmax", "sum"}) {
    const std::vector<float> result = attend(attention(normalise), {0.2, 0.7}, {5, 0.1});
    EXPECT_FLOAT_EQ(result[0], 0.2f);
    EXPECT_FLOAT_EQ(result[1], 0.7f);
  }
}

TEST(AggregateAttention, GateLeavesWindowsOutOfBoth) {
  NodeRunner runner = attention("sum");
  runner.set("gate_min", 0.5).connect("scores", scores_spec(Kind::scores, 1));
  runner.connect("attention", values_spec()).connect("gate", values_spec());
  const at::Tensor result =
      runner
          .process({{"scores", {at::tensor({0.9, 0.2, 0.6}, at::kFloat).unsqueeze(1)}},
                    {"attention", {at::tensor({7.0, 1.0, 1.0}, at::kFloat)}},
                    {"gate", {at::tensor({0.0, 1.0, 1.0}, at::kFloat)}}})
          .at("scores");
  EXPECT_FLOAT_EQ(result.item<float>(), 0.4f);
}

TEST(AggregateAttention, InferRefusesAttentionForOtherClasses) {
  NodeRunner count = attention("sum");
  count.connect("scores", scores_spec(Kind::scores, 3));
  count.connect("attention", scores_spec(Kind::scores, 2));
  EXPECT_FALSE(count.infer());
  EXPECT_THAT(count.findings_text(), HasSubstr("attention is for 2 classes, the scores have 3"));
  NodeRunner names = attention("sum");
  names.connect("scores", scores_spec(Kind::scores, 2, testing::make_labels({"dog", "rain"})));
  names.connect("attention", scores_spec(Kind::scores, 2, testing::make_labels({"rain", "dog"})));
  EXPECT_FALSE(names.infer());
  EXPECT_THAT(names.findings_text(), HasSubstr("other classes"));
}

/// Compare blocks with one call: 1001 windows of three classes, as they come from `generate`.
void expect_blocks_equal_one_call(NodeRunner runner, testing::Inputs inputs) {
  const at::Tensor whole = runner.process(inputs).at("scores");
  for (const std::int64_t block : {1, 7, 256, 1001}) {
    const at::Tensor parts = runner.process_in_blocks(inputs, block).at("scores");
    EXPECT_TRUE(at::allclose(whole, parts, 1e-6, 1e-7, /*equal_nan=*/true))
        << "blocks of " << block << ": " << whole << parts;
  }
}

/// Return numbers in [0, 1), the same in every run.
at::Tensor numbers(std::vector<std::int64_t> sizes, double phase) {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) count *= size;
  const at::Tensor x = at::arange(count, at::kDouble).mul(0.7548776662).add(phase);
  return x.sub(x.floor()).to(at::kFloat).view(sizes);
}

constexpr std::int64_t many = 1001;

std::vector<NodeRunner> running_without_attention() {
  std::vector<NodeRunner> runners;
  runners.push_back(mean());
  runners.push_back(maximum());
  runners.push_back(linear_softmax());
  return runners;
}

TEST(AggregateRunning, BlocksGiveWhatOneCallGives) {
  for (NodeRunner& runner : running_without_attention()) {
    runner.connect("scores", scores_spec(Kind::scores, 3));
    expect_blocks_equal_one_call(std::move(runner), {{"scores", {numbers({many, 3}, 0.1)}}});
  }
}

TEST(AggregateRunning, BlocksObeyTheGate) {
  // Above none of the windows, above some of the last ones only, above many.
  for (const double least : {2.0, 0.5, 0.01}) {
    at::Tensor gate = numbers({many}, 0.3);
    if (least == 0.5) gate.narrow(0, 0, 900).zero_();
    for (NodeRunner& runner : running_without_attention()) {
      runner.set("gate_min", least).connect("scores", scores_spec(Kind::scores, 3));
      runner.connect("gate", values_spec());
      expect_blocks_equal_one_call(std::move(runner),
                                   {{"scores", {numbers({many, 3}, 0.1)}}, {"gate", {gate}}});
    }
  }
}

TEST(AggregateRunning, BlocksWeighByAttention) {
  for (const char* normalise : {"softmax", "sum"}) {
    for (const std::int64_t classes : {1, 3}) {
      // Weights that grow by e^800 would overflow; some windows weigh nothing.
      at::Tensor v = numbers({many, classes}, 0.2);
      if (std::string(normalise) == "softmax") v = v * 40 + at::arange(many).unsqueeze(1);
      v.narrow(0, 10, 5).fill_(normalise == std::string("sum") ? 0 : -INFINITY);
      at::Tensor x = numbers({many, 3}, 0.1);
      x.narrow(0, 10, 5).fill_(INFINITY);
      NodeRunner runner = attention(normalise);
      runner.connect("scores", scores_spec(Kind::scores, 3));
      if (classes == 3) {
        runner.connect("attention", scores_spec(Kind::logits, 3));
      } else {
        runner.connect("attention", values_spec());
        v = v.squeeze(1);
      }
      expect_blocks_equal_one_call(std::move(runner), {{"scores", {x}}, {"attention", {v}}});
    }
  }
}

TEST(AggregateRunning, WindowsThatComeToWeighNothingAreLeftOut) {
  // e^-1000 is 0 in float64, but not while the first windows are all there are.
  at::Tensor v = at::arange(many, at::kFloat);
  v.narrow(0, 3, many - 3).add_(1000);
  at::Tensor x = numbers({many, 3}, 0.1);
  x.narrow(0, 0, 3).fill_(INFINITY);
  NodeRunner late = attention("softmax");
  late.connect("scores", scores_spec(Kind::scores, 3)).connect("attention", values_spec());
  expect_blocks_equal_one_call(std::move(late), {{"scores", {x}}, {"attention", {v}}});

  v = numbers({many}, 0.2);
  v.narrow(0, 0, 300).fill_(-INFINITY);
  NodeRunner early = attention("softmax");
  early.connect("scores", scores_spec(Kind::scores, 3)).connect("attention", values_spec());
  expect_blocks_equal_one_call(std::move(early), {{"scores", {x}}, {"attention", {v}}});
}

TEST(AggregateRunning, LinearSoftmaxOfZerosIsZeroInBlocksToo) {
  NodeRunner runner = linear_softmax();
  runner.connect("scores", scores_spec(Kind::scores, 3));
  expect_blocks_equal_one_call(std::move(runner), {{"scores", {at::zeros({many, 3})}}});
}

TEST(AggregateRunning, AttentionOfNothingButZerosOrMinusInfinityIsTheSameInBlocks) {
  NodeRunner zeros = attention("sum");
  zeros.connect("scores", scores_spec(Kind::scores, 3)).connect("attention", values_spec());
  expect_blocks_equal_one_call(std::move(zeros), {{"scores", {numbers({many, 3}, 0.1)}},
                                                  {"attention", {at::zeros({many})}}});
  NodeRunner nothing = attention("softmax");
  nothing.connect("scores", scores_spec(Kind::scores, 3)).connect("attention", values_spec());
  expect_blocks_equal_one_call(std::move(nothing), {{"scores", {numbers({many, 3}, 0.1)}},
                                                    {"attention", {at::full({many}, -INFINITY)}}});
}

TEST(AggregateRunning, ErrorsAreThoseOfOneCall) {
  NodeRunner runner = linear_softmax();
  runner.set("gate_min", 0.5).connect("scores", scores_spec(Kind::scores, 1));
  runner.connect("gate", values_spec());
  const at::Tensor x = at::tensor({-1.0, 0.2, 0.6}, at::kFloat).unsqueeze(1);
  const auto inputs = [&](std::vector<double> gate) {
    return testing::Inputs{{"scores", {x}}, {"gate", {at::tensor(gate, at::kFloat)}}};
  };
  EXPECT_NO_THROW(runner.process_in_blocks(inputs({0, 1, 1}), 1));
  EXPECT_THROW(runner.process_in_blocks(inputs({1, 1, 1}), 1), Error);
  EXPECT_THROW(runner.process_in_blocks(inputs({0, 0, 0}), 1), Error);
  EXPECT_THROW(runner.process_in_blocks(inputs({0, NAN, 1}), 1), Error);
}

TEST(AggregateRunning, AMedianNeedsAllWindows) {
  NodeRunner runner = median();
  runner.connect("scores", scores_spec(Kind::scores, 1));
  EXPECT_EQ(runner.node().capability("melgraph.running/1"), nullptr);
}

}  // namespace
}  // namespace melgraph
