#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "melgraph/engine.h"
#include "melgraph/node.h"
#include "melgraph/node_type.h"
#include "plugin/registry.h"

namespace melgraph {
namespace {

/// Gives, for each window, how many samples the engine says that it shares with the one before it.
class Overlap final : public Node {
 public:
  void process(ProcessContext& context) override {
    const std::int64_t items = context.input("audio").size(0);
    at::Tensor shared = at::empty({items}, at::kFloat);
    for (std::int64_t i = 0; i < items; ++i) {
      shared[i] = static_cast<float>(context.overlap("audio", i));
    }
    context.set_output("values", shared);
  }
};

NodeType overlap_type() {
  NodeType type;
  type.descriptor.id = "test.overlap";
  type.descriptor.summary = "Tell the overlap of windows";
  type.descriptor.inputs = {{"audio", "Any", {Kind::audio}, {"window", "channel", "sample"}}};
  type.descriptor.outputs = {{"values", "Samples, one number a window"}};
  type.infer = [](InferContext& context) {
    PortSpec spec;
    spec.kind = Kind::values;
    spec.axes = {{"window"}};
    context.set_output("values", spec);
  };
  type.make_node = []() -> std::unique_ptr<Node> { return std::make_unique<Overlap>(); };
  return type;
}

std::vector<float> overlaps(const std::string& hop, std::size_t samples, std::size_t restart_at) {
  EngineOptions options;
  options.jobs = 1;
  options.max_batch = 4;
  options.max_delay = 60;  // batches are full as long as sound comes
  Engine engine(options);
  engine.registry().add(overlap_type());
  const Graph graph = engine.load_text(
      R"({"melgraph": 1, "source": {"audio": {"sample_rate": 1000, "window": 0.1, "hop": )" + hop +
          R"(}}, "nodes": [{"id": "overlap", "type": "test.overlap",
          "inputs": {"audio": "source.audio"}}], "outputs": {"windows": "overlap"}})",
      "overlap.json", {});
  SessionOptions stream;
  stream.sample_rate = 1000;
  const auto session = engine.open(graph, stream);
  const std::vector<float> sound(samples, 0.5F);
  session->push(sound.data(), restart_at);
  if (restart_at < samples) {
    session->restart(static_cast<double>(restart_at) / 1000, 1000, 1);
    session->push(sound.data(), samples - restart_at);
  }
  session->drain();
  std::vector<float> told;
  Result result;
  while (session->wait(result)) told.push_back(result.values.front());
  return told;
}

TEST(Overlap, IsWhatWindowsOfOneBatchShare) {
  // Nine windows: two batches of four, and one.
  EXPECT_EQ(overlaps("0.04", 420, 420), (std::vector<float>{0, 60, 60, 60, 0, 60, 60, 60, 0}));
}

TEST(Overlap, IsNoneWhereWindowsDoNotTouch) {
  EXPECT_EQ(overlaps("0.1", 400, 400), (std::vector<float>{0, 0, 0, 0}));
  EXPECT_EQ(overlaps("0.15", 400, 400), (std::vector<float>{0, 0, 0}));
}

TEST(Overlap, IsNoneAcrossABreakOfTheStream) {
  // Two windows, then two that follow a break.
  EXPECT_EQ(overlaps("0.05", 300, 150), (std::vector<float>{0, 50, 0, 50}));
}

}  // namespace
}  // namespace melgraph
