#include "models/networks/gated_runner.h"

#include <ATen/TensorOperators.h>

#include <cstdio>
#include <utility>

#include "melgraph/error.h"

namespace melgraph {
namespace {

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2g", value);
  return text;
}

/// What the two ways differ by.
struct Difference {
  std::string text;
  std::string allowed;
  bool passes = false;
};

Difference compare_scores(const at::Tensor& exact, const at::Tensor& quick, Scores kind) {
  const auto scores = [kind](const at::Tensor& logits) {
    return kind == Scores::softmax ? logits.softmax(1) : logits.sigmoid();
  };
  const at::Tensor expected = scores(exact);
  const at::Tensor found = scores(quick);
  const double largest = (found - expected).abs().max().item<double>();
  std::int64_t others = 0;
  if (expected.size(1) > 1) {
    const at::Tensor best = std::get<0>(expected.topk(2, 1));
    const at::Tensor clear = (best.select(1, 0) - best.select(1, 1)).gt(gate_score_difference);
    others = expected.argmax(1).ne(found.argmax(1)).logical_and(clear).sum().item<std::int64_t>();
  }
  Difference difference;
  difference.text = "scores of the first batch within " + number_text(largest) + " of float32";
  if (others != 0) difference.text += ", " + std::to_string(others) + " with another best class";
  difference.allowed = number_text(gate_score_difference);
  difference.passes = largest <= gate_score_difference && others == 0;  // NaN does not pass
  return difference;
}

Difference compare_embeddings(const at::Tensor& exact, const at::Tensor& quick) {
  const at::Tensor a = exact.flatten(1).to(at::kDouble);
  const at::Tensor b = quick.flatten(1).to(at::kDouble);
  const double largest = ((b - a).norm(2, 1) / a.norm(2, 1).clamp_min(1e-12)).max().item<double>();
  return {"embeddings of the first batch within " + number_text(100 * largest) +
              " % of float32's length",
          number_text(100 * gate_embedding_distance) + " %", largest <= gate_embedding_distance};
}

}  // namespace

GatedRunner::GatedRunner(std::unique_ptr<NetworkRunner> exact, std::unique_ptr<NetworkRunner> quick,
                         std::string name, int logits, Scores scores, GateFailure failure)
    : exact_(std::move(exact)),
      quick_(std::move(quick)),
      name_(std::move(name)),
      logits_(logits),
      scores_(scores),
      failure_(failure) {}

std::vector<at::Tensor> GatedRunner::run(const at::Tensor& input) const {
  std::shared_ptr<const NetworkRunner> runner;
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::undecided) return decide(input);
    runner = state_ == State::quick ? quick_ : exact_;
  }
  return runner->run(input);
}

std::vector<at::Tensor> GatedRunner::decide(const at::Tensor& input) const {
  std::vector<at::Tensor> exact = exact_->run(input);
  std::vector<at::Tensor> quick = quick_->run(input);
  const std::size_t compared = logits_ >= 0 ? static_cast<std::size_t>(logits_) : exact.size() - 1;
  // A batch that float32 cannot compute says nothing about the precision.
  if (!exact[compared].isfinite().all().item<bool>()) return exact;
  const Difference difference = logits_ >= 0
                                    ? compare_scores(exact[compared], quick[compared], scores_)
                                    : compare_embeddings(exact[compared], quick[compared]);
  if (difference.passes) {
    note_ = name_ + ": " + difference.text;
    state_ = State::quick;
    exact_.reset();
    return quick;
  }
  if (failure_ == GateFailure::refuse) {
    throw Error(ErrorCode::run_time,
                name_ + " does not pass the accuracy gate: " + difference.text + ", allowed is " +
                    difference.allowed,
                "run with --precision f32, or fast, which takes what passes");
  }
  note_ = "f32, because " + name_ + " does not pass the accuracy gate: " + difference.text;
  state_ = State::exact;
  quick_.reset();
  return exact;
}

std::string GatedRunner::precision() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::quick ? name_ : "f32";
}

std::string GatedRunner::note() const {
  const std::lock_guard lock(mutex_);
  return note_;
}

}  // namespace melgraph
