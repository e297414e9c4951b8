#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "config.h"
#include "constants.h"
#include "frame_plan.h"

namespace melgraph_frontends {

/// One front end from samples to features. Differentiable; computes in the type of its input and
/// on its device. [one-thread-at-a-time]
class Pipeline {
 public:
  /// `constants` come from `make_constants`; those of float32 on `device` are made here.
  Pipeline(const Config& config, std::shared_ptr<const Constants> constants, c10::Device device);

  /// Map [item, channel, sample] to [item, channel, time, band], with patches to
  /// [item, patch, channel, time, band]. Each item's numbers depend on that item alone. Throws
  /// `Error` of code `input` where an item is too short.
  at::Tensor run(const at::Tensor& audio) const;

 private:
  at::Tensor run_items(const at::Tensor& audio, const FramePlan& plan,
                       const Constants& constants) const;
  at::Tensor features_of_frames(const at::Tensor& waveform, const FramePlan& plan,
                                const Constants& constants, at::Tensor& energy) const;

  Config config_;
  std::shared_ptr<const Constants> exact_;
  Constants ready_;
};

}  // namespace melgraph_frontends
