#include "run/window_cutter.h"

#include <algorithm>
#include <string>

#include "melgraph/error.h"

namespace melgraph {

WindowCutter::WindowCutter(std::int64_t window, std::int64_t hop, WindowTail tail, int sample_rate,
                           int channels)
    : window_(window), hop_(hop), tail_(tail), sample_rate_(sample_rate) {
  const auto reject = [](const std::string& what) { throw Error(ErrorCode::usage, what); };
  if (window < 0) reject("a window of " + std::to_string(window) + " samples is not possible");
  if (window > 0 && hop <= 0) reject("a hop must be at least one sample");
  if (sample_rate <= 0) reject("a sample rate must be positive");
  if (channels <= 0) reject("a view must have at least one channel");
  buffers_.resize(static_cast<std::size_t>(channels));
}

void WindowCutter::push(const float* const* channels, std::size_t count) {
  if (finished_) throw Error(ErrorCode::internal, "samples after the end of the input");
  // Hops longer than a window leave gaps; what falls into one is not even stored.
  std::size_t skipped = 0;
  if (window_ > 0 && buffers_.front().empty() && next_start() > received_) {
    skipped = static_cast<std::size_t>(
        std::min<std::int64_t>(next_start() - received_, static_cast<std::int64_t>(count)));
    buffer_start_ = received_ + static_cast<std::int64_t>(skipped);
  }
  for (std::size_t c = 0; c < buffers_.size(); ++c) {
    buffers_[c].insert(buffers_[c].end(), channels[c] + skipped, channels[c] + count);
  }
  received_ += static_cast<std::int64_t>(count);
}

bool WindowCutter::finish() {
  finished_ = true;
  return !empty();
}

void WindowCutter::restart(double origin) {
  for (std::vector<float>& buffer : buffers_) buffer.clear();
  buffer_start_ = 0;
  received_ = 0;
  run_first_ = next_index_;
  origin_ = origin;
}

void WindowCutter::reset() {
  next_index_ = 0;
  finished_ = false;
  restart(origin_);
}

std::size_t WindowCutter::buffered() const {
  return buffers_.front().size();
}

bool WindowCutter::pop(AudioWindow& window) {
  if (window_ == 0) {
    if (!finished_ || empty() || next_index_ > 0) return false;
    cut(0, received_, received_, window);
  } else if (const std::int64_t start = next_start(); received_ - start >= window_) {
    cut(start, window_, window_, window);
  } else if (finished_ && has_tail(start)) {
    cut(start, received_ - start, window_, window);
  } else {
    return false;
  }
  ++next_index_;
  drop_used();
  return true;
}

// Whether a window that starts at `start`, and for which samples are missing, is to be given.
bool WindowCutter::has_tail(std::int64_t start) const {
  if (received_ <= start) return false;
  if (next_index_ == 0) return true;
  if (next_index_ == run_first_) return tail_ != WindowTail::drop;
  const std::int64_t end_of_full = start - hop_ + window_;
  // After a tail window that end lies past the end of the input, so there is never a second one.
  return tail_ != WindowTail::drop && received_ > end_of_full;
}

void WindowCutter::cut(std::int64_t start, std::int64_t real, std::int64_t size,
                       AudioWindow& window) const {
  window.index = next_index_;
  window.length = real;
  // Every window but the last one is full, so that what is shared is real sound in both.
  window.overlap = next_index_ > run_first_ ? std::max<std::int64_t>(window_ - hop_, 0) : 0;
  const double rate = sample_rate_;
  window.start = origin_ + static_cast<double>(start) / rate;
  window.end = origin_ + static_cast<double>(start + real) / rate;
  window.samples.assign(static_cast<std::size_t>(size) * buffers_.size(), 0.0F);
  auto to = window.samples.begin();
  for (const std::vector<float>& buffer : buffers_) {
    const auto from = buffer.begin() + (start - buffer_start_);
    std::copy(from, from + real, to);
    if (tail_ == WindowTail::repeat) {
      for (std::int64_t i = real; i < size; ++i) to[i] = to[i - real];
    }
    to += size;
  }
}

void WindowCutter::drop_used() {
  const auto size = static_cast<std::int64_t>(buffers_.front().size());
  const std::int64_t needed_from = window_ == 0 ? received_ : next_start();
  const std::int64_t used = std::min(needed_from - buffer_start_, size);
  // Moving the rest only when at least half goes keeps the cost a sample constant.
  if (used <= 0 || used < size / 2) return;
  for (std::vector<float>& buffer : buffers_) buffer.erase(buffer.begin(), buffer.begin() + used);
  buffer_start_ += used;
}

}  // namespace melgraph
