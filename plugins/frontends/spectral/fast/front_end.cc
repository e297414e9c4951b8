#include "front_end.h"

#include <algorithm>

#include "waveform.h"

namespace melgraph_frontends::fast {

Plans make_plans(const Config& config, int sample_rate) {
  Plans plans;
  for (std::size_t i = 0; i < count_resolutions(config); ++i) {
    plans.push_back(
        std::make_shared<const Plan>(make_plan(config, framing_of(config, i), sample_rate)));
  }
  return plans;
}

std::string describe_path(const Config& config) {
  if (const std::string reason = why_not_fast(config); !reason.empty()) {
    return "LibTorch's operators: " + reason;
  }
  const std::int64_t n_fft = config.framing.n_fft;
  const FftPlan fft = plan_fft(n_fft % 2 == 0 ? n_fft / 2 : n_fft);
  std::string text = "own kernels, frames in vector lanes, transform of ";
  text += std::to_string(fft.points) + " = ";
  for (std::size_t i = 0; i < fft.passes.size(); ++i) {
    if (i > 0) text += " * ";
    text += std::to_string(fft.passes[i].radix);
  }
  return text + " points";
}

FrontEnd::FrontEnd(const Config& config, const Plans& plans, const Kernel& kernel)
    : config_(config) {
  for (const auto& plan : plans) runners_.emplace_back(plan, kernel);
}

std::int64_t FrontEnd::shared_frames(const Item& item, const FramePlan& plan,
                                     std::size_t resolution, std::int64_t overlap) const {
  const FramingConfig framing = framing_of(config_, resolution);
  // A frame must see the same samples in both items, and its numbers depend on nothing else.
  const bool whole_item = framing.center || !framing.snip_edges || config_.log.top_db ||
                          needs_preparation(config_.samples, plan.appended);
  const std::int64_t step = item.count - overlap;
  if (whole_item || overlap <= 0 || step % framing.hop_length != 0) return 0;
  const std::int64_t room = overlap - plan.first - framing.win_length;
  if (room < 0) return 0;
  const std::int64_t there = plan.frames - step / framing.hop_length;
  return std::clamp<std::int64_t>(room / framing.hop_length + 1, 0,
                                  std::max<std::int64_t>(there, 0));
}

void FrontEnd::run_until(Stage last, const Item& item, const FramePlan& plan,
                         std::size_t resolution) {
  const Sound sound{item.samples, item.count, config_.framing.pad_mode};
  runners_[resolution].run_until(last, sound, plan.first, plan.frames);
}

bool FrontEnd::run(const Item& item, const FramePlan& plan, std::size_t resolution,
                   const Before& before, float* out) {
  BlockRunner& runner = runners_[resolution];
  const FramingConfig framing = framing_of(config_, resolution);
  const std::int64_t features = runner.plan().features;
  const std::int64_t shared =
      before.features == nullptr ? 0 : shared_frames(item, plan, resolution, before.overlap);
  const std::int64_t skipped = (item.count - before.overlap) / framing.hop_length;
  std::vector<Sound> channels;
  prepared_.resize(static_cast<std::size_t>(item.channels));
  for (std::int64_t c = 0; c < item.channels; ++c) {
    Sound sound{item.samples + c * item.count, item.count, framing.pad_mode};
    if (needs_preparation(config_.samples, plan.appended)) {
      std::vector<float>& prepared = prepared_[static_cast<std::size_t>(c)];
      prepare(config_.samples, sound.samples, item.count, plan.appended, prepared);
      sound.samples = prepared.data();
      sound.length = static_cast<std::int64_t>(prepared.size());
    }
    channels.push_back(sound);
    if (shared > 0) {
      const float* known = before.features + (c * plan.frames + skipped) * features;
      std::copy(known, known + shared * features, out + c * plan.frames * features);
    }
  }
  return runner.run(channels, plan.first, shared, plan.frames, out + shared * features,
                    plan.frames * features);
}

}  // namespace melgraph_frontends::fast
