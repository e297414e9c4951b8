// Combiners that read a file: fitted weights and stacking.
#include <gmock/gmock.h>

#include <cmath>

#include "melgraph/testing/node_runner.h"
#include "melgraph/weights.h"
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
using testing::TemporaryFile;

using Tensors = std::map<std::string, at::Tensor, std::less<>>;

at::Tensor table(const std::vector<double>& numbers, std::int64_t columns) {
  return at::tensor(numbers, at::kFloat).view({-1, columns});
}

/// A file with tensors and metadata.
class WeightsFile {
 public:
  explicit WeightsFile(Tensors tensors,
                       std::map<std::string, std::string, std::less<>> metadata = {})
      : file_("weights.safetensors") {
    write_weights(file_.path(), {std::move(tensors), std::move(metadata)});
  }
  std::string string() const { return file_.string(); }

 private:
  TemporaryFile file_;
};

NodeRunner fitted(const WeightsFile& file) {
  NodeRunner runner(describe_combine_weighted(), infer_combine_weighted, make_combine_weighted);
  runner.set("weights_file", file.string());
  return runner;
}

NodeRunner stack(const WeightsFile& file) {
  NodeRunner runner(describe_combine_stack(), infer_combine_stack, make_combine_stack);
  runner.set("weights", file.string());
  return runner;
}

/// Weights from 2 + 3 numbers to 2 classes.
Tensors five_to_two() {
  return {{"weight", table({1, 0, 0.5, 0, 2, 0, -1, 0, 1, 0}, 5)},
          {"bias", at::tensor({0.5, -0.5}, at::kFloat)}};
}

const std::vector<at::Tensor> two_members{table({2, 3}, 2), table({4, 5, 6}, 3)};
// 2 + 2 + 12 + 0.5 and -3 + 5 - 0.5
const std::vector<double> two_members_give{16.5, 1.5};

TEST(FittedWeights, AreThoseOfTheFile) {
  const WeightsFile file({{"weights", at::tensor({0.75, 0.25}, at::kDouble)}});
  NodeRunner runner = fitted(file);
  runner.connect("scores", scores_spec(Kind::scores, 2));
  runner.connect("scores", scores_spec(Kind::scores, 2));
  const at::Tensor scores =
      runner.process({{"scores", {table({0.2, 0.8}, 2), table({0.6, 0.4}, 2)}}}).at("scores");
  EXPECT_LT(largest_difference(scores, table({0.3, 0.7}, 2)), 1e-7f);
}

TEST(FittedWeights, ForAnotherNumberOfMembersAreFoundByInfer) {
  const WeightsFile file({{"weights", at::tensor({0.75, 0.25}, at::kFloat)}});
  NodeRunner runner = fitted(file);
  runner.connect("scores", scores_spec(Kind::scores, 2));
  EXPECT_FALSE(runner.infer());
  EXPECT_THAT(runner.findings_text(), HasSubstr("`weights` is F32 [2], but there are 1 members"));
}

TEST(FittedWeights, UnderAnotherNameOrTypeAreFoundByInfer) {
  const WeightsFile other({{"weight", at::tensor({1.0}, at::kFloat)}});
  NodeRunner named = fitted(other);
  named.connect("scores", scores_spec(Kind::scores, 2));
  EXPECT_FALSE(named.infer());
  EXPECT_THAT(named.findings_text(), HasSubstr("no tensor `weights`"));
  const WeightsFile whole({{"weights", at::tensor({std::int64_t{1}}, at::kLong)}});
  NodeRunner typed = fitted(whole);
  typed.connect("scores", scores_spec(Kind::scores, 2));
  EXPECT_FALSE(typed.infer());
  EXPECT_THAT(typed.findings_text(), HasSubstr("I64 [1]"));
}

TEST(FittedWeights, ThatAreNoWeightsDoNotOpen) {
  for (const float wrong : {NAN, -0.5F, INFINITY, 0.0F}) {
    const WeightsFile file({{"weights", at::tensor({wrong}, at::kFloat)}});
    NodeRunner runner = fitted(file);
    runner.connect("scores", scores_spec(Kind::scores, 2));
    EXPECT_THROW(runner.open(), Error) << wrong;
  }
}

