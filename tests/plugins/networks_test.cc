// Networks as data, run three ways: as a module, fused for inference, and behind the gate.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "melgraph/error.h"
#include "models/networks/builder.h"
#include "models/networks/gated_runner.h"
#include "models/networks/load.h"
#include "models/networks/runner.h"
#include "models/networks/torch_plan.h"
#include "models/networks/weights_plan.h"

namespace melgraph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A residual network with all that is fused: norm, activation, sum, a wide branch, a gate of
/// channels (squeeze and excitation), a pre-activated convolution and a dropout.
Network residual_network(std::int64_t channels = 3) {
  NetworkBuilder b({channels, 24, 20});
  int x = b.convolution(0, "stem.0", 8, Window(3).stride(2).padding(1).without_bias());
  x = b.relu(b.batch_norm(x, "stem.1"), "stem.2");
  int y = b.convolution(x, "block.conv1", 8, Window(3).padding(1).without_bias());
  y = b.activate(b.batch_norm(y, "block.bn1"), Activation::relu6);
  y = b.convolution(y, "block.conv2", 8, Window(1).without_bias());
  y = b.dropout(b.batch_norm(y, "block.bn2"), 0.5);
  x = b.relu(b.add(y, x), "block");
  const int pooled = b.adaptive_average_pool(x, {1, 1});
  const int gate = b.activate(b.convolution(pooled, "se", 8, Window(1)), Activation::sigmoid);
  x = b.multiply(x, gate);
  const int left = b.activate(b.convolution(x, "left", 4, Window({1, 3}).padding({0, 1})),
                              Activation::hard_swish);
  const int right = b.average_pool(x, Window(3).padding(1));
  x = b.concatenate({left, right}, "mixed");
  x = b.relu(b.batch_norm(x, "pre.norm"));
  x = b.max_pool(b.convolution(x, "pre.conv", 6, Window(3)), Window(2));
  x = b.dropout(b.flatten(b.mean(x, {1, 2})), 0.5);
  return b.finish(b.linear(x, "fc", 5), {"fc"});
}

/// Give a module numbers that make every layer matter, statistics too.
void fill(NetworkModule& module) {
  const at::NoGradGuard no_grad;
  for (const auto& item : module.named_buffers()) {
    if (!item.value().is_floating_point()) continue;
    item.value().uniform_(0.5, 1.5);
  }
  for (const auto& item : module.named_parameters()) {
    if (item.value().dim() == 1) item.value().uniform_(-0.5, 1);
  }
}

NetworkModule eval_module(Network network) {
  NetworkModule module(std::move(network));
  fill(module);
  module.eval();
  return module;
}

double distance(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).abs().max().item<double>() / b.abs().max().item<double>();
}

TEST(NetworkModuleTest, NamesItsTensorsAsTheAuthors) {
  NetworkModule module(residual_network());
  const auto parameters = module.named_parameters();
  EXPECT_TRUE(parameters.contains("stem.0.weight"));
  EXPECT_TRUE(parameters.contains("block.bn1.bias"));
  EXPECT_FALSE(parameters.contains("block.conv1.bias"));
  EXPECT_TRUE(module.named_buffers().contains("pre.norm.num_batches_tracked"));
  EXPECT_EQ(parameters["se.weight"].sizes(), at::IntArrayRef({8, 8, 1, 1}));
}

TEST(NetworkModuleTest, TrainsInTrainMode) {
  NetworkModule module(residual_network());
  module.train();
  const at::Tensor before = module.named_buffers()["stem.1.running_mean"].clone();
  const at::Tensor logits = module.forward(at::randn({2, 3, 24, 20}), {module.network().logits})[0];
  logits.sum().backward();
  EXPECT_FALSE(at::equal(before, module.named_buffers()["stem.1.running_mean"]));
  EXPECT_EQ(module.named_buffers()["stem.1.num_batches_tracked"].item<std::int64_t>(), 1);
  for (const auto& item : module.named_parameters()) {
    EXPECT_TRUE(item.value().grad().defined()) << item.key();
  }
}

TEST(NetworkModuleTest, FreezesUpToALayer) {
  NetworkModule module(residual_network());
  module.freeze_until(module.network().find("block"));
  const auto parameters = module.named_parameters();
  EXPECT_FALSE(parameters["block.conv2.weight"].requires_grad());
  EXPECT_TRUE(parameters["left.weight"].requires_grad());
  // `block` has no weights of its own; a layer that has some is left as it is too.
  module.freeze_until(module.network().find("left"));
  EXPECT_FALSE(parameters["left.weight"].requires_grad());
  EXPECT_TRUE(parameters["pre.norm.weight"].requires_grad());
}

