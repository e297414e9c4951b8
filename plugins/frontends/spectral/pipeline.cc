#include "pipeline.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <utility>
#include <vector>

#include "cepstrum.h"
#include "cmvn.h"
#include "fast/waveform.h"
#include "finite.h"
#include "frame_spectra.h"
#include "image.h"
#include "log_scale.h"
#include "melgraph/error.h"
#include "patch.h"
#include "pcen.h"
#include "waveform.h"

namespace melgraph_frontends {

namespace {

// What own kernels take: float32 that wants no gradient.
bool is_plain(const at::Tensor& audio) {
  const bool wants_gradient = audio.requires_grad() && at::GradMode::is_enabled();
  return audio.scalar_type() == at::kFloat && !wants_gradient;
}

}  // namespace

Pipeline::Pipeline(const Config& config, std::shared_ptr<const Constants> constants,
                   c10::Device device, std::unique_ptr<fast::FrontEnd> fast,
                   std::unique_ptr<DeviceFrontEnd> fused)
    : config_(config),
      resize_(std::make_unique<ImageResize>(config.image)),
      exact_(std::move(constants)),
      ready_(exact_->to(at::TensorOptions().dtype(at::kFloat).device(device))),
      fast_(std::move(fast)),
      fused_(std::move(fused)) {}

bool Pipeline::is_fused(const at::Tensor& audio) const {
  return fused_ != nullptr && audio.is_cuda() && is_plain(audio);
}

at::Tensor Pipeline::features(const at::Tensor& audio, const FramePlan& plan,
                              std::size_t resolution, const Constants& constants) const {
  if (is_fused(audio)) return fused_->run(audio, plan, resolution);
  const at::Tensor waveform = prepare_waveform(audio, config_, plan);
  const FrameSpectra frames = frame_spectra(waveform, config_, plan, resolution, constants);
  at::Tensor features = config_.log.kind == LogKind::pcen
                            ? pcen(frames.bands, config_.pcen, constants.pcen_smoothing[resolution])
                            : log_scale(frames.bands, config_.log, config_.power);
  if (constants.cepstrum.defined()) {
    features = features.matmul(constants.cepstrum);
    if (frames.log_energy.defined()) features = replace_first(features, frames.log_energy);
  }
  return features;
}

at::Tensor Pipeline::finish(at::Tensor features, const FramePlan& plan,
                            const at::Tensor& into) const {
  features = resize_->run(normalize_bands(features, config_.cmvn), into);
  if (!config_.image.normalize_after_pad) features = normalize(features, config_.image);
  features = fill_tail(features, config_.patch, plan);
  if (config_.image.normalize_after_pad) features = normalize(features, config_.image);
  if (config_.patch.frames > 0) features = cut_patches(features, config_.patch, plan);
  return config_.image.mel_time ? features.transpose(-1, -2) : features;
}

at::Tensor Pipeline::run_items(const at::Tensor& audio, const std::vector<FramePlan>& plans,
                               const Constants& constants) const {
  std::vector<at::Tensor> images;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    images.push_back(finish(features(audio, plans[i], i, constants), plans[i]));
  }
  // Patches come before the channels; several resolutions have none.
  const at::Tensor result = images.size() == 1 ? images.front() : at::cat(images, 1);
  if (!is_fused(audio)) {
    check_finite(result, audio);
  } else if (!fused_->finite()) {
    throw_not_finite(audio);
  }
  return result;
}

at::Tensor Pipeline::fast_features(const at::Tensor& audio, const FramePlan& plan,
                                   std::size_t resolution,
                                   const std::vector<std::int64_t>& overlaps) const {
  const std::int64_t channels = audio.size(1);
  const std::int64_t size = channels * plan.frames * fast_->features();
  at::Tensor features =
      at::empty({audio.size(0), channels, plan.frames, fast_->features()}, audio.options());
  const float* samples = audio.const_data_ptr<float>();
  float* out = features.mutable_data_ptr<float>();
  for (std::size_t i = 0; i < static_cast<std::size_t>(audio.size(0)); ++i, out += size) {
    const fast::Item item{samples, channels, audio.size(2)};
    fast::Before before;
    if (i > 0 && i < overlaps.size()) before = {out - size, overlaps[i]};
    if (!fast_->run(item, plan, resolution, before, out)) throw_not_finite(audio);
    samples += channels * audio.size(2);
  }
  return features;
}

