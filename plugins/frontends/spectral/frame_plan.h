#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "config.h"

// How many frames and patches an item gives, and where they lie. Used by shape inference and by
// the nodes alike, so that the two cannot disagree. Unit: samples, unless said otherwise.

namespace melgraph_frontends {

struct FramePlan {
  std::string problem;  ///< why the item gives nothing; empty where it does
  std::string hint;
  std::int64_t appended = 0;  ///< zeros put after the item
  std::int64_t first = 0;     ///< where the window of frame 0 begins; negative: before the item
  std::int64_t before = 0;    ///< samples wanted before the first one
  std::int64_t after = 0;     ///< samples wanted after the last one
  std::int64_t frames = 0;
  std::int64_t patches = 0;       ///< 0 where there are no patches
  std::int64_t extra_frames = 0;  ///< frames that fill up the last patch
};

/// Return the number of frames of `samples` samples, after pre-emphasis.
std::int64_t count_frames(const FramingConfig& framing, std::int64_t samples);

/// Return the smallest number of samples that gives `frames` frames.
std::int64_t samples_for_frames(const FramingConfig& framing, std::int64_t frames);

/// Return the smallest number of samples that gives one patch without anything filled up.
std::int64_t samples_for_patch(const Config& config);

/// Plan image `resolution` of an item of `samples` samples.
FramePlan plan_frames(const Config& config, std::int64_t samples, std::size_t resolution = 0);

}  // namespace melgraph_frontends
