#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <gmock/gmock.h>
#include <torch/nn/module.h>

#include "melgraph/testing/node_runner.h"
#include "models/cnn/cnn_net.h"
#include "models/cnn/contract.h"
#include "models/cnn/node.h"
#include "models_support.h"

namespace melgraph {
namespace {

using testing::features_spec;
using ::testing::HasSubstr;
using testing::largest_difference;
using testing::NodeRunner;
using testing::TemporaryFile;

const CnnShape small{16, 3, {4, 8}};

/// Make weights for `shape` whose batch norms do something.
StateDict random_weights(const CnnShape& shape) {
  const CnnModule network = make_cnn_module(shape);
  StateDict state;
  for (const auto& item : network.module->named_parameters()) {
    state.tensors[item.key()] = at::randn(item.value().sizes()) * 0.5;
  }
  for (const auto& item : network.module->named_buffers()) {
    state.tensors[item.key()] = item.value().is_floating_point()
                                    ? at::rand(item.value().sizes()) + 0.5
                                    : item.value().clone();
  }
  return state;
}

class CnnNode : public ::testing::Test {
 protected:
  CnnNode() : file("weights.safetensors"), state(random_weights(small)) {}

  NodeRunner runner(std::int64_t time = 20, std::int64_t mel = 16) {
    write_weights(file.path(), state);
    NodeRunner made(describe_cnn(), infer_cnn, make_cnn);
    made.set("weights", file.string()).set("channels", std::vector<std::int64_t>{4, 8});
    made.connect("features", features_spec(1, time, mel));
    return made;
  }

