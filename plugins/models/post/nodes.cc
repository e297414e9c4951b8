#include "models/post/nodes.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/logit.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

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

class SelectLabels final : public Node {
 public:
  void open(OpenContext& context) override {
    const Params& params = context.params();
    const bool allow = params.is_null("deny");
    const std::vector<std::string>& names = params.strings(allow ? "allow" : "deny");
    std::vector<std::int64_t> others;
    const Labels labels = context.input("scores").labels;
    for (std::size_t i = 0; i < labels->size(); ++i) {
      const bool named = std::find(names.begin(), names.end(), (*labels)[i]) != names.end();
      if (named != allow) others.push_back(static_cast<std::int64_t>(i));
    }
    others_ = at::tensor(others, at::kLong).to(context.device());
  }

  void process(ProcessContext& context) override {
    context.set_output("scores", context.input("scores").index_fill(1, others_, not_selected));
  }

 private:
  at::Tensor others_;  ///< indices of the classes that are left out
};

class Temperature final : public Node {
 public:
  void open(OpenContext& context) override {
    temperature_ = context.params().number("temperature");
    softmax_ = context.params().string("activation") == "softmax";
    of_scores_ = context.input("scores").kind == Kind::scores;
  }

  void process(ProcessContext& context) override {
    at::Tensor logits = context.input("scores").to(at::kDouble);
    const at::Tensor left_out = logits.eq(not_selected);
    if (of_scores_) {
      logits = softmax_ ? logits.log() : at::logit(logits);
      logits.masked_fill_(left_out, not_selected);
    }
    logits = logits / temperature_;
    const at::Tensor scores = softmax_ ? logits.softmax(1) : logits.sigmoid();
    context.set_output("scores", scores.masked_fill(left_out, not_selected).to(at::kFloat));
  }

 private:
  double temperature_ = 1;
  bool softmax_ = true;
  bool of_scores_ = false;
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
std::unique_ptr<Node> make_post_labels() {
  return std::make_unique<SelectLabels>();
}
std::unique_ptr<Node> make_post_temperature() {
  return std::make_unique<Temperature>();
}

}  // namespace melgraph
