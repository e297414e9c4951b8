#include "models/post/events.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace melgraph::post {
namespace {

/// Times are sums of samples over rates: as long as a limit is what rounds to it.
constexpr double time_tolerance = 1e-9;

/// Windows `first` to `last`, both in it.
struct Range {
  std::size_t first;
  std::size_t last;
};

double centre(const Stretch& window) {
  return 0.5 * (window.start + window.end);
}

std::vector<Range> active_ranges(const std::vector<double>& scores, double on, double off) {
  std::vector<Range> ranges;
  bool active = false;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    active = scores[i] >= (active ? off : on);
    if (!active) continue;
    if (!ranges.empty() && ranges.back().last + 1 == i) {
      ranges.back().last = i;
    } else {
      ranges.push_back({i, i});
    }
  }
  return ranges;
}

std::vector<Range> bridge_gaps(const std::vector<Range>& ranges, const std::vector<Stretch>& frames,
                               double max_gap) {
  std::vector<Range> bridged;
  for (const Range& range : ranges) {
    if (!bridged.empty() &&
        frames[range.first].start - frames[bridged.back().last].end < max_gap - time_tolerance) {
      bridged.back().last = range.last;
    } else {
      bridged.push_back(range);
    }
  }
  return bridged;
}

/// Combine the scores of an event's windows; windows that are not selected have none.
double event_score(const std::vector<double>& scores, const Range& range, bool peak) {
  double sum = 0, largest = -INFINITY;
  std::size_t count = 0;
  for (std::size_t i = range.first; i <= range.last; ++i) {
    if (scores[i] == -INFINITY) continue;
    sum += scores[i];
    largest = std::max(largest, scores[i]);
    ++count;
  }
  return peak ? largest : sum / static_cast<double>(count);
}

}  // namespace

std::vector<Stretch> frames_of(const std::vector<Stretch>& windows) {
  std::vector<Stretch> frames = windows;
  for (std::size_t i = 0; i + 1 < windows.size(); ++i) {
    if (windows[i + 1].start > windows[i].end) continue;
    const double middle = 0.5 * (centre(windows[i]) + centre(windows[i + 1]));
    const double border = std::clamp(middle, windows[i + 1].start, windows[i].end);
    frames[i].end = border;
    frames[i + 1].start = border;
  }
  return frames;
}

std::vector<double> median_filter(const std::vector<double>& numbers, std::size_t length) {
  const auto count = static_cast<std::ptrdiff_t>(numbers.size());
  const auto half = static_cast<std::ptrdiff_t>(length / 2);
  if (count == 0 || half == 0) return numbers;
  std::vector<double> filtered, around;
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    around.clear();
    for (std::ptrdiff_t k = i - half; k <= i + half; ++k) {
      const std::ptrdiff_t folded = ((k % (2 * count)) + 2 * count) % (2 * count);
      around.push_back(
          numbers[static_cast<std::size_t>(folded < count ? folded : 2 * count - 1 - folded)]);
    }
    std::nth_element(around.begin(), around.begin() + half, around.end());
    filtered.push_back(around[static_cast<std::size_t>(half)]);
  }
  return filtered;
}

std::vector<Event> find_events(const std::vector<double>& scores,
                               const std::vector<Stretch>& frames, const EventRule& rule) {
  const std::size_t classes = rule.on.size();
  std::vector<Event> events;
  std::vector<double> line(frames.size());
  for (std::size_t c = 0; c < classes; ++c) {
    for (std::size_t i = 0; i < frames.size(); ++i) line[i] = scores[i * classes + c];
    const std::vector<double> smooth = median_filter(line, rule.median_windows);
    const std::vector<Range> ranges =
        bridge_gaps(active_ranges(smooth, rule.on[c], rule.off[c]), frames, rule.max_gap);
    for (const Range& range : ranges) {
      const Stretch time{frames[range.first].start, frames[range.last].end};
      if (time.end - time.start < rule.min_duration - time_tolerance) continue;
      events.push_back({time, c, event_score(smooth, range, rule.peak)});
    }
  }
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return std::tie(a.time.start, a.label) < std::tie(b.time.start, b.label);
  });
  return events;
}

}  // namespace melgraph::post
