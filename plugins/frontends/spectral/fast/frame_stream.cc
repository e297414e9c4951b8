#include "frame_stream.h"

#include <algorithm>
#include <utility>

#include "waveform.h"

namespace melgraph_frontends::fast {

std::string why_not_streaming(const Config& config) {
  if (config.framing.center) return "its frames are centred, and padded at the ends";
  if (!config.framing.snip_edges) return "its frames are padded at the ends";
  if (config.framing.drop_last_frame) return "it drops the last frame";
  if (config.log.top_db) return "top_db looks at the whole item";
  if (needs_preparation(config.samples, 0)) return "it prepares the sound as a whole";
  return {};
}

FrameStream::FrameStream(std::shared_ptr<const Plan> plan, const FramingConfig& framing,
                         const Kernel& kernel)
    : plan_(plan),
      lead_(framing.left_aligned ? 0 : (framing.n_fft - framing.win_length) / 2),
      span_(framing.left_aligned ? framing.win_length : framing.n_fft),
      runner_(std::move(plan), kernel) {}

bool FrameStream::push(const float* samples, std::size_t count, std::vector<float>& features) {
  const auto skipped = std::min<std::int64_t>(skip_, static_cast<std::int64_t>(count));
  skip_ -= skipped;
  buffer_.insert(buffer_.end(), samples + skipped, samples + count);
  const auto have = static_cast<std::int64_t>(buffer_.size());
  if (have < span_) return true;
  const std::int64_t frames = 1 + (have - span_) / plan_->hop_length;
  const std::size_t before = features.size();
  features.resize(before + static_cast<std::size_t>(frames * plan_->features));
  const Sound sound{buffer_.data(), have, PadMode::constant};
  const bool finite = runner_.run({sound}, lead_, 0, frames, features.data() + before, 0);
  const std::int64_t used = frames * plan_->hop_length;
  const std::int64_t dropped = std::min(used, have);
  buffer_.erase(buffer_.begin(), buffer_.begin() + dropped);
  skip_ += used - dropped;
  return finite;
}

void FrameStream::reset() {
  buffer_.clear();
  skip_ = 0;
}

}  // namespace melgraph_frontends::fast
