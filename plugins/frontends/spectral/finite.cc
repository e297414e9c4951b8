#include "finite.h"

#include <cmath>

#include "melgraph/error.h"

namespace melgraph_frontends {
namespace {

// The sum of many float32 stays far inside float64, and one of its terms that is not finite shows.
bool all_finite(const at::Tensor& values) {
  const at::Tensor plain = values.detach();
  if (plain.scalar_type() == at::kDouble) return plain.isfinite().all().item<bool>();
  return std::isfinite(plain.sum(at::kDouble).item<double>());
}

}  // namespace

void check_finite(const at::Tensor& features, const at::Tensor& audio) {
  if (!all_finite(features)) throw_not_finite(audio);
}

void throw_not_finite(const at::Tensor& audio) {
  if (!all_finite(audio)) {
    throw melgraph::Error(melgraph::ErrorCode::input,
                          "the sound has samples that are infinite or no numbers",
                          "repair the file");
  }
  throw melgraph::Error(melgraph::ErrorCode::input,
                        "the sound has samples too large for its features: their energy is beyond "
                        "the largest number",
                        "bring the samples to [-1, 1], or set a smaller scale");
}

}  // namespace melgraph_frontends
