#include "framing.h"

#include <ATen/ops/cat.h>

namespace melgraph_frontends {

at::Tensor cut_frames(const at::Tensor& waveform, const FramingConfig& framing, std::int64_t first,
                      std::int64_t frames) {
  const std::int64_t length = (frames - 1) * framing.hop_length + framing.win_length;
  return waveform.narrow(-1, first, length).unfold(-1, framing.win_length, framing.hop_length);
}

at::Tensor remove_dc_offset(const at::Tensor& frames) {
  return frames.sub(frames.mean(-1, /*keepdim=*/true));
}

at::Tensor preemphasize_frames(const at::Tensor& frames, double coefficient) {
  const std::int64_t rest = frames.size(-1) - 1;
  const at::Tensor first = frames.narrow(-1, 0, 1);
  return at::cat({first.sub(first, coefficient),
                  frames.narrow(-1, 1, rest).sub(frames.narrow(-1, 0, rest), coefficient)},
                 -1);
}

}  // namespace melgraph_frontends
