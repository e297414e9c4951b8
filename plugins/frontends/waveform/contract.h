#pragma once

#include <cstdint>

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_waveform();
void infer_waveform(InferContext& context);

/// How an item is cut into frames. Unit: samples.
struct WaveformFrames {
  std::int64_t length = 0;  ///< 0: not cut
  std::int64_t hop = 0;
  bool pad_tail = false;
};

WaveformFrames read_waveform_frames(const Params& params);

/// Return how many frames an item of `samples` samples gives; at least 1.
std::int64_t count_waveform_frames(const WaveformFrames& frames, std::int64_t samples);

}  // namespace melgraph