TEST(NetworkModuleTest, TheSameSeedGivesTheSameNumbers) {
  NetworkModule a(residual_network()), b(residual_network());
  a.initialise(7);
  b.initialise(7);
  EXPECT_TRUE(at::equal(a.named_parameters()["fc.weight"], b.named_parameters()["fc.weight"]));
  b.initialise(8);
  EXPECT_FALSE(at::equal(a.named_parameters()["fc.weight"], b.named_parameters()["fc.weight"]));
}

TEST(NetworkModuleTest, StochasticDepthDropsWholeItemsAndScalesTheRest) {
  NetworkBuilder b({2, 3});
  const int x = b.stochastic_depth(0, 0.75);
  NetworkModule module(b.finish(b.linear(b.flatten(x), "fc", 1), {"fc"}));
  const at::Tensor input = at::full({64, 2, 3}, 1.0);
  const at::Tensor trained = module.forward(input, {x})[0].flatten(1);
  EXPECT_TRUE(at::equal(trained.amin(1), trained.amax(1)));
  const at::Tensor kept = trained.select(1, 0).ne(0);
  EXPECT_TRUE(kept.any().item<bool>());
  EXPECT_FALSE(kept.all().item<bool>());
  EXPECT_TRUE(at::equal(trained.select(1, 0), kept.to(at::kFloat) * 4));
  module.eval();
  EXPECT_TRUE(at::equal(module.forward(input, {x})[0], input));
}

TEST(TorchRunnerTest, GivesWhatTheModuleGives) {
  NetworkModule module = eval_module(residual_network());
  const Network& network = module.network();
  // Every layer alone: what is fused must come apart where it is wanted.
  const at::Tensor input = at::randn({3, 3, 24, 20});
  const at::NoGradGuard no_grad;
  for (int layer = 0; layer < static_cast<int>(network.layers.size()); ++layer) {
    const std::vector<int> wanted{network.logits, layer};
    const auto expected = module.forward(input, wanted);
    RunnerOptions options;
    options.wanted = wanted;
    const auto found = make_torch_runner(module, options)->run(input);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_LT(distance(found[0], expected[0]), 1e-5) << layer;
    EXPECT_LT(distance(found[1], expected[1]), 1e-5) << layer;
  }
}

TEST(TorchRunnerTest, LeavesApartWhatDoesNotFold) {
  NetworkBuilder b({3, 6, 6});
  int x = b.convolution(0, "conv", 4, Window(1));
  x = b.relu(b.batch_norm(x, "norm", 1e-5, 0.1, /*axis=*/1));  // of rows, not of channels
  const int pooled = b.adaptive_average_pool(x, {1, 1});
  x = b.add(b.convolution(pooled, "small", 4, Window(1)), x);
  x = b.add(b.convolution(x, "large", 4, Window(3).padding(1)), pooled);
  NetworkModule module = eval_module(b.finish(b.linear(b.flatten(x), "fc", 5), {"fc"}));
  RunnerOptions options;
  options.wanted = {module.network().logits};
  const at::Tensor input = at::randn({2, 3, 6, 6});
  const at::NoGradGuard no_grad;
  EXPECT_LT(distance(make_torch_runner(module, options)->run(input)[0],
                     module.forward(input, options.wanted)[0]),
            1e-5);
}

/// A network that adds to its input what a convolution makes of it.
Network network_around_its_input() {
  NetworkBuilder b({3, 24, 20});
  const int x = b.relu(b.add(b.convolution(0, "conv", 3, Window(3).padding(1)), 0));
  return b.finish(b.linear(b.mean(x, {1, 2}), "fc", 5), {"fc"});
}

TEST(TorchRunnerTest, LeavesItsInputAlone) {
  for (const Network& network : {residual_network(), network_around_its_input()}) {
    NetworkModule module = eval_module(network);
    RunnerOptions options;
    options.wanted = {module.network().logits};
    const at::Tensor input = at::randn({2, 3, 24, 20}).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor copy = input.clone();
    const auto runner = make_torch_runner(module, options);
    const at::NoGradGuard no_grad;
    const at::Tensor first = runner->run(input)[0];
    EXPECT_TRUE(at::equal(input, copy));
    EXPECT_TRUE(at::equal(first, runner->run(input)[0]));
  }
}