TEST(Stack, IsALinearLayerOverAllMembers) {
  const WeightsFile file(five_to_two());
  NodeRunner runner = stack(file);
  runner.set("activation", "none");
  runner.connect("scores", scores_spec(Kind::logits, 2));
  runner.connect("scores", scores_spec(Kind::scores, 3));
  const testing::Outputs outputs = runner.process({{"scores", two_members}});
  EXPECT_LT(largest_difference(outputs.at("scores"), table(two_members_give, 2)), 1e-6f);
  EXPECT_EQ(runner.output().kind, Kind::logits);
  // Without the bias.
  EXPECT_LT(largest_difference(outputs.at("contribution")[0], table({2, -3, 14, 5}, 2)), 1e-6f);
}

TEST(Stack, ActivationIsDoneToTheSum) {
  const WeightsFile file(five_to_two());
  for (const bool softmax : {true, false}) {
    NodeRunner runner = stack(file);
    runner.set("activation", softmax ? "softmax" : "sigmoid");
    runner.connect("scores", scores_spec(Kind::scores, 2));
    runner.connect("scores", scores_spec(Kind::scores, 3));
    const at::Tensor scores = runner.process({{"scores", two_members}}).at("scores");
    const double expected = softmax ? 1 / (1 + std::exp(15.0)) : 1 / (1 + std::exp(-1.5));
    EXPECT_NEAR(scores[0][1].item<double>(), expected, 1e-7);
    EXPECT_EQ(runner.output().kind, Kind::scores);
  }
}

TEST(Stack, ItemsDoNotMix) {
  const WeightsFile file(five_to_two());
  NodeRunner runner = stack(file);
  runner.set("activation", "none");
  runner.connect("scores", scores_spec(Kind::scores, 2));
  runner.connect("scores", scores_spec(Kind::scores, 3));
  const at::Tensor scores =
      runner.process({{"scores", {table({NAN, 0, 2, 3}, 2), table({0, 0, 0, 4, 5, 6}, 3)}}})
          .at("scores");
  EXPECT_TRUE(scores[0][0].isnan().item<bool>());
  EXPECT_LT(largest_difference(scores.narrow(0, 1, 1), table(two_members_give, 2)), 1e-6f);
}

TEST(Stack, HasAgreementWhereMembersHaveTheClassesOfTheResult) {
  const WeightsFile file({{"weight", table({1, 0, 1, 0, 0, 1, 0, 1}, 4)},
                          {"bias", at::tensor({0.0, 0.0}, at::kFloat)}});
  NodeRunner runner = stack(file);
  runner.connect("scores", scores_spec(Kind::scores, 2));
  runner.connect("scores", scores_spec(Kind::scores, 2));
  const testing::Outputs outputs =
      runner.process({{"scores", {table({0.9, 0.1}, 2), table({0.4, 0.6}, 2)}}});
  EXPECT_FLOAT_EQ(outputs.at("agreement").item<float>(), 0.5f);

  NodeRunner others = stack(file);
  others.set("labels", std::vector<std::string>{"dog", "rain"});
  others.connect("scores", scores_spec(Kind::scores, 2));
  others.connect("scores", scores_spec(Kind::scores, 2, make_labels({"rain", "dog"})));
  const testing::Outputs without =
      others.process({{"scores", {table({0.9, 0.1}, 2), table({0.4, 0.6}, 2)}}});
  EXPECT_EQ(without.count("agreement"), 0u);
}

TEST(Stack, TakesLabelsFromTheGraphTheWeightsOrTheMembers) {
  const WeightsFile named(five_to_two(), {{"labels", R"(["dog", "rain"])"}});
  const auto labels_of = [](NodeRunner runner, const Labels& of_members) {
    runner.connect("scores", scores_spec(Kind::scores, 2, of_members));
    runner.connect("scores", scores_spec(Kind::scores, 3));
    EXPECT_TRUE(runner.infer()) << runner.findings_text();
    return runner.output().labels;
  };
  EXPECT_EQ(*labels_of(stack(named), nullptr), (std::vector<std::string>{"dog", "rain"}));
  NodeRunner given = stack(named);
  given.set("labels", std::vector<std::string>{"a", "b"});
  EXPECT_EQ(*labels_of(std::move(given), nullptr), (std::vector<std::string>{"a", "b"}));

  const WeightsFile plain(
      {{"weight", table({1, 0, 0, 1}, 2)}, {"bias", at::tensor({0.0, 0.0}, at::kFloat)}});
  NodeRunner alone = stack(plain);
  const Labels of_member = make_labels({"sea", "wind"});
  alone.connect("scores", scores_spec(Kind::scores, 2, of_member));
  ASSERT_TRUE(alone.infer()) << alone.findings_text();
  EXPECT_EQ(alone.output().labels, of_member);
}

