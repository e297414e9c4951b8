#include "timeline.h"

#include <algorithm>
#include <cmath>

namespace melgraph::stream {

namespace {

constexpr double second = 1e9;
// Times of a session are sums of doubles: what is closer than this is the same sample.
constexpr double slack = 1e-7;
// And this close to a sample of the run it is one, or lies on a sample of both rates.
constexpr double on_sample = 1e-8;
// Of short buffers one entry stands for a millisecond.
constexpr double arrival_grain = 1e-3;
constexpr std::size_t max_arrivals = 8192;
constexpr std::size_t max_runs = 1024;

}  // namespace

std::int64_t nanoseconds_of(std::int64_t frames, int sample_rate) {
  // Whole seconds first: the product would overflow after some days.
  const std::int64_t rest = frames % sample_rate;
  return frames / sample_rate * 1000000000 + (rest * 1000000000 + sample_rate / 2) / sample_rate;
}

double Timeline::end() const {
  const Entry& last = runs_.back();
  return last.start + static_cast<double>(last.frames) / last.run.sample_rate;
}

MediaTime Timeline::media_time(const Entry& entry, double seconds) {
  const Run& run = entry.run;
  const double since = seconds - entry.start;
  const std::int64_t frames = std::llround(since * run.sample_rate);
  // A sum of doubles is off by more every hour, the number of a sample is not.
  if (std::abs(since - static_cast<double>(frames) / run.sample_rate) < on_sample) {
    return {run.media_start + nanoseconds_of(entry.skipped + frames, run.sample_rate), &run};
  }
  return {run.media_start + nanoseconds_of(entry.skipped, run.sample_rate) +
              std::llround(since * second),
          &run};
}

void Timeline::begin(const Run& run, std::int64_t skipped) {
  double start = 0;
  if (!runs_.empty()) {
    const Entry& last = runs_.back();
    const std::int64_t jump = run.media_start + nanoseconds_of(skipped, run.sample_rate) -
                              last.run.media_start -
                              nanoseconds_of(last.skipped + last.frames, last.run.sample_rate);
    start = end() + static_cast<double>(std::max<std::int64_t>(jump, 0)) / second;
  }
  runs_.push_back({run, start, skipped, 0});
  if (runs_.size() > max_runs) runs_.erase(runs_.begin() + 1);
}

void Timeline::add(std::int64_t frames, std::int64_t arrival) {
  runs_.back().frames += frames;
  const double now = end();
  if (!arrivals_.empty() && arrivals_.back().at == arrival) {
    arrivals_.back().end = now;
    return;
  }
  if (arrivals_.size() > 1 && now - arrivals_[arrivals_.size() - 2].end < arrival_grain) {
    arrivals_.back() = {now, arrival};
    return;
  }
  arrivals_.push_back({now, arrival});
  if (arrivals_.size() > max_arrivals) arrivals_.pop_front();
}

MediaTime Timeline::at_start(double seconds) const {
  const Entry* found = &runs_.front();
  for (const Entry& entry : runs_) {
    if (entry.start > seconds + slack) break;
    found = &entry;
  }
  return media_time(*found, seconds);
}

MediaTime Timeline::at_end(double seconds) const {
  const Entry* found = &runs_.front();
  for (const Entry& entry : runs_) {
    if (entry.start >= seconds - slack && &entry != &runs_.front()) break;
    found = &entry;
  }
  return media_time(*found, seconds);
}

std::int64_t Timeline::arrival(double seconds) const {
  if (arrivals_.empty()) return 0;
  const auto found =
      std::lower_bound(arrivals_.begin(), arrivals_.end(), seconds - slack,
                       [](const Arrival& arrival, double time) { return arrival.end < time; });
  return found != arrivals_.end() ? found->at : arrivals_.back().at;
}

}  // namespace melgraph::stream
