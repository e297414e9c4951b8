#include "patch.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/constant_pad_nd.h>

namespace melgraph_frontends {

at::Tensor fill_tail(const at::Tensor& features, const PatchConfig& patch, const FramePlan& plan) {
  if (plan.extra_frames == 0) return features;
  if (patch.tail == PatchTail::repeat) {
    const auto options = at::TensorOptions().dtype(at::kLong).device(features.device());
    const at::Tensor frames = at::arange(features.size(2) + plan.extra_frames, options);
    return features.index_select(2, frames.remainder(features.size(2)));
  }
  return at::constant_pad_nd(features, {0, 0, 0, plan.extra_frames});
}

at::Tensor cut_patches(const at::Tensor& features, const PatchConfig& patch,
                       const FramePlan& plan) {
  // [item, channel, patch, band, time]: unfold puts the new axis last.
  const at::Tensor patches = features.unfold(2, patch.frames, patch.hop).narrow(2, 0, plan.patches);
  return patches.permute({0, 2, 1, 4, 3});
}

}  // namespace melgraph_frontends
