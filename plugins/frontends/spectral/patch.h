#pragma once

#include <ATen/core/Tensor.h>

#include "config.h"
#include "frame_plan.h"

namespace melgraph_frontends {

/// Append the plan's frames of zeros to [item, channel, time, band].
at::Tensor pad_tail(const at::Tensor& features, const FramePlan& plan);

/// Cut [item, channel, time, band] into [item, patch, channel, time, band].
at::Tensor cut_patches(const at::Tensor& features, const PatchConfig& patch, const FramePlan& plan);

}  // namespace melgraph_frontends
