#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace melgraph::stream {

struct EventOptions {
  double on = 0;                  ///< a class begins where its score reaches this
  double off = 0;                 ///< and ends where its score falls below this
  std::int64_t min_duration = 0;  ///< nanoseconds that it must last to be told at all
};

/// Beginning or end of a sound of one class.
struct EventEdge {
  std::size_t label = 0;  ///< index of the class
  bool begin = false;
  std::int64_t start = 0;  ///< start of its first window, nanoseconds
  std::int64_t end = 0;    ///< end of its last window so far
  float score = 0;         ///< highest so far
};

/// Turns scores of successive windows into beginnings and ends, with two thresholds, so that a
/// score that wavers around one gives no flood of them. [one-thread-at-a-time]
class EventTracker {
 public:
  explicit EventTracker(EventOptions options) : options_(options) {}

  /// Take the next window's scores, one a class, and return what they change.
  std::vector<EventEdge> add(std::int64_t start, std::int64_t end, const float* scores,
                             std::size_t classes);
  /// End all that has begun: the stream ends, or breaks.
  std::vector<EventEdge> finish();

 private:
  struct State {
    bool active = false;
    bool told = false;
    EventEdge edge;
  };
  void end(State& state, std::vector<EventEdge>& edges);

  const EventOptions options_;
  std::vector<State> states_;  ///< by class
};

}  // namespace melgraph::stream