TEST(TorchRunnerTest, RunsOverSound) {
  NetworkBuilder b({1, 400});
  int x = b.relu(b.batch_norm(b.convolution(0, "conv1", 6, Window(5).stride(3)), "bn1"));
  x = b.max_pool(x, Window(3));
  x = b.relu(b.batch_norm(b.convolution(x, "conv2", 6, Window(3).padding(1)), "bn2"));
  x = b.mean(x, {1});
  NetworkModule module = eval_module(b.finish(b.linear(x, "fc", 4), {"fc"}));
  RunnerOptions options;
  options.wanted = {module.network().logits};
  const at::Tensor input = at::randn({2, 1, 400});
  const at::NoGradGuard no_grad;
  EXPECT_LT(distance(make_torch_runner(module, options)->run(input)[0],
                     module.forward(input, options.wanted)[0]),
            1e-5);
}

TEST(TorchPlanTest, FoldsNormsActivationsAndSums) {
  const Network network = residual_network();
  const std::vector<FusedStep> steps = fuse_layers(network, {network.logits});
  int convolutions = 0, norms = 0, sums = 0, alone = 0;
  for (const FusedStep& step : steps) {
    const Op op = network.layers[static_cast<std::size_t>(step.layer)].op;
    if (op == Op::convolution) {
      ++convolutions;
      norms += step.norm >= 0 ? 1 : 0;
      sums += step.other >= 0 ? 1 : 0;
    }
    if (op == Op::add || op == Op::dropout || op == Op::activation) ++alone;
  }
  EXPECT_EQ(convolutions, 6);
  EXPECT_EQ(norms, 3);
  EXPECT_EQ(sums, 1);
  EXPECT_EQ(alone, 0);
}

TEST(TorchPlanTest, DoesNotWriteOverWhatIsWanted) {
  const Network network = residual_network();
  const int stem = network.find("stem.2");
  for (const FusedStep& step : fuse_layers(network, {network.logits, stem})) {
    EXPECT_NE(step.other, stem);
  }
}

TEST(NetworkTest, IsCutAtALayer) {
  Network network = residual_network();
  network.cut(network.find("block"));
  EXPECT_EQ(network.logits, -1);
  EXPECT_EQ(network.layers[static_cast<std::size_t>(network.embedding)].size, (Size{8, 12, 10}));
  EXPECT_EQ(network.find("fc"), -1);
  NetworkModule module = eval_module(network);
  const at::NoGradGuard no_grad;
  EXPECT_EQ(module.forward(at::randn({1, 3, 24, 20}), {network.embedding})[0].size(1), 8);
}

TEST(NetworkTest, ACutLeavesOutTheOtherBranch) {
  NetworkBuilder b({1, 4, 4});
  const int left = b.convolution(0, "left", 2, Window(1));
  const int right = b.relu(b.convolution(0, "right", 3, Window(1)), "end");
  const int x = b.flatten(b.concatenate({left, right}));
  Network network = b.finish(b.linear(x, "fc", 5), {"fc"});
  network.cut(network.find("end"));
  EXPECT_EQ(network.layers.size(), 3u);  // the input too
  EXPECT_EQ(network.find("left"), -1);
  ASSERT_EQ(network.find("end"), network.embedding);
  NetworkModule module(network);
  const at::NoGradGuard no_grad;
  EXPECT_EQ(module.forward(at::randn({1, 1, 4, 4}), {network.embedding})[0].sizes(),
            at::IntArrayRef({1, 3, 4, 4}));
}

std::map<std::string, Size> shapes_of(const Network& network) {
  std::map<std::string, Size> shapes;
  for (const StateEntry& entry : network.state()) shapes[entry.name] = entry.shape;
  return shapes;
}

NetworkType plain_type() {
  NetworkType type;
  type.id = "model.test";
  return type;
}

TEST(WeightsPlanTest, ListsWhatDoesNotFit) {
  const Network network = residual_network();
  std::map<std::string, Size> file = shapes_of(network);
  file.erase("left.weight");
  file.erase("stem.1.num_batches_tracked");  // may be missing
  file["head.weight"] = {3};
  file["fc.weight"] = {7, 6};
  const WeightsPlan plan = plan_weights(plain_type(), network, file, {});
  EXPECT_THAT(plan.missing, ElementsAre("left.weight [4, 8, 1, 3]"));
  EXPECT_THAT(plan.unexpected, ElementsAre("head.weight [3]"));
  EXPECT_THAT(plan.misshaped,
              ElementsAre("fc.weight: the file has [7, 6], the network wants [5, 6]"));
}

