#include "frame_plan.h"

#include <algorithm>

namespace melgraph_frontends {
namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

// Centring pads n_fft/2, rounded down, at either end: one sample too few where n_fft is odd.
std::int64_t centre_padding(const FramingConfig& framing) {
  return framing.n_fft / 2;
}

std::int64_t first_window(const FramingConfig& framing) {
  const std::int64_t inside_frame = (framing.n_fft - framing.win_length) / 2;
  if (framing.center) return inside_frame - centre_padding(framing);
  if (!framing.snip_edges) return framing.hop_length / 2 - framing.win_length / 2;
  return framing.left_aligned ? 0 : inside_frame;
}

std::int64_t counted_length(const FramingConfig& framing) {
  return framing.left_aligned ? framing.win_length : framing.n_fft;
}

// Reflection without the outermost sample reaches n-1 samples far.
std::int64_t least_to_reflect(const FramingConfig& framing) {
  return framing.center && framing.pad_mode == PadMode::reflect ? centre_padding(framing) + 1 : 1;
}

// How many samples the sound has once it is long enough for patches.
std::int64_t length_for_patches(const Config& config, std::int64_t samples) {
  const std::int64_t one_patch = samples_for_patch(config);
  if (config.patch.pad_to_patch) {
    const std::int64_t step = config.patch.hop * config.framing.hop_length;
    const std::int64_t more = std::max<std::int64_t>(samples - one_patch, 0);
    return one_patch + ceil_div(more, step) * step;
  }
  return config.patch.tail == PatchTail::drop ? std::max(samples, one_patch) : samples;
}

void count_patches(const PatchConfig& patch, FramePlan& plan) {
  const std::int64_t more = std::max<std::int64_t>(plan.frames - patch.frames, 0);
  if (patch.tail != PatchTail::drop) {
    plan.patches = 1 + ceil_div(more, patch.hop);
    // A step wider than a patch may leave frames between patches, and none to fill up.
    const std::int64_t wanted = patch.frames + (plan.patches - 1) * patch.hop;
    plan.extra_frames = std::max<std::int64_t>(wanted - plan.frames, 0);
  } else {
    plan.patches = 1 + more / patch.hop;
  }
}

}  // namespace

std::int64_t count_frames(const FramingConfig& framing, std::int64_t samples) {
  if (samples <= 0) return 0;
  std::int64_t frames = 0;
  if (!framing.center && !framing.snip_edges) {
    frames = (samples + framing.hop_length / 2) / framing.hop_length;
  } else {
    const std::int64_t padding = framing.center ? 2 * centre_padding(framing) : 0;
    const std::int64_t room = samples + padding - counted_length(framing);
    frames = room < 0 ? 0 : 1 + room / framing.hop_length;
  }
  if (framing.drop_last_frame) frames -= 1;
  return std::max<std::int64_t>(frames, 0);
}

std::int64_t samples_for_frames(const FramingConfig& framing, std::int64_t frames) {
  if (framing.drop_last_frame) frames += 1;
  std::int64_t samples = 0;
  if (!framing.center && !framing.snip_edges) {
    samples = frames * framing.hop_length - framing.hop_length / 2;
  } else {
    const std::int64_t padding = framing.center ? 2 * centre_padding(framing) : 0;
    samples = (frames - 1) * framing.hop_length + counted_length(framing) - padding;
  }
  return std::max(samples, least_to_reflect(framing));
}

std::int64_t samples_for_patch(const Config& config) {
  const std::int64_t lost = config.samples.shortens() ? 1 : 0;
  return samples_for_frames(config.framing, config.patch.frames) + lost;
}

FramePlan plan_frames(const Config& config, std::int64_t samples, std::size_t resolution) {
  const FramingConfig framing = framing_of(config, resolution);
  FramePlan plan;
  std::int64_t padded = std::max(samples, config.samples.min_samples);
  if (config.patch.frames > 0) padded = length_for_patches(config, padded);
  plan.appended = padded - samples;
  const std::int64_t length = samples + plan.appended - (config.samples.shortens() ? 1 : 0);
  const std::string have = std::to_string(samples);
  if (length < least_to_reflect(framing)) {
    plan.problem = "reflect padding for n_fft " + std::to_string(framing.n_fft) +
                   " needs more than " + std::to_string(centre_padding(framing)) +
                   " samples, the window has " + have;
    plan.hint = "use a longer window, or pad_mode constant";
    return plan;
  }
  plan.frames = count_frames(framing, length);
  if (plan.frames == 0) {
    const std::int64_t least = samples_for_frames(framing, 1) + (config.samples.shortens() ? 1 : 0);
    plan.problem = "the window has " + have + " samples, one frame needs " + std::to_string(least);
    plan.hint = "use a longer window, or a shorter win_length and n_fft";
    return plan;
  }
  const std::int64_t end =
      first_window(framing) + (plan.frames - 1) * framing.hop_length + framing.win_length;
  // Without the reflection of one sample there is nothing to mirror.
  if (!framing.center && !framing.snip_edges && framing.pad_mode == PadMode::reflect) {
    const std::int64_t reach = std::max(-first_window(framing), end - length);
    if (reach >= length) {
      plan.problem = "reflect padding needs more than " + std::to_string(reach) +
                     " samples, the window has " + have;
      plan.hint = "use a longer window, or pad_mode reflect_edge";
      return plan;
    }
  }
  plan.first = first_window(framing);
  plan.before = std::max<std::int64_t>(-plan.first, 0);
  plan.after = std::max<std::int64_t>(end - length, 0);
  if (config.patch.frames > 0) count_patches(config.patch, plan);
  return plan;
}

}  // namespace melgraph_frontends
