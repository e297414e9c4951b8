#include "waveform.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace melgraph_frontends::fast {
namespace {

constexpr float int16_range = 32767;

// In float64 and in a fixed order: the same bits everywhere.
float mean_of(const float* values, std::int64_t count) {
  double sums[8] = {};
  std::int64_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (int k = 0; k < 8; ++k) sums[k] += values[i + k];
  }
  for (; i < count; ++i) sums[0] += values[i];
  const double sum =
      ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  return static_cast<float>(sum / static_cast<double>(count));
}

bool spans_frames(const SampleConfig& samples) {
  return samples.preemphasis != 0 && samples.preemphasis_mode != PreemphasisMode::replicate;
}

}  // namespace

bool needs_preparation(const SampleConfig& samples, std::int64_t appended) {
  return samples.quantize_int16 || samples.remove_clip_mean || appended > 0 ||
         spans_frames(samples);
}

void prepare(const SampleConfig& samples, const float* sound, std::int64_t count,
             std::int64_t appended, std::vector<float>& out) {
  out.assign(sound, sound + count);
  if (samples.quantize_int16) {
    for (float& value : out) {
      value = std::trunc(std::clamp(value, -1.0F, 1.0F) * int16_range) / int16_range;
    }
  }
  if (samples.remove_clip_mean) {
    const float mean = mean_of(out.data(), count);
    for (float& value : out) value -= mean;
  }
  out.resize(static_cast<std::size_t>(count + appended), 0.0F);
  if (!spans_frames(samples)) return;
  const auto coefficient = static_cast<float>(samples.preemphasis);
  for (std::size_t i = out.size(); --i > 0;) out[i] -= out[i - 1] * coefficient;
  if (samples.shortens()) out.erase(out.begin());
}

}  // namespace melgraph_frontends::fast
