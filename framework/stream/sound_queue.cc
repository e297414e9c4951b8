#include "sound_queue.h"

#include <utility>

namespace melgraph::stream {

namespace {

// Short buffers are put together, so that one wake-up serves many.
constexpr std::size_t joined_samples = 4096;

}  // namespace

void SoundQueue::put_run(const Run& run) {
  // A run without sound says nothing.
  if (!items_.empty() && std::holds_alternative<Run>(items_.back())) items_.pop_back();
  items_.emplace_back(run);
}

void SoundQueue::begin_run(const Run& run) {
  put_run(run);
  run_ = run;
  frames_ = 0;
  broken_ = false;
}

void SoundQueue::add(const float* interleaved, std::size_t frames, std::int64_t arrival) {
  if (broken_) {
    Run rest = *run_;
    rest.media_start += nanoseconds_of(frames_, rest.sample_rate);
    put_run(rest);
    broken_ = false;
  }
  const std::size_t samples = frames * static_cast<std::size_t>(run_->channels);
  Sound* last = items_.empty() ? nullptr : std::get_if<Sound>(&items_.back());
  if (last == nullptr || last->samples.size() + samples > joined_samples) {
    items_.emplace_back(Sound{});
    last = &std::get<Sound>(items_.back());
  }
  last->samples.insert(last->samples.end(), interleaved, interleaved + samples);
  const auto count = static_cast<std::int64_t>(frames);
  const std::int64_t duration = nanoseconds_of(count, run_->sample_rate);
  last->frames += count;
  last->duration += duration;
  last->arrival = arrival;
  frames_ += count;
  duration_ += duration;
}

std::int64_t SoundQueue::leave_out(std::size_t frames) {
  const auto count = static_cast<std::int64_t>(frames);
  frames_ += count;
  broken_ = true;
  return nanoseconds_of(count, run_->sample_rate);
}

std::int64_t SoundQueue::drop_waiting() {
  items_.clear();
  broken_ = true;
  return std::exchange(duration_, 0);
}

void SoundQueue::end() {
  run_.reset();
  items_.emplace_back(Drain{});
}

void SoundQueue::clear() {
  items_.clear();
  duration_ = 0;
  run_.reset();
}

SoundQueue::Item SoundQueue::pop() {
  Item item = std::move(items_.front());
  items_.pop_front();
  if (const Sound* sound = std::get_if<Sound>(&item)) duration_ -= sound->duration;
  return item;
}

}  // namespace melgraph::stream
