#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../config.h"
#include "block_runner.h"

namespace melgraph_frontends::fast {

/// Return why the frames of a front end cannot be computed as the sound comes; empty where they
/// can: framing without centring, and nothing that looks at the whole item.
std::string why_not_streaming(const Config& config);

/// The front end of one channel as a stream: any chunking of the sound gives the bits of the whole.
/// Needs an empty `why_not_fast` and `why_not_streaming`. [one-thread-at-a-time]
class FrameStream {
 public:
  FrameStream(std::shared_ptr<const Plan> plan, const FramingConfig& framing, const Kernel& kernel);

  /// Take samples and append the features [frame][feature] of every frame that is now complete.
  /// Returns false where a feature is not a finite number.
  bool push(const float* samples, std::size_t count, std::vector<float>& features);

  /// Forget all; the next sample is the first.
  void reset();

 private:
  std::shared_ptr<const Plan> plan_;
  std::int64_t lead_;  ///< samples before the window of frame 0, and after the last one's
  std::int64_t span_;  ///< samples that a frame needs
  BlockRunner runner_;
  std::vector<float> buffer_;  ///< from the first sample of the next frame on
  std::int64_t skip_ = 0;      ///< samples to come that no frame wants
};

}  // namespace melgraph_frontends::fast