TEST(WeightsPlanTest, AllowsWhatIsNamed) {
  const Network network = residual_network();
  std::map<std::string, Size> file = shapes_of(network);
  file.erase("left.weight");
  file["head.weight"] = {3};
  file["fc.weight"] = {7, 6};
  WeightsPlanOptions options;
  options.allow_missing = {"left.*"};
  options.allow_unexpected = {"head.weight"};
  options.replace_head = true;
  const WeightsPlan plan = plan_weights(plain_type(), network, file, options);
  EXPECT_TRUE(plan.fits()) << plan.findings_text();
  EXPECT_EQ(plan.fresh.size(), 3u);  // left.weight, fc.weight, fc.bias
}

TEST(WeightsPlanTest, LoadsUpToALayer) {
  const Network network = residual_network();
  std::map<std::string, Size> file = shapes_of(network);
  file["fc.weight"] = {7, 6};
  for (const char* last : {"stem.1", "stem.2"}) {  // with weights and without
    WeightsPlanOptions options;
    options.load_until = network.find(last);
    const WeightsPlan plan = plan_weights(plain_type(), network, file, options);
    EXPECT_TRUE(plan.fits()) << plan.findings_text();
    EXPECT_EQ(plan.assignments.size(), 6u) << last;  // one convolution, five of a norm
  }
}

TEST(WeightsPlanTest, KnowsOldNames) {
  NetworkType type = plain_type();
  type.renames = {{R"((.*)\.norm\.1\.(.*))", "$1.bn1.$2"}};
  const Network network = residual_network();
  std::map<std::string, Size> file = shapes_of(network);
  file["block.norm.1.weight"] = file["block.bn1.weight"];
  file.erase("block.bn1.weight");
  EXPECT_TRUE(plan_weights(type, network, file, {}).fits());
  // A file that has both names keeps today's.
  file["block.bn1.weight"] = file["block.norm.1.weight"];
  file["block.norm.1.weight"] = {99};
  const WeightsPlan both = plan_weights(type, network, file, {});
  EXPECT_TRUE(both.fits()) << both.findings_text();
}

TEST(AdaptChannelsTest, FollowsItsRules) {
  const at::Tensor weight = at::rand({4, 3, 3, 3});
  const at::Tensor mean = adapt_channels(weight, 1, ChannelRule::mean);
  EXPECT_TRUE(at::allclose(mean, weight.mean(1, true)));
  EXPECT_TRUE(at::allclose(adapt_channels(weight, 1, ChannelRule::sum), weight.sum(1, true)));
  const at::Tensor two = adapt_channels(weight, 2, ChannelRule::sum);
  EXPECT_TRUE(at::allclose(two.sum(1), weight.sum(1)));
  const at::Tensor four = adapt_channels(weight, 4, ChannelRule::repeat);
  EXPECT_TRUE(at::allclose(four.select(1, 3), weight.select(1, 0) * 0.75));
  EXPECT_EQ(four.size(1), 4);
}

TEST(LoadNetworkTest, RefusesWhatIsNotFinite) {
  NetworkModule module(residual_network());
  StateDict state;
  for (const auto& item : module.named_parameters())
    state.tensors[item.key()] = item.value().detach().clone();
  for (const auto& item : module.named_buffers()) state.tensors[item.key()] = item.value().clone();
  state.tensors["se.bias"][2] = std::numeric_limits<float>::quiet_NaN();
  const WeightsPlan plan =
      plan_weights(plain_type(), module.network(), shapes_of(module.network()), {});
  try {
    load_network(module, state, plan, ChannelRule::none, "w.safetensors");
    FAIL() << "NaN was loaded";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("w.safetensors: tensor `se.bias`"));
  }
}

/// A runner that gives the logits it is told, whatever the input, and embeddings that are the same,
/// but always finite: to test the gate.
class Constant final : public NetworkRunner {
 public:
  explicit Constant(std::vector<float> logits) : logits_(std::move(logits)) {}
  std::vector<at::Tensor> run(const at::Tensor& input) const override {
    at::Tensor row = at::full({1, static_cast<std::int64_t>(logits_.size())}, 0.0);
    for (std::size_t i = 0; i < logits_.size(); ++i)
      row[0][static_cast<std::int64_t>(i)] = logits_[i];
    const at::Tensor logits = row.to(at::kFloat).repeat({input.size(0), 1});
    return {logits, logits.nan_to_num()};
  }

