#include "event_tracker.h"

#include <algorithm>

namespace melgraph::stream {

std::vector<EventEdge> EventTracker::add(std::int64_t start, std::int64_t end, const float* scores,
                                         std::size_t classes) {
  std::vector<EventEdge> edges;
  states_.resize(std::max(states_.size(), classes));
  // As floats, so that a score of the same digits reaches them.
  const auto on = static_cast<float>(options_.on);
  const auto off = static_cast<float>(options_.off);
  for (std::size_t c = 0; c < classes; ++c) {
    State& state = states_[c];
    if (!state.active && scores[c] >= on) {
      state = {true, false, {c, true, start, end, scores[c]}};
    } else if (state.active && scores[c] < off) {
      this->end(state, edges);
    } else if (state.active) {
      state.edge.end = end;
      state.edge.score = std::max(state.edge.score, scores[c]);
    }
    if (state.active && !state.told && end - state.edge.start >= options_.min_duration) {
      state.told = true;
      edges.push_back(state.edge);
    }
  }
  return edges;
}

std::vector<EventEdge> EventTracker::finish() {
  std::vector<EventEdge> edges;
  for (State& state : states_) {
    if (state.active) end(state, edges);
  }
  return edges;
}

void EventTracker::end(State& state, std::vector<EventEdge>& edges) {
  if (state.told) {
    edges.push_back(state.edge);
    edges.back().begin = false;
  }
  state.active = false;
}

}  // namespace melgraph::stream
