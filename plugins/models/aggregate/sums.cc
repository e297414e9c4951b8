#include "models/aggregate/sums.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/where.h>
#include <c10/core/ScalarType.h>

#include <limits>

namespace melgraph {
namespace {

/// Add `more` to a sum that may be empty still.
void increase(at::Tensor& sum, const at::Tensor& more) {
  sum = sum.defined() ? sum + more : more;
}

bool any_below_zero(const at::Tensor& numbers) {
  return numbers.lt(0).any().item<bool>();
}

/// Return [window, class or 1].
at::Tensor as_weights(const at::Tensor& attention) {
  const at::Tensor weights = attention.to(at::kDouble);
  return weights.dim() == 1 ? weights.unsqueeze(1) : weights;
}

/// Return sum(w x) over the windows, without those of weight 0, whose x need not be finite.
at::Tensor weighted_sum(const at::Tensor& weights, const at::Tensor& scores) {
  return (weights * scores).masked_fill(weights.eq(0), 0).sum(0, true);
}

class MeanSums final : public Sums {
 public:
  void add(const at::Tensor& scores, const at::Tensor&) override {
    increase(sum_, scores.to(at::kDouble).sum(0, true));
    count_ += scores.size(0);
  }
  at::Tensor result() const override { return sum_ / static_cast<double>(count_); }

 private:
  at::Tensor sum_;
  std::int64_t count_ = 0;
};

class MaximumSums final : public Sums {
 public:
  void add(const at::Tensor& scores, const at::Tensor&) override {
    const at::Tensor block = scores.amax(0, true);
    best_ = best_.defined() ? at::maximum(best_, block) : block;
  }
  at::Tensor result() const override { return best_; }

 private:
  at::Tensor best_;
};

class LinearSoftmaxSums final : public Sums {
 public:
  void add(const at::Tensor& scores, const at::Tensor&) override {
    below_zero_ = below_zero_ || any_below_zero(scores);
    const at::Tensor numbers = scores.to(at::kDouble);
    increase(sum_, numbers.sum(0, true));
    increase(squares_, numbers.square().sum(0, true));
  }
  at::Tensor result() const override {
    if (below_zero_) throw Error(ErrorCode::run_time, score_below_zero, score_below_zero_hint);
    return (squares_ / sum_).masked_fill(sum_.eq(0), 0);
  }

 private:
  bool below_zero_ = false;
  at::Tensor sum_, squares_;
};

/// sum(exp(v - m) x) / sum(exp(v - m)), m the largest v so far. A score that is not finite shows
/// unless its window weighs nothing when it comes, or after one later block.
class SoftmaxAttentionSums final : public Sums {
 public:
  void add(const at::Tensor& scores, const at::Tensor& attention) override {
    const at::Tensor v = as_weights(attention);
    at::Tensor largest = v.amax(0, true);
    if (largest_.defined()) largest = at::maximum(largest_, largest);
    // Where all v are minus infinity so far, no window weighs anything.
    const at::Tensor shift =
        largest.masked_fill(largest.eq(-std::numeric_limits<double>::infinity()), 0);
    const at::Tensor weights = (v - shift).exp();
    if (largest_.defined()) {
      const at::Tensor scale = (largest_ - shift).exp();
      sum_ = sum_ * scale;
      parts_ = (parts_ * scale).masked_fill(scale.eq(0), 0);
    }
    increase(sum_, weights.sum(0, true));
    increase(parts_, weighted_sum(weights, scores));
    largest_ = largest;
  }
  at::Tensor result() const override { return parts_ / sum_; }

 private:
  at::Tensor largest_, sum_, parts_;
};

/// sum(v x) / sum(v), and sum(x) / n where all v are 0.
class SumAttentionSums final : public Sums {
 public:
  void add(const at::Tensor& scores, const at::Tensor& attention) override {
    const at::Tensor weights = as_weights(attention);
    below_zero_ = below_zero_ || any_below_zero(weights);
    increase(sum_, weights.sum(0, true));
    increase(parts_, weighted_sum(weights, scores));
    increase(plain_, scores.to(at::kDouble).sum(0, true));
    count_ += scores.size(0);
  }
  at::Tensor result() const override {
    if (below_zero_) {
      throw Error(ErrorCode::run_time, attention_below_zero, attention_below_zero_hint);
    }
    return at::where(sum_.eq(0), plain_ / static_cast<double>(count_), parts_ / sum_);
  }

 private:
  bool below_zero_ = false;
  at::Tensor sum_, parts_, plain_;
  std::int64_t count_ = 0;
};

template <class Kind>
std::unique_ptr<Sums> make() {
  return std::make_unique<Kind>();
}

struct GatedState final : RunningReduction::State {
  std::unique_ptr<Sums> counting;  ///< of windows above the gate
  std::unique_ptr<Sums> all;       ///< null once a window was above the gate
};

}  // namespace

std::optional<at::Tensor> above_gate(const ProcessContext& context, double least) {
  if (context.input_count("gate") == 0) return std::nullopt;
  const at::Tensor gate = context.input("gate").to(at::kDouble);
  if (gate.isnan().any().item<bool>()) {
    throw Error(ErrorCode::run_time, "the gate of a window is not a number",
                "look at the node wired to `gate`");
  }
  return gate.gt(least).nonzero().squeeze(1);
}

std::unique_ptr<Sums> make_mean_sums() {
  return make<MeanSums>();
}
std::unique_ptr<Sums> make_maximum_sums() {
  return make<MaximumSums>();
}
std::unique_ptr<Sums> make_linear_softmax_sums() {
  return make<LinearSoftmaxSums>();
}
std::unique_ptr<Sums> make_softmax_attention_sums() {
  return make<SoftmaxAttentionSums>();
}
std::unique_ptr<Sums> make_sum_attention_sums() {
  return make<SumAttentionSums>();
}

std::unique_ptr<RunningReduction::State> GatedSums::begin() {
  auto state = std::make_unique<GatedState>();
  state->counting = make_();
  state->all = make_();
  return state;
}

void GatedSums::add(State& state, ProcessContext& context) {
  auto& own = static_cast<GatedState&>(state);
  const at::Tensor& scores = context.input("scores");
  const at::Tensor none;
  const bool weighs = context.input_count("attention") != 0;
  const at::Tensor& attention = weighs ? context.input("attention") : none;
  const std::optional<at::Tensor> indices = above_gate(context, gate_min_);
  if (indices && indices->numel() == 0) {
    if (own.all) own.all->add(scores, attention);
    return;
  }
  own.all.reset();
  if (!indices) return own.counting->add(scores, attention);
  own.counting->add(scores.index_select(0, *indices),
                    weighs ? attention.index_select(0, *indices) : none);
}

void GatedSums::finish(State& state, ProcessContext& context) {
  const auto& own = static_cast<GatedState&>(state);
  const Sums& sums = own.all ? *own.all : *own.counting;
  context.set_output("scores", sums.result().to(at::kFloat));
}

}  // namespace melgraph
