#include "waveform.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>

#include "mirror.h"

namespace melgraph_frontends {
namespace {

at::Tensor mirror(const at::Tensor& waveform, PadMode mode, std::int64_t from, std::int64_t count) {
  at::Tensor indices = at::empty({count}, at::TensorOptions().dtype(at::kLong));
  auto* values = indices.mutable_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < count; ++i) {
    values[i] = mirrored(from + i, waveform.size(-1), mode == PadMode::reflect_edge);
  }
  return waveform.index_select(-1, indices.to(waveform.device()));
}

at::Tensor preemphasize(const at::Tensor& waveform, const SampleConfig& samples) {
  const std::int64_t rest = waveform.size(-1) - 1;
  const at::Tensor later =
      waveform.narrow(-1, 1, rest).sub(waveform.narrow(-1, 0, rest), samples.preemphasis);
  if (samples.preemphasis_mode == PreemphasisMode::valid) return later;
  return at::cat({waveform.narrow(-1, 0, 1), later}, -1);
}

}  // namespace

at::Tensor pad_ends(const at::Tensor& waveform, PadMode mode, std::int64_t before,
                    std::int64_t after) {
  if (before == 0 && after == 0) return waveform;
  if (mode == PadMode::constant) return at::constant_pad_nd(waveform, {before, after});
  return at::cat({mirror(waveform, mode, -before, before), waveform,
                  mirror(waveform, mode, waveform.size(-1), after)},
                 -1);
}

at::Tensor prepare_waveform(const at::Tensor& audio, const Config& config, const FramePlan& plan) {
  const SampleConfig& samples = config.samples;
  at::Tensor waveform = audio;
  if (samples.quantize_int16) waveform = waveform.clamp(-1, 1).mul(32767).trunc().div(32767);
  if (samples.scale != 1) waveform = waveform.mul(samples.scale);
  if (samples.remove_clip_mean) waveform = waveform.sub(waveform.mean(-1, /*keepdim=*/true));
  if (plan.appended > 0) waveform = at::constant_pad_nd(waveform, {0, plan.appended});
  if (samples.preemphasis != 0 && samples.preemphasis_mode != PreemphasisMode::replicate) {
    waveform = preemphasize(waveform, samples);
  }
  return pad_ends(waveform, config.framing.pad_mode, plan.before, plan.after);
}

}  // namespace melgraph_frontends
