#pragma once

#include <ATen/core/Tensor.h>

#include "config.h"
#include "frame_plan.h"

namespace melgraph_frontends {

/// Fill up the last patch of [item, channel, time, band] by the frames that the plan wants: zeros,
/// or the item's own from its first one on.
at::Tensor fill_tail(const at::Tensor& features, const PatchConfig& patch, const FramePlan& plan);

/// Cut [item, channel, time, band] into [item, patch, channel, time, band].
at::Tensor cut_patches(const at::Tensor& features, const PatchConfig& patch, const FramePlan& plan);

}  // namespace melgraph_frontends
