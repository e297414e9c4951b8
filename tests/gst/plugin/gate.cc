// A model that waits, sleeps and fails when a test tells it to, and whose scores tell exactly which
// samples it saw.
#include <ATen/ops/empty.h>
#include <melgraph/plugin.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

namespace {

using melgraph::Kind;
using melgraph::ParamSpec;

class Gate : public melgraph::Node {
 public:
  void open(melgraph::OpenContext& context) override {
    gate_ = context.params().string("gate");
    sleep_ = context.params().number("sleep");
    throw_above_ = context.params().number("throw_above");
    offset_ = static_cast<float>(context.params().number("offset"));
    if (context.params().boolean("fail_open")) {
      throw melgraph::Error(melgraph::ErrorCode::run_time, "the gate does not open");
    }
  }

  void process(melgraph::ProcessContext& context) override {
    const at::Tensor audio = context.input("audio").contiguous();
    const std::int64_t windows = audio.size(0);
    wait(windows);
    const std::int64_t samples = audio.numel() / std::max<std::int64_t>(windows, 1);
    at::Tensor scores = at::empty({windows, 4});
    float* to = scores.data_ptr<float>();
    for (std::int64_t w = 0; w < windows; ++w, to += 4) {
      const float* from = audio.data_ptr<float>() + w * samples;
      double sum = 0;
      float step = 0;
      for (std::int64_t i = 0; i < samples; ++i) {
        sum += from[i];
        if (i > 0) step = std::max(step, std::abs(from[i] - from[i - 1]));
      }
      to[0] = from[0] + offset_;
      to[1] = from[samples - 1] + offset_;
      to[2] = static_cast<float>(sum / static_cast<double>(samples)) + offset_;
      to[3] = step;
      if (from[samples - 1] > throw_above_) {
        throw melgraph::Error(melgraph::ErrorCode::run_time, "the gate throws");
      }
    }
    context.set_output("scores", scores);
  }

 private:
  /// While the file GATE is there nothing passes; GATE.reached says that something waits.
  void wait(std::int64_t windows) const {
    const double time = sleep_ * static_cast<double>(windows);
    if (time > 0) std::this_thread::sleep_for(std::chrono::duration<double>(time));
    if (gate_.empty()) return;
    std::error_code error;
    while (std::filesystem::exists(gate_, error)) {
      std::ofstream(gate_ + ".reached").put('1');
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  std::string gate_;
  double sleep_ = 0;
  double throw_above_ = 0;
  float offset_ = 0;
};

melgraph::Descriptor describe() {
  melgraph::Descriptor descriptor;
  descriptor.id = "model.test_gate";
  descriptor.summary = "Tell the first, last and mean sample and the largest step of a window";
  descriptor.inputs = {{"audio", "Sound", {Kind::audio}, {"window", "channel", "sample"}}};
  descriptor.outputs = {{"scores", "What it saw"}};
  descriptor.params = {
      ParamSpec::string("gate", "While this file exists, windows wait").otherwise(""),
      ParamSpec::number("sleep", "Time that a window takes").in("seconds").otherwise(0),
      ParamSpec::number("throw_above", "Fail where the last sample is above this")
          .otherwise(std::numeric_limits<float>::max()),
      ParamSpec::number("offset", "Is added to the samples told, to know graphs apart")
          .otherwise(0),
      ParamSpec::boolean("fail_open", "Fail to open").otherwise(false)};
  return descriptor;
}

void infer(melgraph::InferContext& context) {
  melgraph::PortSpec spec;
  spec.kind = Kind::scores;
  spec.axes = {{"window"}, {"class", 4}};
  spec.labels = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"first", "last", "mean", "step"});
  context.set_output("scores", std::move(spec));
}

}  // namespace

MELGRAPH_PLUGIN(registrar) {
  registrar.add<Gate>(describe(), infer);
}
