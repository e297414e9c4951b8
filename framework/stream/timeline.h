#pragma once

#include <cstdint>
#include <deque>
#include <memory>

namespace melgraph::stream {

/// Return how long `frames` last, to the nearest nanosecond.
std::int64_t nanoseconds_of(std::int64_t frames, int sample_rate);

/// Sound without a break, in one format.
struct Run {
  int sample_rate = 0;  ///< Hz
  int channels = 0;
  std::int64_t media_start = 0;  ///< time of the first sample in the media, nanoseconds
  /// What else the listener needs to place a time: in GStreamer the segment. Shared by results.
  std::shared_ptr<const void> context;
};

/// A time in the media.
struct MediaTime {
  std::int64_t nanoseconds = 0;
  const Run* run = nullptr;  ///< valid until the next `begin`
};

/// Relates the times of a session, seconds that never go back, to those of the media, nanoseconds
/// that may jump. Counts samples, so that no error adds up. Remembers the first run, where a clip
/// starts, and the last thousand. [one-thread-at-a-time]
class Timeline {
 public:
  /// Begin a run after what came so far. A jump forward keeps its length, so that nothing across it
  /// looks connected; a jump back has none. What comes is the sound of `run` after its first
  /// `skipped` frames.
  void begin(const Run& run, std::int64_t skipped = 0);
  /// Count sound of the last run, which arrived at `arrival`, any clock's nanoseconds.
  void add(std::int64_t frames, std::int64_t arrival);

  bool empty() const { return runs_.empty(); }
  const Run& run() const { return runs_.back().run; }
  /// Session time of the last run's first sample that came, and of the next one.
  double start() const { return runs_.back().start; }
  double end() const;

  /// Find the time in the media of a session time where sound begins, or ends.
  MediaTime at_start(double seconds) const;
  MediaTime at_end(double seconds) const;
  /// When the sound up to `seconds` had arrived; the earliest known where that is long ago.
  std::int64_t arrival(double seconds) const;

 private:
  struct Entry {
    Run run;
    double start = 0;
    std::int64_t skipped = 0;
    std::int64_t frames = 0;
  };
  struct Arrival {
    double end = 0;
    std::int64_t at = 0;
  };
  static MediaTime media_time(const Entry& entry, double seconds);

  std::deque<Entry> runs_;
  std::deque<Arrival> arrivals_;
};

}  // namespace melgraph::stream
