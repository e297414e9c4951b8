#pragma once

#include <ATen/core/Tensor.h>

#include "config.h"

namespace melgraph_frontends {

/// Subtract from each band of [item, channel, time, band] its mean over the frames, and with
/// `mean_variance` divide by the root of the mean square that is left, at least 1e-20 (Kaldi).
/// Mean and root are computed in float64: a band that does not change gives zeros.
at::Tensor normalize_bands(const at::Tensor& features, Cmvn cmvn);

}  // namespace melgraph_frontends
