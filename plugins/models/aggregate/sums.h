#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>

#include "melgraph/running.h"

namespace melgraph {

inline constexpr const char* score_below_zero = "a score of a window is below 0";
inline constexpr const char* score_below_zero_hint =
    "linear softmax takes probabilities: select classes behind it, not before";
inline constexpr const char* attention_below_zero = "the attention of a window is below 0";
inline constexpr const char* attention_below_zero_hint =
    "wire scores, or set `normalise` to softmax";

/// Return the indices of the windows whose gate is above `least`; nothing where there is no gate.
std::optional<at::Tensor> above_gate(const ProcessContext& context, double least);

/// What a reduction over windows keeps of those it has seen, in float64.
class Sums {
 public:
  virtual ~Sums() = default;
  /// Take windows, [window, ...], and where it is wired their attention.
  virtual void add(const at::Tensor& scores, const at::Tensor& attention) = 0;
  /// Return [1, ...]; at least one window was taken.
  virtual at::Tensor result() const = 0;
};

std::unique_ptr<Sums> make_mean_sums();
std::unique_ptr<Sums> make_maximum_sums();
std::unique_ptr<Sums> make_linear_softmax_sums();
std::unique_ptr<Sums> make_softmax_attention_sums();
std::unique_ptr<Sums> make_sum_attention_sums();

/// Reduces windows as they come. Until one is above the gate, it is open whether all count.
class GatedSums final : public RunningReduction {
 public:
  using MakeSums = std::unique_ptr<Sums> (*)();

  GatedSums(MakeSums make, double gate_min) : make_(make), gate_min_(gate_min) {}

  std::unique_ptr<State> begin() override;
  void add(State& state, ProcessContext& context) override;
  void finish(State& state, ProcessContext& context) override;

 private:
  const MakeSums make_;
  const double gate_min_;
};

}  // namespace melgraph