/// Return what `infer` finds wrong with members of 2 and 3 classes.
std::string findings(NodeRunner runner) {
  runner.connect("scores", scores_spec(Kind::scores, 2));
  runner.connect("scores", scores_spec(Kind::scores, 3));
  return runner.infer() ? "nothing" : runner.findings_text();
}

TEST(Stack, InferRefusesWeightsForOtherMembers) {
  const WeightsFile file({{"weight", table({1, 2, 3, 4}, 4)}, {"bias", at::zeros({1})}});
  EXPECT_THAT(findings(stack(file)), HasSubstr("takes 4 numbers, the members give 2 + 3 = 5"));
}

TEST(Stack, InferRefusesABiasOfOtherClasses) {
  Tensors tensors = five_to_two();
  tensors["bias"] = at::zeros({3});
  const WeightsFile file(tensors);
  EXPECT_THAT(findings(stack(file)), HasSubstr("`weight` gives 2 classes, `bias` 3"));
}

TEST(Stack, InferRefusesTensorsThatAreNotThoseOfALinearLayer) {
  Tensors none = five_to_two();
  none.erase("bias");
  const WeightsFile without(none);
  EXPECT_THAT(findings(stack(without)), HasSubstr("no tensor `bias`"));
  Tensors flat = five_to_two();
  flat["weight"] = at::zeros({10});
  const WeightsFile rank(flat);
  EXPECT_THAT(findings(stack(rank)), HasSubstr("F32 [10]"));
  Tensors more = five_to_two();
  more["scale"] = at::zeros({2});
  const WeightsFile unexpected(more);
  EXPECT_THAT(findings(stack(unexpected)), HasSubstr("`scale` that nothing takes"));
}

TEST(Stack, InferRefusesLabelsForOtherClasses) {
  const WeightsFile file(five_to_two());
  NodeRunner runner = stack(file);
  runner.set("labels", std::vector<std::string>{"dog", "rain", "sea"});
  EXPECT_THAT(findings(std::move(runner)), HasSubstr("there are 3 labels for 2 classes"));
}

TEST(Stack, InferRefusesMembersOfAnotherItem) {
  const WeightsFile file(five_to_two());
  NodeRunner runner = stack(file);
  runner.connect("scores", scores_spec(Kind::scores, 2));
  runner.connect("scores", scores_spec(Kind::scores, 3, nullptr, "clip"));
  EXPECT_FALSE(runner.infer());
  EXPECT_THAT(runner.findings_text(), HasSubstr("one item a clip"));
}

TEST(Stack, WeightsThatAreNotFiniteDoNotOpen) {
  for (const char* name : {"weight", "bias"}) {
    Tensors tensors = five_to_two();
    tensors[name].view({-1})[0] = NAN;
    const WeightsFile file(tensors);
    NodeRunner runner = stack(file);
    runner.connect("scores", scores_spec(Kind::scores, 2));
    runner.connect("scores", scores_spec(Kind::scores, 3));
    EXPECT_THROW(runner.open(), Error) << name;
  }
}

TEST(Stack, MembersOfUnknownSizeAreCheckedWhenTheyCome) {
  const WeightsFile file(five_to_two());
  NodeRunner runner = stack(file);
  runner.connect("scores", scores_spec(Kind::scores, unknown_size));
  runner.connect("scores", scores_spec(Kind::scores, unknown_size));
  EXPECT_THROW(runner.process({{"scores", {table({1, 2}, 2), table({1, 2}, 2)}}}), Error);
  EXPECT_THROW(runner.process({{"scores", {table({1, 2, 3}, 3), table({1, 2, 3}, 3)}}}), Error);
}

}  // namespace
}  // namespace melgraph
