#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// What becomes of samples past the last full window.
enum class WindowTail {
  drop,    ///< they give no window
  pad,     ///< one more window, filled up with zeros
  repeat,  ///< one more window, filled up with its own samples from its start, as often as needed
};

/// One window of one view.
struct AudioWindow {
  std::vector<float> samples;  ///< [channel][sample], one channel after the other
  std::int64_t index = 0;      ///< from 0, in order of time
  double start = 0.0;          ///< seconds
  double end = 0.0;            ///< seconds; counts real sound only, not what fills a window up
  std::int64_t length = 0;     ///< samples of real sound a channel
  std::int64_t overlap = 0;    ///< first samples a channel that the window before has too
};

/// Cut one view's sound into windows, in a streaming way.
///
/// Window i starts at sample i * hop. An input shorter than one window gives one window, filled up
/// with zeros (`drop`, `pad`) or repeated (`repeat`). After a restart windows count from its first
/// sample, and the tail policy alone says what becomes of sound shorter than a window, unless there
/// was no window yet. Only samples that a later window needs are kept. Any chunking of the input
/// gives the same windows.
/// [one-thread-at-a-time]
class MELGRAPH_API WindowCutter {
 public:
  /// Take sizes in samples a channel; `window` 0 is the whole input as one window (`hop` and
  /// `tail` then do not matter). Throws `Error` (usage) for sizes that make no sense.
  WindowCutter(std::int64_t window, std::int64_t hop, WindowTail tail, int sample_rate,
               int channels);

  /// Set the time of the first sample, in seconds.
  void set_origin(double seconds) { origin_ = seconds; }

  /// Add `count` samples of each channel; `channels[c]` points to those of channel c.
  void push(const float* const* channels, std::size_t count);

  /// Take the next window, if it is complete; after `finish`, every window that is left.
  bool pop(AudioWindow& window);

  /// End the input. Returns false if it held no samples at all and so gives no window.
  bool finish();

  /// Say whether no sample has come yet.
  bool empty() const { return received_ == 0; }

  /// Go on with sound that does not follow what came before, whose first sample is at `origin`
  /// seconds: what no complete window has is dropped, indices go on.
  void restart(double origin);

  /// Forget all, keeping sizes and origin; the next sample is the first.
  void reset();

  /// Samples a channel held at the moment.
  std::size_t buffered() const;

 private:
  std::int64_t next_start() const { return (next_index_ - run_first_) * hop_; }
  bool has_tail(std::int64_t start) const;
  void cut(std::int64_t start, std::int64_t real, std::int64_t size, AudioWindow& window) const;
  void drop_used();

  std::int64_t window_;
  std::int64_t hop_;
  WindowTail tail_;
  int sample_rate_;
  double origin_ = 0.0;
  std::vector<std::vector<float>> buffers_;  // [channel], from sample buffer_start_ on
  std::int64_t buffer_start_ = 0;
  std::int64_t received_ = 0;
  std::int64_t next_index_ = 0;
  std::int64_t run_first_ = 0;  // index of the first window since the last restart
  bool finished_ = false;
};

}  // namespace melgraph
