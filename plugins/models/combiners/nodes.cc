#include "models/combiners/nodes.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace melgraph {
namespace {

/// Give sum(w x) / sum(w) over the members, accumulated in float64.
at::Tensor weighted_mean(const ProcessContext& context, const std::vector<double>& weights) {
  at::Tensor sum = at::zeros_like(context.input("scores"), at::kDouble);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    // A weight of zero takes the member out, also where it is not finite.
    if (weights[i] != 0) sum.add_(context.input("scores", i), weights[i]);
  }
  return sum.div_(std::accumulate(weights.begin(), weights.end(), 0.0)).to(at::kFloat);
}

std::vector<double> equal_weights(const ProcessContext& context) {
  return std::vector<double>(context.input_count("scores"), 1.0);
}

class Mean final : public Node {
 public:
  void process(ProcessContext& context) override {
    context.set_output("scores", weighted_mean(context, equal_weights(context)));
  }
};

class Weighted final : public Node {
 public:
  void open(OpenContext& context) override { weights_ = context.params().numbers("weights"); }
  void process(ProcessContext& context) override {
    context.set_output("scores", weighted_mean(context, weights_));
  }

 private:
  std::vector<double> weights_;
};

class Maximum final : public Node {
 public:
  void process(ProcessContext& context) override {
    at::Tensor largest = context.input("scores").clone();
    for (std::size_t i = 1; i < context.input_count("scores"); ++i) {
      largest = at::maximum(largest, context.input("scores", i));
    }
    context.set_output("scores", largest);
  }
};

class Vote final : public Node {
 public:
  void process(ProcessContext& context) override {
    const at::Tensor& first = context.input("scores");
    const auto members = static_cast<double>(context.input_count("scores"));
    at::Tensor votes = at::zeros_like(first);
    at::Tensor broken = at::zeros_like(first.select(1, 0), at::kBool);
    for (std::size_t i = 0; i < context.input_count("scores"); ++i) {
      const at::Tensor& member = context.input("scores", i);
      const at::Tensor best = member.argmax(1, true);
      votes.scatter_add_(1, best, at::ones_like(best, votes.options()));
      broken.logical_or_(member.isnan().any(1));
    }
    // Position of each class by mean score, the lowest 0 (ties: the lower index is the better).
    const at::Tensor mean = weighted_mean(context, equal_weights(context));
    const at::Tensor order = mean.argsort(/*stable=*/true, /*dim=*/1, /*descending=*/true);
    const std::int64_t classes = mean.size(1);
    const at::Tensor position = at::zeros_like(mean).scatter_(
        1, order, at::arange(classes - 1, -1, -1, mean.options()).expand_as(mean).contiguous());
    at::Tensor scores = (votes + position * (0.001 / static_cast<double>(classes))) / members;
    // A member without a vote must not vanish among the others.
    scores.masked_fill_(broken.unsqueeze(1), std::numeric_limits<double>::quiet_NaN());
    context.set_output("scores", std::move(scores));
  }
};

}  // namespace

std::unique_ptr<Node> make_combine_mean() {
  return std::make_unique<Mean>();
}
std::unique_ptr<Node> make_combine_weighted() {
  return std::make_unique<Weighted>();
}
std::unique_ptr<Node> make_combine_vote() {
  return std::make_unique<Vote>();
}
std::unique_ptr<Node> make_combine_max() {
  return std::make_unique<Maximum>();
}

}  // namespace melgraph
