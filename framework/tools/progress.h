#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

#include "console.h"

namespace melgraph::cli {

/// Keeps the status line of a run up to date: files done, speed, failures. [thread-safe]
class Progress {
 public:
  /// Without `shown` it only counts.
  Progress(Console& console, std::size_t files, bool shown);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void finished(double seconds_of_audio);
  void failed();

 private:
  using Clock = std::chrono::steady_clock;
  void update_unlocked();

  Console& console_;
  std::size_t files_;
  bool shown_;
  std::mutex mutex_;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  double audio_seconds_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_shown_{};
};

}  // namespace melgraph::cli
