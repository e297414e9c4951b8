#include "live_support.h"

#include <ATen/ops/stack.h>

#include <condition_variable>
#include <mutex>

#include "melgraph/node.h"
#include "melgraph/node_type.h"
#include "plugin/registry.h"

namespace melgraph::testing {
namespace {

struct Valve {
  std::mutex mutex;
  std::condition_variable changed;
  bool closed = false;
  int inside = 0;
};

Valve& valve() {
  static Valve one;
  return one;
}

class ValveNode final : public Node {
 public:
  void process(ProcessContext& context) override {
    {
      Valve& v = valve();
      std::unique_lock lock(v.mutex);
      ++v.inside;
      v.changed.notify_all();
      v.changed.wait(lock, [&] { return !v.closed; });
      --v.inside;
    }
    context.set_output("values", context.input("audio").flatten(1).mean(1));
  }
};

class ScoresNode final : public Node {
 public:
  void process(ProcessContext& context) override {
    const at::Tensor samples = context.input("audio").flatten(1);
    context.set_output("scores", at::stack({samples.mean(1), samples.abs().amax(1)}, 1));
  }
};

Descriptor describe(const char* id, const char* output) {
  Descriptor d;
  d.id = id;
  d.summary = "For tests";
  d.inputs = {{"audio", "Sound", {Kind::audio}, {"window", "channel", "sample"}}};
  d.outputs = {{output, "Numbers"}};
  return d;
}

void infer_valve(InferContext& context) {
  PortSpec spec;
  spec.kind = Kind::values;
  spec.axes = {{"window", unknown_size}};
  context.set_output("values", std::move(spec));
}

void infer_scores(InferContext& context) {
  PortSpec spec;
  spec.kind = Kind::scores;
  spec.axes = {{"window", unknown_size}, {"class", 2}};
  spec.labels =
      std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"mean", "largest"});
  context.set_output("scores", std::move(spec));
}

}  // namespace

void close_valve() {
  const std::lock_guard lock(valve().mutex);
  valve().closed = true;
}

void open_valve() {
  const std::lock_guard lock(valve().mutex);
  valve().closed = false;
  valve().changed.notify_all();
}

void wait_for_valve() {
  std::unique_lock lock(valve().mutex);
  valve().changed.wait(lock, [] { return valve().inside > 0; });
}

void add_test_types(Engine& engine) {
  engine.registry().add({describe("test.valve", "values"), infer_valve,
                         [] { return std::unique_ptr<Node>(new ValveNode); }, nullptr});
  engine.registry().add({describe("test.scores", "scores"), infer_scores,
                         [] { return std::unique_ptr<Node>(new ScoresNode); }, nullptr});
}

std::vector<float> steps(std::size_t windows, std::size_t length, float first) {
  std::vector<float> sound;
  for (std::size_t i = 0; i < windows; ++i) {
    sound.insert(sound.end(), length, first + static_cast<float>(i));
  }
  return sound;
}

std::vector<Result> of_output(const Graph& graph, const std::vector<Result>& results,
                              const std::string& name) {
  std::vector<Result> found;
  for (const Result& result : results) {
    if (graph.outputs()[result.output].name == name) found.push_back(result);
  }
  return found;
}

std::vector<Result> rest_of(Session& session) {
  std::vector<Result> results;
  Result result;
  while (session.wait(result)) results.push_back(result);
  return results;
}

}  // namespace melgraph::testing
