#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <torch/nn/module.h>

#include "melgraph/testing/node_runner.h"
#include "models/yamnet/contract.h"
#include "models/yamnet/node.h"
#include "models/yamnet/yamnet_net.h"
#include "models_support.h"

namespace melgraph {
namespace {

using testing::features_spec;
using ::testing::HasSubstr;
using testing::largest_difference;
using testing::NodeRunner;
using testing::TemporaryFile;

StateDict random_weights(std::int64_t classes) {
  const YamnetModule network = make_yamnet_module(classes);
  StateDict state;
  for (const auto& item : network.module->named_parameters()) {
    // Of a size that keeps activations near 1 from layer to layer.
    const at::Tensor& p = item.value();
    const double spread =
        p.dim() < 2 ? 0.1 : std::sqrt(2.0 / static_cast<double>(p.numel() / p.size(0)));
    state.tensors[item.key()] = at::randn(p.sizes()) * spread;
  }
  return state;
}

class YamnetNode : public ::testing::Test {
 protected:
  YamnetNode() : file("weights.safetensors"), state(random_weights(5)) {}

  NodeRunner runner(const PortSpec& spec = features_spec(1, 96, 64)) {
    write_weights(file.path(), state);
    NodeRunner made(describe_yamnet(), infer_yamnet, make_yamnet);
    made.set("weights", file.string()).connect("features", spec);
    return made;
  }

  TemporaryFile file;
  StateDict state;
};

TEST_F(YamnetNode, TakesTheNumberOfClassesFromTheWeights) {
  NodeRunner node = runner();
  ASSERT_TRUE(node.infer()) << node.findings_text();
  EXPECT_EQ(node.output("scores").size_of("class"), 5);
  EXPECT_EQ(node.output("embedding").size_of("embedding"), 1024);
}

TEST_F(YamnetNode, PreparedFormEqualsTheModule) {
  NodeRunner node = runner();
  const YamnetModule network = make_yamnet_module(5);
  load_state(*network.module, state, "weights");
  const at::Tensor x = at::randn({3, 1, 96, 64});
  const testing::Outputs outputs = node.process({{"features", {x}}});
  const c10::InferenceMode inference;
  const YamnetOutputs expected = network.forward(x);
  const float scale = std::max(1.0f, expected.logits.abs().max().item<float>());
  EXPECT_LT(largest_difference(outputs.at("logits"), expected.logits), 1e-5f * scale);
  EXPECT_LT(largest_difference(outputs.at("scores"), expected.logits.sigmoid()), 1e-5f);
}

TEST_F(YamnetNode, BatchEqualsItsItemsAlone) {
  NodeRunner node = runner();
  const at::Tensor x = at::randn({4, 1, 96, 64});
  const at::Tensor together = node.run(x);
  for (std::int64_t i = 0; i < 4; ++i) {
    EXPECT_LT(largest_difference(node.run(x.narrow(0, i, 1)), together.narrow(0, i, 1)), 1e-5f);
  }
}

TEST_F(YamnetNode, LetsNanThrough) {
  NodeRunner node = runner();
  at::Tensor x = at::randn({2, 1, 96, 64});
  x[1][0][30][3] = NAN;
  const at::Tensor scores = node.run(x);
  EXPECT_FALSE(scores[0].isnan().any().item<bool>());
  EXPECT_TRUE(scores[1].isnan().all().item<bool>());
}

TEST_F(YamnetNode, RefusesInputsOfAnotherShape) {
  for (const auto& [spec, message] :
       {std::pair{features_spec(1, 96, 40), "takes mel 64, this input has mel 40"},
        std::pair{features_spec(1, 97, 64), "takes time 96, this input has time 97"},
        std::pair{features_spec(2, 96, 64), "takes channel 1, this input has channel 2"}}) {
    NodeRunner node = runner(spec);
    EXPECT_FALSE(node.infer());
    EXPECT_THAT(node.findings_text(), HasSubstr(message));
  }
}

TEST_F(YamnetNode, RefusesWeightsOfAnotherNetwork) {
  state.tensors["classifier.weight"] = at::rand({5, 512});
  NodeRunner node = runner();
  EXPECT_FALSE(node.infer());
  EXPECT_THAT(node.findings_text(), HasSubstr("[classes, 1024]"));
  state.tensors.erase("classifier.weight");
  NodeRunner without = runner();
  EXPECT_FALSE(without.infer());
  EXPECT_THAT(without.findings_text(), HasSubstr("no tensor `classifier.weight`"));
}

TEST_F(YamnetNode, RefusesMetadataWithTooFewLabels) {
  state.metadata["labels"] = R"(["a"])";
  NodeRunner node = runner();
  EXPECT_FALSE(node.infer());
  EXPECT_THAT(node.findings_text(), HasSubstr("weights: there are 1 class names"));
}

TEST_F(YamnetNode, OpenNamesMissingTensors) {
  state.tensors.erase("layer7.depthwise_conv.bias");
  NodeRunner node = runner();
  try {
    node.open();
    FAIL() << "weights with a hole were taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("layer7.depthwise_conv.bias [256]"));
  }
}

class Yamnet : public ::testing::TestWithParam<const char*> {};

TEST_P(Yamnet, GivesTheExpectedScores) {
  const auto weights = testing::shared_weights("yamnet.safetensors");
  SKIP_WITHOUT(weights);
  const auto expected = testing::read_json_file(
      testing::shared_weights("yamnet_expected.json"))["signals"][GetParam()];
  const bool sine = GetParam() == std::string("sine1k");
  const at::Tensor x =
      testing::log_mel_windows(sine ? testing::sine1k() : testing::mix(16000, 160000), 0.001, true);
  ASSERT_EQ(x.size(0), expected["patches"].get<int>());
  NodeRunner node(describe_yamnet(), infer_yamnet, make_yamnet);
  node.set("weights", weights.string()).connect("features", features_spec(1, 96, 64));
  const testing::Outputs outputs = node.process({{"features", {x}}});
  const float tolerance = expected["tolerance"];
  const auto check = [&](const char* key, const at::Tensor& scores) {
    for (const auto& row : expected[key]) {
      const auto index = row[0].get<std::int64_t>();
      EXPECT_NEAR(scores[index].item<float>(), row[2].get<float>(), tolerance) << key << index;
      EXPECT_EQ(node.output("scores").labels->at(static_cast<std::size_t>(index)), row[1]);
    }
  };
  check("first_patch_scores_top5", outputs.at("scores")[0]);
  check("mean_scores_top8", outputs.at("scores").mean(0));
  const at::Tensor& embedding = outputs.at("embedding");
  EXPECT_NEAR(embedding.mean().item<float>(), expected["embedding_mean"].get<float>(), tolerance);
  EXPECT_NEAR(embedding.std().item<float>(), expected["embedding_std"].get<float>(), tolerance);
}

INSTANTIATE_TEST_SUITE_P(Signals, Yamnet, ::testing::Values("sine1k", "mix(16000,160000)"));

}  // namespace
}  // namespace melgraph
