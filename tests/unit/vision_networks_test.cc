#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "models/networks/builder.h"
#include "models/networks/weights_plan.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

NetworkOptions options_of(const NetworkType& type) {
  NetworkOptions options;
  options.input = type.input;
  options.classes = type.classes;
  return options;
}

Size size_at(const Network& network, const std::string& name) {
  const int layer = network.find(name);
  if (layer < 0) return {};
  return network.layers[static_cast<std::size_t>(layer)].size;
}

std::vector<double> probabilities(const Network& network, Op op) {
  std::vector<double> found;
  for (const Layer& layer : network.layers) {
    if (layer.op == op) found.push_back(layer.probability);
  }
  return found;
}

std::string refusal(const NetworkType& type, const NetworkOptions& options) {
  try {
    type.build(options);
  } catch (const NetworkError& error) {
    return error.message;
  }
  return "taken";
}

/// What torchvision publishes: parameters (auxiliary heads aside) and 1e9 multiply-adds at the
/// published size.
struct Published {
  const NetworkType& (*type)();
  std::int64_t parameters;
  double operations;
};

std::string type_name(const ::testing::TestParamInfo<Published>& info) {
  return info.param.type().id.substr(std::string("model.").size());
}

class PublishedNetwork : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedNetwork, HasThePublishedNumberOfParametersAndOperations) {
  const Published& published = GetParam();
  const NetworkType& type = published.type();
  const Network network = type.build(options_of(type));
  EXPECT_EQ(network.parameter_count(), published.parameters);
  const double operations = static_cast<double>(network.operation_count()) / 2e9;
  EXPECT_NEAR(operations, published.operations, 0.0006);
}

TEST_P(PublishedNetwork, TakesAnyChannelsAndClassesAndNamesItsHead) {
  const NetworkType& type = GetParam().type();
  NetworkOptions options = options_of(type);
  const Network published = type.build(options);
  options.input.front() = 5;
  options.classes = 7;
  const Network network = type.build(options);
  EXPECT_EQ(network.layers[static_cast<std::size_t>(network.logits)].size, Size{7});
  EXPECT_EQ(size_at(network, "classifier").empty() ? size_at(network, "fc")
                                                   : size_at(network, "classifier"),
            Size{7});
  EXPECT_EQ(network.layers[static_cast<std::size_t>(network.embedding)].size.size(), 1U);

  const std::vector<StateEntry> before = published.state();
  const std::vector<StateEntry> after = network.state();
  ASSERT_EQ(before.size(), after.size());
  std::vector<std::string> changed;
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].name, after[i].name);
    if (before[i].shape != after[i].shape) changed.push_back(before[i].name);
  }
  ASSERT_EQ(network.head.size(), 1U);
  EXPECT_THAT(changed, ElementsAre(before.front().name, network.head.front() + ".weight",
                                   network.head.front() + ".bias"));
}

TEST_P(PublishedNetwork, TakesAnInputOfUnknownSize) {
  const NetworkType& type = GetParam().type();
  NetworkOptions options = options_of(type);
  options.input = {3, -1, -1};
  EXPECT_EQ(type.build(options).parameter_count(), GetParam().parameters);
}

TEST_P(PublishedNetwork, SaysWhetherItHasDropout) {
  const NetworkType& type = GetParam().type();
  NetworkOptions options = options_of(type);
  options.dropout = 0.25;
  options.stochastic_depth = 0.25;
  const Network network = type.build(options);
  const auto dropouts = probabilities(network, Op::dropout);
  EXPECT_EQ(type.has_dropout, !dropouts.empty());
  for (const double p : dropouts) EXPECT_EQ(p, 0.25);
  const auto depths = probabilities(network, Op::stochastic_depth);
  EXPECT_EQ(type.has_stochastic_depth, !depths.empty());
  EXPECT_TRUE(std::is_sorted(depths.begin(), depths.end()));
}

