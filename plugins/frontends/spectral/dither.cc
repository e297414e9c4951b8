#include "dither.h"

#include <ATen/ops/empty.h>

#include "philox.h"

namespace melgraph_frontends {

at::Tensor add_dither(const at::Tensor& frames, const SampleConfig& samples, std::int64_t first) {
  const std::int64_t count = frames.size(-2);
  const std::int64_t length = frames.size(-1);
  at::Tensor noise = at::empty({count, length}, at::TensorOptions().dtype(at::kDouble));
  auto* values = noise.mutable_data_ptr<double>();
  for (std::int64_t frame = 0; frame < count; ++frame) {
    for (std::int64_t sample = 0; sample < length; ++sample) {
      *values++ = samples.dither * dither_noise(samples.dither_seed, first + frame, sample);
    }
  }
  return frames.add(noise.to(frames.options()));
}

}  // namespace melgraph_frontends
