#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "melgraph/engine.h"
#include "melgraph/node.h"
#include "melgraph/node_type.h"
#include "melgraph/testing/signals.h"
#include "plugin/registry.h"

namespace melgraph {
namespace {

/// Gives what is no number, and infinities, for any features.
class Broken final : public Node {
 public:
  void process(ProcessContext& context) override {
    at::Tensor features = context.input("features").clone();
    features.select(-1, 0).fill_(std::numeric_limits<float>::infinity());
    features.select(-1, 1).fill_(std::numeric_limits<float>::quiet_NaN());
    context.set_output("features", features);
  }
};

NodeType broken_type() {
  NodeType type;
  type.descriptor.id = "test.broken";
  type.descriptor.summary = "Put what is not finite into features";
  type.descriptor.inputs = {
      {"features", "Any", {Kind::features}, {"window", "channel", "time", "*"}}};
  type.descriptor.outputs = {{"features", "As many"}};
  type.infer = [](InferContext& context) {
    context.set_output("features", context.input("features"));
  };
  type.make_node = []() -> std::unique_ptr<Node> { return std::make_unique<Broken>(); };
  return type;
}

// Nothing but a tap looks at the node "broken".
const char* const graph_text = R"({"melgraph": 1,
  "source": {"audio": {"sample_rate": 16000, "window": 1.0, "hop": 0.5}},
  "nodes": [
    {"id": "mel", "type": "frontend.mel", "params": {"n_fft": 512, "hop_length": 160, "n_mels": 40},
     "inputs": {"audio": "source.audio"}},
    {"id": "broken", "type": "test.broken", "inputs": {"features": "mel"}},
    {"id": "level", "type": "post.mean", "inputs": {"values": "mel"}}
  ],
  "outputs": {"level": "level"}})";

class TapTest : public ::testing::Test {
 protected:
  TapTest() { engine_.registry().add(broken_type()); }

  Graph load(const std::vector<std::string>& taps) {
    GraphOptions options;
    options.taps = taps;
    return engine_.load_text(graph_text, "taps.json", {}, options);
  }

  std::vector<Result> run(const Graph& graph) {
    SessionOptions options;
    options.sample_rate = 16000;
    const auto session = engine_.open(graph, options);
    const std::vector<double> mix = testing::mix(16000, 40000);
    const std::vector<float> sound(mix.begin(), mix.end());
    session->push(sound.data(), sound.size());
    session->drain();
    std::vector<Result> results;
    Result result;
    while (session->wait(result)) results.push_back(result);
    return results;
  }

  std::string refusal(const std::string& tap) {
    try {
      load({tap});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::usage) << tap;
      return std::string(error.what()) + " | " + error.hint();
    }
    ADD_FAILURE() << tap << " was taken";
    return {};
  }

  Engine engine_;
};

TEST_F(TapTest, TapsAreOutputsBehindTheOthersInTheirOrder) {
  const Graph graph = load({"source.audio", "mel", "mel.features"});
  ASSERT_EQ(graph.outputs().size(), 4u);
  EXPECT_EQ(graph.outputs()[0].name, "level");
  EXPECT_FALSE(graph.outputs()[0].tap);
  EXPECT_EQ(graph.outputs()[1].name, "source.audio");
  EXPECT_EQ(graph.outputs()[1].spec.kind, Kind::audio);
  EXPECT_TRUE(graph.outputs()[1].tap);
  EXPECT_EQ(graph.outputs()[2].name, "mel.features");
  EXPECT_EQ(graph.outputs()[3].name, "mel.features");
}

TEST_F(TapTest, ResultsHaveTheShapeOfTheirEdge) {
  const Graph graph = load({"source.audio", "mel"});
  std::size_t items[3] = {};
  for (const Result& result : run(graph)) {
    const std::vector<std::int64_t> shapes[3] = {{}, {1, 16000}, {1, 101, 40}};
    EXPECT_EQ(result.shape, shapes[result.output]);
    EXPECT_EQ(result.index, static_cast<std::int64_t>(items[result.output]));
    EXPECT_EQ(result.start, 0.5 * static_cast<double>(result.index));
    std::size_t count = 1;
    for (const std::int64_t size : result.shape) count *= static_cast<std::size_t>(size);
    EXPECT_EQ(result.values.size(), count);
    ++items[result.output];
  }
  for (const std::size_t count : items) EXPECT_EQ(count, 4u);
}

TEST_F(TapTest, ValuesThatAreNotFiniteReachATapAndDisturbNoOutput) {
  std::size_t infinite = 0, nan = 0, levels = 0;
  for (const Result& result : run(load({"broken"}))) {
    if (result.output == 0) {
      ++levels;
      EXPECT_TRUE(std::isfinite(result.values[0]));
    } else {
      for (const float value : result.values) {
        infinite += std::isinf(value) ? 1 : 0;
        nan += std::isnan(value) ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(levels, 4u);
  EXPECT_EQ(infinite, 4u * 101);
  EXPECT_EQ(nan, 4u * 101);
}

TEST_F(TapTest, WhatIsNoEdgeIsRefusedWithTheNearestName) {
  EXPECT_EQ(refusal("brokn"),
            "cannot tap \"brokn\": there is no node \"brokn\" | did you mean \"broken\"?");
  EXPECT_EQ(refusal("mel.featurs"),
            "cannot tap \"mel.featurs\": frontend.mel has no output port \"featurs\" | did you "
            "mean \"features\"?");
  EXPECT_NE(refusal("source.left").find("views: audio"), std::string::npos);
  EXPECT_NE(refusal("source").find("names no view"), std::string::npos);
  EXPECT_NE(refusal("").find("there is no node"), std::string::npos);
}

}  // namespace
}  // namespace melgraph
