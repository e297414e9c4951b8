#include "models/post/nodes.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <limits>
#include <tuple>

namespace melgraph {
namespace {

constexpr double not_selected = -std::numeric_limits<double>::infinity();

class Mean final : public Node {
 public:
  void process(ProcessContext& context) override {
    const at::Tensor& values = context.input("values");
    context.set_output(
        "values", values.reshape({values.size(0), -1}).mean(1, false, at::kDouble).to(at::kFloat));
  }
};

class Threshold final : public Node {
 public:
  void open(OpenContext& context) override {
    const Params& params = context.params();
    const std::vector<double> least = params.is_null("thresholds")
                                          ? std::vector<double>{params.number("threshold")}
                                          : params.numbers("thresholds");
    least_ = at::tensor(least, at::kFloat).to(context.device());
  }

  void process(ProcessContext& context) override {
    const at::Tensor& scores = context.input("scores");
    // NaN is not below anything, so that it stays to be seen.
    context.set_output("scores", scores.masked_fill(scores.lt(least_), not_selected));
  }

 private:
  at::Tensor least_;  ///< [class], or [1] for all
};

class TopK final : public Node {
 public:
  void open(OpenContext& context) override { k_ = context.params().integer("k"); }

  void process(ProcessContext& context) override {
    const at::Tensor& scores = context.input("scores");
    // Stable, so that of equal scores the lower index comes first; NaN comes before all others.
    const at::Tensor order = std::get<1>(scores.sort(/*stable=*/true, 1, /*descending=*/true));
    const at::Tensor others = order.slice(1, k_);
    const at::Tensor left_out = at::zeros_like(scores, at::kBool).scatter_(1, others, true);
    context.set_output("scores", scores.masked_fill(left_out, not_selected));
  }

 private:
  std::int64_t k_ = 1;
};

}  // namespace

std::unique_ptr<Node> make_post_mean() {
  return std::make_unique<Mean>();
}
std::unique_ptr<Node> make_post_threshold() {
  return std::make_unique<Threshold>();
}
std::unique_ptr<Node> make_post_top_k() {
  return std::make_unique<TopK>();
}

}  // namespace melgraph
