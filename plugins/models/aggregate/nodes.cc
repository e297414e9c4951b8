#include "models/aggregate/nodes.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/where.h>
#include <c10/core/ScalarType.h>

#include <limits>
#include <optional>

#include "models/aggregate/sums.h"

namespace melgraph {
namespace {

/// Windows of a clip that count, of one port.
class Windows {
 public:
  Windows(const ProcessContext& context, double gate_min)
      : context_(context), indices_(above_gate(context, gate_min)) {
    if (indices_ && indices_->numel() == 0) indices_.reset();
    if (context.input("scores").size(0) == 0) {
      throw Error(ErrorCode::run_time, "there is no window to aggregate");
    }
  }

  at::Tensor of(const char* port) const {
    const at::Tensor& windows = context_.input(port);
    return indices_ ? windows.index_select(0, *indices_) : windows;
  }

 private:
  const ProcessContext& context_;
  std::optional<at::Tensor> indices_;
};

void refuse_below_zero(const at::Tensor& numbers, const char* what, const char* hint) {
  if (numbers.lt(0).any().item<bool>()) throw Error(ErrorCode::run_time, what, hint);
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

at::Tensor linear_softmax(const at::Tensor& windows) {
  refuse_below_zero(windows, score_below_zero, score_below_zero_hint);
  const at::Tensor scores = windows.to(at::kDouble);
  const at::Tensor sum = scores.sum(0, true);
  return scores.square().sum(0, true).div_(sum).masked_fill_(sum.eq(0), 0);
}

/// Nodes of this folder; `make_sums`, if any, is how windows are reduced as they come.
class Reduction : public Node {
 public:
  void open(OpenContext& context) override {
    if (context.input_count("gate") != 0) gate_min_ = context.params().number("gate_min");
    if (const GatedSums::MakeSums make = make_sums()) running_.emplace(make, gate_min_);
  }

  void* capability(std::string_view id) override {
    if (id != running_reduction_id || !running_) return nullptr;
    return static_cast<RunningReduction*>(&*running_);
  }

 protected:
  virtual GatedSums::MakeSums make_sums() const = 0;
  double gate_min() const { return gate_min_; }

 private:
  double gate_min_ = 0;
  std::optional<GatedSums> running_;
};

template <at::Tensor (*reduce)(const at::Tensor&), GatedSums::MakeSums sums>
class Aggregate final : public Reduction {
 public:
  void process(ProcessContext& context) override {
    const Windows windows(context, gate_min());
    context.set_output("scores", reduce(windows.of("scores")).to(at::kFloat));
  }

 private:
  GatedSums::MakeSums make_sums() const override { return sums; }
};

class Attention final : public Reduction {
 public:
  void open(OpenContext& context) override {
    softmax_ = context.params().string("normalise") == "softmax";
    Reduction::open(context);
  }

  void process(ProcessContext& context) override {
    const Windows windows(context, gate_min());
    at::Tensor weights = windows.of("attention").to(at::kDouble);
    if (weights.dim() == 1) weights = weights.unsqueeze(1);
    if (softmax_) {
      weights = weights.softmax(0);
    } else {
      refuse_below_zero(weights, attention_below_zero, attention_below_zero_hint);
      const at::Tensor sum = weights.sum(0, true);
      weights = at::where(sum.eq(0), 1.0 / static_cast<double>(weights.size(0)), weights / sum);
    }
    const at::Tensor parts = weights * windows.of("scores");
    context.set_output("scores", parts.masked_fill(weights.eq(0), 0).sum(0, true).to(at::kFloat));
  }

 private:
  GatedSums::MakeSums make_sums() const override {
    return softmax_ ? make_softmax_attention_sums : make_sum_attention_sums;
  }

  bool softmax_ = true;
};

}  // namespace

std::unique_ptr<Node> make_aggregate_mean() {
  return std::make_unique<Aggregate<mean, make_mean_sums>>();
}
std::unique_ptr<Node> make_aggregate_max() {
  return std::make_unique<Aggregate<maximum, make_maximum_sums>>();
}
std::unique_ptr<Node> make_aggregate_median() {
  return std::make_unique<Aggregate<median, nullptr>>();
}
std::unique_ptr<Node> make_aggregate_linear_softmax() {
  return std::make_unique<Aggregate<linear_softmax, make_linear_softmax_sums>>();
}
std::unique_ptr<Node> make_aggregate_attention() {
  return std::make_unique<Attention>();
}

}  // namespace melgraph