at::Tensor Pipeline::run_fast(const at::Tensor& audio, const std::vector<FramePlan>& plans,
                              const std::vector<std::int64_t>& overlaps) const {
  const std::int64_t channels = audio.size(1);
  const auto resolutions = static_cast<std::int64_t>(plans.size());
  at::Tensor result;
  if (resolutions > 1 && config_.image.width && keeps_items_apart() && !config_.image.mel_time) {
    result = at::empty({audio.size(0), resolutions * channels, *config_.image.width,
                        config_.image.height.value_or(fast_->features())},
                       audio.options());
  }
  std::vector<at::Tensor> images;
  for (std::size_t r = 0; r < plans.size(); ++r) {
    const at::Tensor features = fast_features(audio, plans[r], r, overlaps);
    if (result.defined()) {
      const at::Tensor here = result.narrow(1, static_cast<std::int64_t>(r) * channels, channels);
      const at::Tensor image = finish(features, plans[r], here);
      if (!image.is_same(here)) here.copy_(image);
      continue;
    }
    if (features.size(0) == 1 || keeps_items_apart()) {
      images.push_back(finish(features, plans[r]));
      continue;
    }
    // A library may add up or interpolate in another order where there are more items.
    std::vector<at::Tensor> items;
    for (std::int64_t i = 0; i < features.size(0); ++i) {
      items.push_back(finish(features.narrow(0, i, 1), plans[r]));
    }
    images.push_back(at::cat(items));
  }
  if (result.defined()) return result;
  return images.size() == 1 ? images.front().contiguous() : at::cat(images, 1);
}

bool Pipeline::keeps_items_apart() const {
  return config_.cmvn == Cmvn::none &&
         melgraph_frontends::keeps_items_apart(config_.image, fast_->features());
}

std::vector<FramePlan> Pipeline::plans_of(const at::Tensor& audio) const {
  std::vector<FramePlan> plans;
  for (std::size_t i = 0; i < count_resolutions(config_); ++i) {
    plans.push_back(plan_frames(config_, audio.size(-1), i));
    if (!plans.back().problem.empty()) {
      throw melgraph::Error(melgraph::ErrorCode::input, plans.back().problem, plans.back().hint);
    }
  }
  return plans;
}

std::vector<std::string> Pipeline::stages() const {
  if (!fast_) return {};
  return {"pack", "transform", "power", "bands", "logarithm", "rest"};
}

void Pipeline::run_until(std::size_t last, const at::Tensor& audio) const {
  if (last > static_cast<std::size_t>(fast::Stage::logarithm)) {
    run(audio);
    return;
  }
  const std::vector<FramePlan> plans = plans_of(audio);
  for (std::int64_t i = 0; i < audio.size(0); ++i) {
    const at::Tensor item = audio.narrow(0, i, 1);
    for (std::size_t r = 0; r < plans.size(); ++r) {
      fast_->run_until(static_cast<fast::Stage>(last),
                       {item.const_data_ptr<float>(), item.size(1), item.size(2)}, plans[r], r);
    }
  }
}

std::int64_t Pipeline::bytes_moved(const at::Tensor& audio) const {
  const ImageConfig& image = config_.image;
  const bool is_known = fused_ != nullptr && !fast::needs_preparation(config_.samples, 0) &&
                        config_.cmvn == Cmvn::none && image.mean == 0 && image.std == 1 &&
                        !image.mel_time && config_.patch.frames == 0;
  if (!is_known) return 0;
  std::int64_t moved = 0;
  std::int64_t images = 0;
  const std::vector<FramePlan> plans = plans_of(audio);
  for (std::size_t r = 0; r < plans.size(); ++r) {
    if (plans[r].appended > 0) return 0;
    const std::int64_t frames = audio.size(0) * audio.size(1) * plans[r].frames;
    const std::int64_t features = frames * fused_->features();
    moved += audio.numel() + fused_->moved_values(frames);
    const std::int64_t resized = frames / plans[r].frames * image.width.value_or(plans[r].frames) *
                                 image.height.value_or(fused_->features());
    if (image.width || image.height) moved += features + resized;
    images += resized;
  }
  if (plans.size() > 1) moved += 2 * images;  // put side by side
  return moved * static_cast<std::int64_t>(sizeof(float));
}

at::Tensor Pipeline::run(const at::Tensor& audio, const std::vector<std::int64_t>& overlaps) const {
  const std::vector<FramePlan> plans = plans_of(audio);
  if (fast_ && audio.is_cpu() && is_plain(audio)) {
    return run_fast(audio.contiguous(), plans, overlaps);
  }
  const Constants converted =
      audio.scalar_type() == at::kFloat ? Constants() : exact_->to(audio.options());
  const Constants& constants = audio.scalar_type() == at::kFloat ? ready_ : converted;
  if (!audio.is_cpu() || audio.size(0) == 1) {
    return run_items(audio, plans, constants).contiguous();
  }
  // One item at a time stays in the cache, and its bits do not depend on how many there are: a
  // library's product of matrices rounds differently for other numbers of rows.
  std::vector<at::Tensor> items;
  items.reserve(static_cast<std::size_t>(audio.size(0)));
  for (std::int64_t i = 0; i < audio.size(0); ++i) {
    items.push_back(run_items(audio.narrow(0, i, 1), plans, constants));
  }
  return at::cat(items, 0).contiguous();
}

}  // namespace melgraph_frontends
