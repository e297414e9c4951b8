#include "pipeline.h"

#include <ATen/ops/cat.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "cepstrum.h"
#include "framing.h"
#include "image.h"
#include "log_scale.h"
#include "melgraph/error.h"
#include "patch.h"
#include "stft.h"
#include "waveform.h"

namespace melgraph_frontends {
namespace {

// Frames that are in memory at once, in numbers: keeps a block in the processor's cache, and long
// sound from filling the memory.
constexpr std::int64_t cpu_block = std::int64_t{1} << 17;
constexpr std::int64_t device_block = std::int64_t{1} << 26;

}  // namespace

Pipeline::Pipeline(const Config& config, std::shared_ptr<const Constants> constants,
                   c10::Device device)
    : config_(config),
      exact_(std::move(constants)),
      ready_(exact_->to(at::TensorOptions().dtype(at::kFloat).device(device))) {}

at::Tensor Pipeline::features_of_frames(const at::Tensor& waveform, const FramePlan& plan,
                                        const Constants& constants, at::Tensor& energy) const {
  const FramingConfig& framing = config_.framing;
  const SampleConfig& samples = config_.samples;
  const std::int64_t row = framing.n_fft * waveform.size(0) * waveform.size(1);
  const std::int64_t block =
      std::max<std::int64_t>((waveform.is_cpu() ? cpu_block : device_block) / row, 16);
  std::vector<at::Tensor> features;
  std::vector<at::Tensor> energies;
  for (std::int64_t begin = 0; begin < plan.frames; begin += block) {
    const std::int64_t count = std::min(block, plan.frames - begin);
    const std::int64_t first = plan.first + plan.before + begin * framing.hop_length;
    at::Tensor frames = cut_frames(waveform, framing, first, count);
    if (samples.remove_dc_offset) frames = remove_dc_offset(frames);
    if (config_.cepstrum.use_energy) energies.push_back(log_energy(frames, config_.cepstrum));
    if (samples.preemphasis != 0 && samples.preemphasis_mode == PreemphasisMode::replicate) {
      frames = preemphasize_frames(frames, samples.preemphasis);
    }
    at::Tensor values = spectrum(frames, constants.window, framing.n_fft, config_.power);
    if (constants.bank.defined()) values = values.matmul(constants.bank);
    features.push_back(std::move(values));
  }
  if (!energies.empty()) energy = at::cat(energies, 2);
  return features.size() == 1 ? features.front() : at::cat(features, 2);
}

at::Tensor Pipeline::run_items(const at::Tensor& audio, const FramePlan& plan,
                               const Constants& constants) const {
  at::Tensor energy;
  at::Tensor features =
      features_of_frames(prepare_waveform(audio, config_, plan), plan, constants, energy);
  features = log_scale(features, config_.log, config_.power);
  if (constants.cepstrum.defined()) {
    features = features.matmul(constants.cepstrum);
    if (energy.defined()) features = replace_first(features, energy);
  }
  features = resize(features, config_.image);
  if (!config_.image.normalize_after_pad) features = normalize(features, config_.image);
  features = pad_tail(features, plan);
  if (config_.image.normalize_after_pad) features = normalize(features, config_.image);
  if (config_.patch.frames > 0) features = cut_patches(features, config_.patch, plan);
  return config_.image.mel_time ? features.transpose(-1, -2) : features;
}

at::Tensor Pipeline::run(const at::Tensor& audio) const {
  const FramePlan plan = plan_frames(config_, audio.size(-1));
  if (!plan.problem.empty()) {
    throw melgraph::Error(melgraph::ErrorCode::input, plan.problem, plan.hint);
  }
  const Constants converted =
      audio.scalar_type() == at::kFloat ? Constants() : exact_->to(audio.options());
  const Constants& constants = audio.scalar_type() == at::kFloat ? ready_ : converted;
  if (!audio.is_cpu() || audio.size(0) == 1) {
    return run_items(audio, plan, constants).contiguous();
  }
  // One item at a time stays in the cache, and its bits do not depend on how many there are: a
  // library's product of matrices rounds differently for other numbers of rows.
  std::vector<at::Tensor> items;
  items.reserve(static_cast<std::size_t>(audio.size(0)));
  for (std::int64_t i = 0; i < audio.size(0); ++i) {
    items.push_back(run_items(audio.narrow(0, i, 1), plan, constants));
  }
  return at::cat(items, 0).contiguous();
}

}  // namespace melgraph_frontends
