#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config.h"
#include "constants.h"
#include "device_front_end.h"
#include "fast/front_end.h"
#include "frame_plan.h"
#include "image.h"

namespace melgraph_frontends {

/// One front end from samples to features. Differentiable; computes in the type of its input and
/// on its device. [one-thread-at-a-time]
class Pipeline {
 public:
  /// `constants` come from `make_constants`; those of float32 on `device` are made here. Float32
  /// sound that wants no gradient goes through `fast` on a CPU and through `fused` on a device,
  /// where they are given.
  Pipeline(const Config& config, std::shared_ptr<const Constants> constants, c10::Device device,
           std::unique_ptr<fast::FrontEnd> fast = nullptr,
           std::unique_ptr<DeviceFrontEnd> fused = nullptr);

  /// Map [item, channel, sample] to [item, channel, time, band], with patches to
  /// [item, patch, channel, time, band]. Each item's numbers depend on that item alone. Throws
  /// `Error` of code `input` where an item is too short, or has samples so large or bad that the
  /// features would not be finite.
  /// `overlaps` may give how many of each item's first samples are the last of the item before.
  at::Tensor run(const at::Tensor& audio, const std::vector<std::int64_t>& overlaps = {}) const;

  /// Return the stages of the fast path; none where it is not taken.
  std::vector<std::string> stages() const;
  /// Return the bytes that the kernels of a device and what comes after them move for `audio`; 0
  /// where that is not known.
  std::int64_t bytes_moved(const at::Tensor& audio) const;
  /// Run the items of `audio` up to stage `last` and drop the result.
  void run_until(std::size_t last, const at::Tensor& audio) const;

 private:
  std::vector<FramePlan> plans_of(const at::Tensor& audio) const;
  /// Return whether the kernels of the device take the sound.
  bool is_fused(const at::Tensor& audio) const;
  /// Compute image `resolution` of [item, channel, sample] up to the logarithm and the cepstrum:
  /// [item, channel, time, band].
  at::Tensor features(const at::Tensor& audio, const FramePlan& plan, std::size_t resolution,
                      const Constants& constants) const;
  /// The same by the fast path.
  at::Tensor fast_features(const at::Tensor& audio, const FramePlan& plan, std::size_t resolution,
                           const std::vector<std::int64_t>& overlaps) const;
  at::Tensor run_fast(const at::Tensor& audio, const std::vector<FramePlan>& plans,
                      const std::vector<std::int64_t>& overlaps) const;
  /// Return whether what comes after the features gives a batch the bits of its items alone.
  bool keeps_items_apart() const;
  /// Compute what comes after: CMVN, resizing, normalisation and patches; `into` is for the resized
  /// images.
  at::Tensor finish(at::Tensor features, const FramePlan& plan, const at::Tensor& into = {}) const;
  at::Tensor run_items(const at::Tensor& audio, const std::vector<FramePlan>& plans,
                       const Constants& constants) const;

  Config config_;
  const std::unique_ptr<ImageResize> resize_;
  std::shared_ptr<const Constants> exact_;
  Constants ready_;
  std::unique_ptr<fast::FrontEnd> fast_;
  std::unique_ptr<DeviceFrontEnd> fused_;
};

}  // namespace melgraph_frontends