  TemporaryFile file;
  StateDict state;
};

TEST_F(CnnNode, InfersItsOutputsFromTheWeights) {
  NodeRunner node = runner();
  ASSERT_TRUE(node.infer()) << node.findings_text();
  EXPECT_EQ(node.output("scores").size_of("class"), 3);
  EXPECT_EQ(node.output("scores").kind, Kind::scores);
  EXPECT_EQ(node.output("embedding").size_of("embedding"), 16);
  EXPECT_EQ(node.output("scores").labels, nullptr);
}

TEST_F(CnnNode, TakesLabelsFromTheMetadata) {
  state.metadata["labels"] = R"(["a", "b", "c"])";
  NodeRunner node = runner();
  ASSERT_TRUE(node.infer()) << node.findings_text();
  EXPECT_EQ(*node.output("scores").labels, (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(CnnNode, RefusesAnotherNumberOfLabels) {
  NodeRunner node = runner();
  node.set("labels", std::vector<std::string>{"a", "b"});
  EXPECT_FALSE(node.infer());
  EXPECT_THAT(node.findings_text(), HasSubstr("labels: there are 2 class names"));
}

TEST_F(CnnNode, FoldedFormEqualsTheModule) {
  NodeRunner node = runner(23);
  const CnnModule network = make_cnn_module(small);
  load_state(*network.module, state, "weights");
  const at::Tensor x = at::randn({5, 1, 23, 16});  // blocks of odd height too
  const testing::Outputs outputs = node.process({{"features", {x}}});
  const c10::InferenceMode inference;
  const CnnOutputs expected = network.forward(x);
  const float scale = expected.logits.abs().max().item<float>();
  EXPECT_LT(largest_difference(outputs.at("logits"), expected.logits), 1e-5f * scale);
  EXPECT_LT(largest_difference(outputs.at("embedding"), expected.embedding), 1e-5f * scale);
  EXPECT_LT(largest_difference(outputs.at("scores"), expected.logits.softmax(1)), 1e-5f);
}

TEST_F(CnnNode, BatchEqualsItsItemsAlone) {
  NodeRunner node = runner();
  const at::Tensor x = at::randn({7, 1, 20, 16});
  const at::Tensor together = node.run(x);
  for (std::int64_t i = 0; i < 7; ++i) {
    EXPECT_LT(largest_difference(node.run(x.narrow(0, i, 1)), together.narrow(0, i, 1)), 1e-5f);
  }
}

TEST_F(CnnNode, TakesInputsThatAreNotContiguous) {
  NodeRunner node = runner();
  const at::Tensor x = at::randn({3, 1, 16, 20});
  EXPECT_LT(largest_difference(node.run(x.transpose(2, 3)), node.run(x.transpose(2, 3).clone())),
            1e-6f);
}

TEST_F(CnnNode, LetsNanThrough) {
  NodeRunner node = runner();
  at::Tensor x = at::randn({2, 1, 20, 16});
  x[1][0][3][3] = NAN;
  const at::Tensor scores = node.run(x);
  EXPECT_FALSE(scores[0].isnan().any().item<bool>());
  EXPECT_TRUE(scores[1].isnan().any().item<bool>());
}

TEST_F(CnnNode, InstancesShareOneFoldedForm) {
  NodeRunner first = runner();
  first.open();
  NodeRunner second = runner();
  ASSERT_TRUE(second.infer()) << second.findings_text();
  std::filesystem::remove(file.path());  // what the second needs is in memory
  second.share_with(first);
  const at::Tensor x = at::randn({1, 1, 20, 16});
  EXPECT_EQ(largest_difference(first.run(x), second.run(x)), 0);
}

TEST_F(CnnNode, RefusesWeightsThatAreNotFinite) {
  state.tensors["features.4.weight"][0][0][0][0] = NAN;
  NodeRunner node = runner();
  EXPECT_THROW(node.open(), Error);
}

TEST_F(CnnNode, RefusesInputsOfAnotherShape) {
  for (const auto& [spec, message] :
       {std::pair{features_spec(2, 20, 16), "takes one channel, this input has 2"},
        std::pair{features_spec(1, 20, 17), "for 16 mel bands, this input has 17"},
        std::pair{features_spec(1, 3, 16), "need at least 4"}}) {
    write_weights(file.path(), state);
    NodeRunner node(describe_cnn(), infer_cnn, make_cnn);
    node.set("weights", file.string()).set("channels", std::vector<std::int64_t>{4, 8});
    node.connect("features", spec);
    EXPECT_FALSE(node.infer());
    EXPECT_THAT(node.findings_text(), HasSubstr(message));
  }
}

TEST_F(CnnNode, HintNamesTheChannelsOfTheFile) {
  write_weights(file.path(), state);
  NodeRunner node(describe_cnn(), infer_cnn, make_cnn);
  node.set("weights", file.string()).connect("features", features_spec(1, 20, 16));
  EXPECT_FALSE(node.infer());
  EXPECT_THAT(node.findings_text(), HasSubstr("set \"channels\": [4, 8]"));
}

TEST_F(CnnNode, OpenListsEveryNameThatDoesNotFit) {
  state.tensors.erase("features.1.bias");
  state.tensors["features.5.running_var"] = at::rand({9});
  state.tensors["head.weight"] = at::rand({2, 2});
  NodeRunner node = runner();
  try {
    node.open();
    FAIL() << "weights that do not fit were taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_graph);
    const std::string message = error.what();
    EXPECT_THAT(message, HasSubstr("missing in the file (1):\n    features.1.bias [4]"));
    EXPECT_THAT(message, HasSubstr("not in the network (1):\n    head.weight [2, 2]"));
    EXPECT_THAT(message, HasSubstr("features.5.running_var: the file has [9], the network wants "
                                   "[8]"));
  }
}

TEST_F(CnnNode, DoesWithoutCountersOfBatches) {
  state.tensors.erase("bn0.num_batches_tracked");
  NodeRunner node = runner();
  EXPECT_NO_THROW(node.open());
}

class Esc10 : public ::testing::TestWithParam<const char*> {};

TEST_P(Esc10, GivesTheExpectedLogits) {
  const auto weights = testing::shared_weights("esc10_cnn.safetensors");
  SKIP_WITHOUT(weights);
  const auto expected = testing::read_json_file(
      testing::shared_weights("esc10_cnn_expected.json"))["signals"][GetParam()];
  const bool sine = GetParam() == std::string("sine1k");
  const at::Tensor x =
      testing::log_mel_windows(sine ? testing::sine1k() : testing::mix(16000, 160000), 0.01, false);
  ASSERT_EQ(x.size(0), expected["patches"].get<int>());
  NodeRunner node(describe_cnn(), infer_cnn, make_cnn);
  node.set("weights", weights.string()).connect("features", features_spec(1, 96, 64));
  const testing::Outputs outputs = node.process({{"features", {x}}});
  const auto numbers = [&](const char* key) {
    return at::tensor(expected[key].get<std::vector<double>>(), at::kFloat);
  };
  const float tolerance = expected["tolerance"];
  const at::Tensor& logits = outputs.at("logits");
  EXPECT_LT(largest_difference(logits[0], numbers("first_logits")), tolerance);
  EXPECT_LT(largest_difference(logits[-1], numbers("last_logits")), tolerance);
  EXPECT_LT(largest_difference(outputs.at("scores").mean(0), numbers("ungated_mean_softmax")),
            tolerance);
}

INSTANTIATE_TEST_SUITE_P(Signals, Esc10, ::testing::Values("sine1k", "mix(16000,160000)"));

}  // namespace
}  // namespace melgraph