INSTANTIATE_TEST_SUITE_P(
    All, PublishedNetwork,
    ::testing::Values(
        Published{alexnet, 61100840, 0.714}, Published{vgg11, 132863336, 7.609},
        Published{vgg13, 133047848, 11.308}, Published{vgg16, 138357544, 15.47},
        Published{vgg19, 143667240, 19.632}, Published{vgg11_bn, 132868840, 7.609},
        Published{vgg13_bn, 133053736, 11.308}, Published{vgg16_bn, 138365992, 15.47},
        Published{vgg19_bn, 143678248, 19.632}, Published{resnet18, 11689512, 1.814},
        Published{resnet34, 21797672, 3.664}, Published{resnet50, 25557032, 4.089},
        Published{resnet101, 44549160, 7.801}, Published{resnet152, 60192808, 11.514},
        Published{densenet121, 7978856, 2.834}, Published{densenet161, 28681000, 7.728},
        Published{densenet169, 14149480, 3.36}, Published{densenet201, 20013928, 4.291},
        Published{inception_v3, 23834568, 5.713}, Published{googlenet, 6624904, 1.498},
        Published{mobilenet_v2, 3504872, 0.301}, Published{mobilenet_v3_small, 2542856, 0.057},
        Published{mobilenet_v3_large, 5483032, 0.217}, Published{efficientnet_b0, 5288548, 0.386},
        Published{convnext_tiny, 28589128, 4.456}),
    type_name);

struct Stage {
  const char* name;
  Size size;
};

void expect_stages(const NetworkType& type, const std::vector<Stage>& stages) {
  const Network network = type.build(options_of(type));
  for (const Stage& stage : stages)
    EXPECT_EQ(size_at(network, stage.name), stage.size) << stage.name;
}

TEST(VisionNetworkStages, AreThoseOfThePapers) {
  expect_stages(alexnet(), {{"features.2", {64, 27, 27}},
                            {"features.5", {192, 13, 13}},
                            {"features", {256, 6, 6}},
                            {"classifier.5", {4096}}});
  expect_stages(vgg16(), {{"features.4", {64, 112, 112}},
                          {"features.9", {128, 56, 56}},
                          {"features.16", {256, 28, 28}},
                          {"features.23", {512, 14, 14}},
                          {"features.30", {512, 7, 7}}});
  expect_stages(resnet50(), {{"conv1", {64, 112, 112}},
                             {"layer1", {256, 56, 56}},
                             {"layer2", {512, 28, 28}},
                             {"layer3.5", {1024, 14, 14}},
                             {"layer4", {2048, 7, 7}},
                             {"avgpool", {2048, 1, 1}}});
  expect_stages(densenet121(), {{"features.pool0", {64, 56, 56}},
                                {"features.denseblock1", {256, 56, 56}},
                                {"features.transition1", {128, 28, 28}},
                                {"features.denseblock2", {512, 28, 28}},
                                {"features.denseblock3", {1024, 14, 14}},
                                {"features.denseblock4.denselayer16", {32, 7, 7}},
                                {"features", {1024, 7, 7}}});
  expect_stages(inception_v3(), {{"Conv2d_2b_3x3", {64, 147, 147}},
                                 {"maxpool2", {192, 35, 35}},
                                 {"Mixed_5d", {288, 35, 35}},
                                 {"Mixed_6e", {768, 17, 17}},
                                 {"Mixed_7a", {1280, 8, 8}},
                                 {"Mixed_7c", {2048, 8, 8}}});
  expect_stages(googlenet(), {{"maxpool2", {192, 28, 28}},
                              {"inception3b", {480, 28, 28}},
                              {"inception4e", {832, 14, 14}},
                              {"inception5b", {1024, 7, 7}}});
  expect_stages(mobilenet_v2(), {{"features.1", {16, 112, 112}},
                                 {"features.6", {32, 28, 28}},
                                 {"features.17", {320, 7, 7}},
                                 {"features.18", {1280, 7, 7}}});
  expect_stages(mobilenet_v3_large(), {{"features.3", {24, 56, 56}},
                                       {"features.12", {112, 14, 14}},
                                       {"features.16", {960, 7, 7}},
                                       {"classifier.1", {1280}}});
  expect_stages(efficientnet_b0(), {{"features.1", {16, 112, 112}},
                                    {"features.3", {40, 28, 28}},
                                    {"features.5", {112, 14, 14}},
                                    {"features.8", {1280, 7, 7}}});
  expect_stages(convnext_tiny(), {{"features.0", {96, 56, 56}},
                                  {"features.3", {192, 28, 28}},
                                  {"features.5.8", {384, 14, 14}},
                                  {"features.7", {768, 7, 7}}});
}

TEST(VisionNetworkStages, FollowAnOblongInput) {
  NetworkOptions options;
  options.input = {1, 128, 250};
  options.classes = 50;
  EXPECT_EQ(size_at(densenet201().build(options), "features"), (Size{1920, 4, 7}));
  EXPECT_EQ(size_at(inception_v3().build(options), "Mixed_7c"), (Size{2048, 2, 6}));
}

