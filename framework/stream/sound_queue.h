#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <variant>
#include <vector>

#include "timeline.h"

namespace melgraph::stream {

/// Sound of a live stream that waits to be cut into windows, with the borders in it. Counts what is
/// left out too, so that the times of what follows are right. [one-thread-at-a-time]
class SoundQueue {
 public:
  struct Sound {
    std::vector<float> samples;  ///< interleaved
    std::int64_t frames = 0;
    std::int64_t duration = 0;  ///< nanoseconds
    std::int64_t arrival = 0;   ///< of the last of it
  };
  /// The stream ends here.
  struct Drain {};
  using Item = std::variant<Run, Sound, Drain>;

  void begin_run(const Run& run);
  /// Whether a run has begun, so that there may be sound.
  bool has_run() const { return run_.has_value(); }
  /// Put sound of the last run behind the rest.
  void add(const float* interleaved, std::size_t frames, std::int64_t arrival);
  /// Leave sound of the last run out; what follows it becomes a run of its own. Returns how long
  /// it is, nanoseconds.
  std::int64_t leave_out(std::size_t frames);
  /// The same with all that waits, borders too.
  std::int64_t drop_waiting();
  /// End the stream: the next sound needs a run.
  void end();
  /// Forget all.
  void clear();

  bool empty() const { return items_.empty(); }
  std::int64_t duration() const { return duration_; }
  Item pop();

 private:
  void put_run(const Run& run);

  std::deque<Item> items_;
  std::int64_t duration_ = 0;
  std::optional<Run> run_;   ///< as it was begun
  std::int64_t frames_ = 0;  ///< of it, left out ones too
  bool broken_ = false;      ///< some were left out since the last that were not
};

}  // namespace melgraph::stream
