#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "config.h"

namespace melgraph_frontends {

/// Add to [..., time, sample] normal noise of standard deviation `dither`; the first frame is
/// frame `first` of its item. The noise depends on seed, frame and sample alone: it is the same
/// for every item, channel and device. Computed in float64 on the CPU.
at::Tensor add_dither(const at::Tensor& frames, const SampleConfig& samples, std::int64_t first);

}  // namespace melgraph_frontends
