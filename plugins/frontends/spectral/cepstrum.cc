#include "cepstrum.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <limits>

namespace melgraph_frontends {

at::Tensor log_energy(const at::Tensor& frames, const CepstrumConfig& cepstrum) {
  const double least =
      std::max<double>(cepstrum.energy_floor, std::numeric_limits<float>::epsilon());
  return frames.square().sum(-1).clamp_min(least).log();
}

at::Tensor replace_first(const at::Tensor& coefficients, const at::Tensor& energy) {
  return at::cat({energy.unsqueeze(-1), coefficients.narrow(-1, 1, coefficients.size(-1) - 1)}, -1);
}

}  // namespace melgraph_frontends
