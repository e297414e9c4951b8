#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>

#include "config.h"
#include "constants.h"
#include "frame_plan.h"

namespace melgraph_frontends {

struct FrameSpectra {
  at::Tensor bands;       ///< [item, channel, time, bin | mel]
  at::Tensor log_energy;  ///< [item, channel, time]; undefined unless `use_energy` asks for it
};

/// Cut a prepared sound [item, channel, sample] into the frames of image `resolution` and compute
/// the magnitude or power of their bins, or of the mel bands where there is a bank. A block of
/// frames at a time: the frames of long sound would fill the memory.
FrameSpectra frame_spectra(const at::Tensor& waveform, const Config& config, const FramePlan& plan,
                           std::size_t resolution, const Constants& constants);

}  // namespace melgraph_frontends