/// The smallest inputs that torchvision names.
TEST(VisionNetworkStages, RefuseAnInputThatIsTooSmall) {
  struct Smallest {
    const NetworkType& (*type)();
    std::int64_t size;
  };
  for (const Smallest& smallest :
       {Smallest{alexnet, 63}, Smallest{vgg16, 32}, Smallest{densenet121, 29},
        Smallest{inception_v3, 75}, Smallest{convnext_tiny, 32}}) {
    const NetworkType& type = smallest.type();
    NetworkOptions options = options_of(type);
    options.input = {3, smallest.size, smallest.size};
    EXPECT_EQ(refusal(type, options), "taken") << type.id;
    options.input = {3, 100, smallest.size - 1};
    EXPECT_THAT(refusal(type, options), HasSubstr("is too small")) << type.id;
  }
}

TEST(VisionNetworkHeads, OfInceptionNeedALargeInput) {
  NetworkOptions options = options_of(inception_v3());
  options.auxiliary_heads = true;
  const Network network = inception_v3().build(options);
  EXPECT_THAT(network.head, ElementsAre("fc", "AuxLogits.fc"));
  ASSERT_EQ(network.auxiliary.size(), 1U);
  EXPECT_EQ(network.auxiliary.front(), network.find("AuxLogits"));
  EXPECT_EQ(network.parameter_count(), 23834568);
  options.input = {3, 298, 299};
  EXPECT_THAT(refusal(inception_v3(), options), HasSubstr("AuxLogits"));
}

TEST(VisionNetworkHeads, AreNotComputedForTheLogits) {
  NetworkOptions options = options_of(googlenet());
  options.auxiliary_heads = true;
  const Network network = googlenet().build(options);
  EXPECT_THAT(network.head, ElementsAre("fc", "aux2.fc2", "aux1.fc2"));
  EXPECT_THAT(network.auxiliary, ElementsAre(network.find("aux1"), network.find("aux2")));
  for (const int layer : network.needed_for({network.logits})) {
    EXPECT_FALSE(network.layers[static_cast<std::size_t>(layer)].auxiliary);
  }
}

TEST(VisionNetworkInput, IsTransformedOnlyWithThreeChannels) {
  for (const auto type : {inception_v3, googlenet}) {
    NetworkOptions options = options_of(type());
    options.transform_input = true;
    const Network network = type().build(options);
    ASSERT_EQ(network.layers[1].op, Op::affine);
    EXPECT_DOUBLE_EQ(network.layers[1].factors[2], 0.45);
    EXPECT_NEAR(network.layers[1].offsets[0], -0.03, 1e-15);
    options.input.front() = 1;
    EXPECT_THAT(refusal(type(), options), HasSubstr("three channels"));
  }
}

/// Names and shapes of a file with the weights of `network`.
std::map<std::string, Size> file_of(const Network& network) {
  std::map<std::string, Size> file;
  for (const StateEntry& entry : network.state()) file[entry.name] = entry.shape;
  return file;
}

TEST(VisionNetworkWeights, OfOldDenseNetsHaveOtherNames) {
  const Network network = densenet121().build(options_of(densenet121()));
  std::map<std::string, Size> file;
  std::size_t renamed = 0;
  for (const auto& [name, shape] : file_of(network)) {
    if (name.find("num_batches_tracked") != std::string::npos) continue;
    std::string old = name;
    const std::size_t layer = old.find(".denselayer");
    if (layer != std::string::npos) {
      const std::size_t number = old.find_first_of("12", old.find('.', layer + 1));
      old.insert(number, ".");
      ++renamed;
    }
    file[old] = shape;
  }
  EXPECT_EQ(renamed, 58U * 10U);
  const WeightsPlan plan = plan_weights(densenet121(), network, file, {});
  EXPECT_TRUE(plan.fits()) << plan.findings_text();
  EXPECT_EQ(plan.assignments.size(), file.size());
}

TEST(VisionNetworkWeights, MayHaveTheHeadsThatANetworkLacks) {
  for (const auto type : {inception_v3, googlenet}) {
    NetworkOptions options = options_of(type());
    const Network without = type().build(options);
    options.auxiliary_heads = true;
    const Network with = type().build(options);
    EXPECT_TRUE(plan_weights(type(), without, file_of(with), {}).fits());
    const WeightsPlan plan = plan_weights(type(), with, file_of(without), {});
    EXPECT_TRUE(plan.fits());
    EXPECT_EQ(plan.fresh.size(), with.state().size() - without.state().size());
  }
}

}  // namespace
}  // namespace melgraph
