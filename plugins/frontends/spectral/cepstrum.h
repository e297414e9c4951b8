#pragma once

#include <ATen/core/Tensor.h>

#include "config.h"

namespace melgraph_frontends {

/// Compute ln of the energy of each frame, floored as Kaldi does: [..., sample] to [...].
at::Tensor log_energy(const at::Tensor& frames, const CepstrumConfig& cepstrum);

/// Put `energy` [item, channel, time] in place of coefficient 0.
at::Tensor replace_first(const at::Tensor& coefficients, const at::Tensor& energy);

}  // namespace melgraph_frontends
