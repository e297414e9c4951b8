#pragma once

#include <ATen/core/Tensor.h>

#include "config.h"

namespace melgraph_frontends {

/// Cut samples [..., sample] into frames [..., time, win_length], a view: frame t begins at
/// `first` + t * hop_length.
at::Tensor cut_frames(const at::Tensor& waveform, const FramingConfig& framing, std::int64_t first,
                      std::int64_t frames);

/// Subtract the mean of each frame.
at::Tensor remove_dc_offset(const at::Tensor& frames);

/// Pre-emphasise each frame; its first sample counts as its own predecessor (Kaldi).
at::Tensor preemphasize_frames(const at::Tensor& frames, double coefficient);

}  // namespace melgraph_frontends
