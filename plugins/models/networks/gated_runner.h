#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "models/networks/network_type.h"
#include "models/networks/runner.h"

namespace melgraph {

/// Largest difference of a score from float32 that the accuracy gate lets pass.
inline constexpr double gate_score_difference = 0.02;
/// Where there are no scores: largest distance of an embedding from float32's, of its length.
inline constexpr double gate_embedding_distance = 0.02;

/// What the gate decides where the quick way is too far off.
enum class GateFailure {
  refuse,     ///< throw: the user asked for exactly this precision
  fall_back,  ///< compute in float32, and say so
};

/// Runs a network in a precision below float32, behind a gate: the first batch is computed both
/// ways, and only where the two agree is the quick one used.
///
/// They agree where no score differs by more than `gate_score_difference`, and no item has another
/// best class where float32's best two are farther apart than that. [thread-safe]
class GatedRunner final : public NetworkRunner {
 public:
  /// `logits` is the position of the logits among the outputs, -1 where there are none; the last
  /// output is then compared as an embedding.
  GatedRunner(std::unique_ptr<NetworkRunner> exact, std::unique_ptr<NetworkRunner> quick,
              std::string name, int logits, Scores scores, GateFailure failure);

  std::vector<at::Tensor> run(const at::Tensor& input) const override;

  /// Return the precision in use now: `f32` until the gate has decided.
  std::string precision() const;
  /// Return what the gate found; empty before.
  std::string note() const;

 private:
  enum class State { undecided, quick, exact };

  std::vector<at::Tensor> decide(const at::Tensor& input) const;

  mutable std::mutex mutex_;
  mutable std::shared_ptr<const NetworkRunner> exact_;
  mutable std::shared_ptr<const NetworkRunner> quick_;
  mutable State state_ = State::undecided;
  mutable std::string note_;
  std::string name_;
  int logits_;
  Scores scores_;
  GateFailure failure_;
};

}  // namespace melgraph
