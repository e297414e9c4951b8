#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "config.h"
#include "cuda/program.h"
#include "fast/front_end.h"
#include "frame_plan.h"

namespace melgraph_frontends {

/// Computes features up to the logarithm and the cepstrum with the kernels of libmelgraph_cuda.so,
/// in float32. [one-thread-at-a-time]
class DeviceFrontEnd {
 public:
  /// Return null where the library is missing or does not take the front end.
  static std::unique_ptr<DeviceFrontEnd> make(const Config& config, const fast::Plans& plans,
                                              c10::Device device);

  /// `launch` takes pointers into the memory of `device`.
  DeviceFrontEnd(const Config& config, const fast::Plans& plans, c10::Device device,
                 cuda::Launch launch);

  /// Queue image `resolution` of [item, channel, sample] as [item, channel, time, feature].
  at::Tensor run(const at::Tensor& audio, const FramePlan& plan, std::size_t resolution) const;

  /// Return the numbers that a frame has.
  std::int64_t features() const { return programs_.front().program.features; }
  /// Return how many numbers the kernels read and write for `frames` frames, beside samples.
  std::int64_t moved_values(std::int64_t frames) const;

  /// Wait for what was queued, and return whether all of it was finite since the last call.
  bool finite();

 private:
  struct Resident {
    cuda::Program program{};
    std::vector<at::Tensor> tables;  ///< what the program points to
  };

  const Config config_;
  cuda::Launch launch_;
  std::vector<Resident> programs_;  ///< by resolution
  const at::Tensor not_finite_;     ///< [1], of the device
};

}  // namespace melgraph_frontends
