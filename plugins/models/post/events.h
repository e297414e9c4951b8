#pragma once

#include <cstddef>
#include <vector>

// Events from the scores of windows; without LibTorch.

namespace melgraph::post {

/// Seconds from `start` to `end`.
struct Stretch {
  double start = 0;
  double end = 0;
};

/// What makes an event; see the description of `post.events`.
struct EventRule {
  std::vector<double> on;   ///< [class]
  std::vector<double> off;  ///< [class], none above `on`
  std::size_t median_windows = 1;
  double max_gap = 0;       ///< seconds; shorter gaps are bridged
  double min_duration = 0;  ///< seconds; shorter events are dropped
  bool peak = false;        ///< score: the largest of the windows, else their mean
};

struct Event {
  Stretch time;
  std::size_t label = 0;  ///< index of the class
  double score = 0;
};

/// Return the part of time that each window stands for, its frame.
///
/// The border between two windows that touch or overlap is the middle between their centres (with
/// windows of one length: half the hop from each), kept within their overlap; other windows end
/// and begin where they do. The first frame begins with the first window, the last ends with the
/// last one. `windows` come in the order of time.
std::vector<Stretch> frames_of(const std::vector<Stretch>& windows);

/// Replace each number by the median of `length` (odd) around it; beyond its ends the sequence goes
/// on mirrored, its last number twice (as `scipy.ndimage.median_filter` does).
std::vector<double> median_filter(const std::vector<double>& numbers, std::size_t length);

/// Find the events of all classes, ordered by start, then by class.
///
/// `scores` is [window, class], row-major, without NaN; `frames` has one entry a window.
std::vector<Event> find_events(const std::vector<double>& scores,
                               const std::vector<Stretch>& frames, const EventRule& rule);

}  // namespace melgraph::post
