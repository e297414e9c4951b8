#pragma once

#include <ATen/core/Tensor.h>

#include "config.h"
#include "frame_plan.h"

namespace melgraph_frontends {

/// Prepare samples [item, channel, sample] for framing: quantize, scale, remove the mean of each
/// channel, append zeros, pre-emphasise the item where the mode says so, and pad the ends.
at::Tensor prepare_waveform(const at::Tensor& audio, const Config& config, const FramePlan& plan);

/// Pad the last axis by `before` and `after` samples.
at::Tensor pad_ends(const at::Tensor& waveform, PadMode mode, std::int64_t before,
                    std::int64_t after);

}  // namespace melgraph_frontends
