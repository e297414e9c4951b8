#pragma once

#include <ATen/core/Tensor.h>

#include "config.h"

namespace melgraph_frontends {

/// Compute the coefficient b of the smoothing M[t] = (1 - b) M[t-1] + b x[t] from the time
/// constant in frames, T: b = (sqrt(1 + 4 T^2) - 1) / (2 T^2).
double pcen_smoothing(const PcenConfig& pcen, double frames_per_second);

/// Compute the per-channel energy normalisation of [item, channel, time, band] (Wang et al.,
/// ICASSP 2017), as librosa does:
/// bias^power ((1 + x (eps + M)^-gain / bias)^power - 1), with M[-1] = 1.
at::Tensor pcen(const at::Tensor& energies, const PcenConfig& config, double smoothing);

}  // namespace melgraph_frontends
