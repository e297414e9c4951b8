#include "models/aggregate/nodes.h"

#include <c10/core/ScalarType.h>

#include <limits>

namespace melgraph {
namespace {

/// Give the windows that count: those whose gate is above `least`, or all where none is.
at::Tensor counted(const ProcessContext& context, double least) {
  const at::Tensor& windows = context.input("scores");
  if (context.input_count("gate") == 0) return windows;
  const at::Tensor gate = context.input("gate").to(at::kDouble);
  if (gate.isnan().any().item<bool>()) {
    throw Error(ErrorCode::run_time, "the gate of a window is not a number",
                "look at the node wired to `gate`");
  }
  const at::Tensor indices = gate.gt(least).nonzero().squeeze(1);
  return indices.numel() == 0 ? windows : windows.index_select(0, indices);
}

at::Tensor mean(const at::Tensor& windows) {
  return windows.to(at::kDouble).mean(0, true);
}

at::Tensor maximum(const at::Tensor& windows) {
  return windows.amax(0, true);
}

at::Tensor median(const at::Tensor& windows) {
  const at::Tensor sorted = std::get<0>(windows.to(at::kDouble).sort(0));
  const std::int64_t count = sorted.size(0);
  const at::Tensor middle = sorted.narrow(0, (count - 1) / 2, count % 2 == 0 ? 2 : 1).mean(0, true);
  // Sorting hides NaN at the end.
  return middle.masked_fill(windows.isnan().any(0, true), std::numeric_limits<double>::quiet_NaN());
}

template <at::Tensor (*reduce)(const at::Tensor&)>
class Aggregate final : public Node {
 public:
  void open(OpenContext& context) override {
    if (context.input_count("gate") != 0) gate_min_ = context.params().number("gate_min");
  }

  void process(ProcessContext& context) override {
    if (context.input("scores").size(0) == 0) {
      throw Error(ErrorCode::run_time, "there is no window to aggregate");
    }
    context.set_output("scores", reduce(counted(context, gate_min_)).to(at::kFloat));
  }

 private:
  double gate_min_ = 0;
};

}  // namespace

std::unique_ptr<Node> make_aggregate_mean() {
  return std::make_unique<Aggregate<mean>>();
}
std::unique_ptr<Node> make_aggregate_max() {
  return std::make_unique<Aggregate<maximum>>();
}
std::unique_ptr<Node> make_aggregate_median() {
  return std::make_unique<Aggregate<median>>();
}

}  // namespace melgraph