 private:
  std::vector<float> logits_;
};

std::unique_ptr<GatedRunner> gate(std::vector<float> exact, std::vector<float> quick,
                                  GateFailure failure, int logits = 0) {
  return std::make_unique<GatedRunner>(std::make_unique<Constant>(std::move(exact)),
                                       std::make_unique<Constant>(std::move(quick)), "bf16", logits,
                                       Scores::softmax, failure);
}

TEST(GatedRunnerTest, TakesTheQuickWayWhereItAgrees) {
  const auto runner = gate({1, 2, 3}, {1, 2, 3.01F}, GateFailure::refuse);
  EXPECT_EQ(runner->precision(), "f32");
  EXPECT_FLOAT_EQ(runner->run(at::rand({2, 4}))[0][1][2].item<float>(), 3.01F);
  EXPECT_EQ(runner->precision(), "bf16");
  EXPECT_THAT(runner->note(), HasSubstr("within 0.0022 of float32"));
}

TEST(GatedRunnerTest, FallsBackAndSaysSo) {
  const auto runner = gate({1, 2, 3}, {1, 2, 3.5F}, GateFailure::fall_back);
  for (int batch = 0; batch < 2; ++batch) {
    EXPECT_FLOAT_EQ(runner->run(at::rand({1, 4}))[0][0][2].item<float>(), 3);
  }
  EXPECT_EQ(runner->precision(), "f32");
  EXPECT_THAT(runner->note(), HasSubstr("does not pass the accuracy gate"));
}

TEST(GatedRunnerTest, RefusesWhatWasAskedForAndDoesNotPass) {
  EXPECT_THROW(gate({1, 2, 3}, {1, 2, 3.5F}, GateFailure::refuse)->run(at::rand({1, 4})), Error);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(gate({1, 2, 3}, {1, 2, nan}, GateFailure::refuse)->run(at::rand({1, 4})), Error);
  // Here the best class of what is no number is, by chance, the right one.
  EXPECT_THROW(gate({3, 2, 1}, {nan, 2, 1}, GateFailure::refuse)->run(at::rand({1, 4})), Error);
}

std::vector<float> logits_of(std::vector<float> scores) {
  for (float& score : scores) score = std::log(score);
  return scores;
}

TEST(GatedRunnerTest, TheBestClassMayChangeOnlyWhereItIsUnclear) {
  const auto unclear = gate(logits_of({0.405F, 0.395F, 0.2F}), logits_of({0.396F, 0.404F, 0.2F}),
                            GateFailure::fall_back);
  unclear->run(at::rand({1, 4}));
  EXPECT_EQ(unclear->precision(), "bf16") << unclear->note();
  const auto clear = gate(logits_of({0.415F, 0.385F, 0.2F}), logits_of({0.398F, 0.402F, 0.2F}),
                          GateFailure::fall_back);
  clear->run(at::rand({1, 4}));
  EXPECT_EQ(clear->precision(), "f32");
  EXPECT_THAT(clear->note(), HasSubstr("1 with another best class"));
}

TEST(GatedRunnerTest, ComparesEmbeddingsWhereThereAreNoScores) {
  const auto near = gate({3, 4}, {3, 4.05F}, GateFailure::fall_back, -1);
  near->run(at::rand({2, 4}));
  EXPECT_EQ(near->precision(), "bf16");
  EXPECT_THAT(near->note(), HasSubstr("within 1 % of float32's length"));
  const auto far = gate({3, 4}, {3, 4.5F}, GateFailure::fall_back, -1);
  far->run(at::rand({2, 4}));
  EXPECT_EQ(far->precision(), "f32");
  try {
    gate({3, 4}, {3, 4.5F}, GateFailure::refuse, -1)->run(at::rand({2, 4}));
    FAIL() << "passed";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("within 10 % of float32's length, allowed is 2 %"));
  }
}

TEST(GatedRunnerTest, ABrokenBatchDecidesNothing) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto runner = gate({1, 2, nan}, {1, 2, 3}, GateFailure::refuse);
  EXPECT_TRUE(runner->run(at::rand({1, 4}))[0].isnan().any().item<bool>());
  EXPECT_EQ(runner->note(), "");
}

}  // namespace
}  // namespace melgraph
