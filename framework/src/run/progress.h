#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

namespace melgraph {

/// Tells a session's owner that there is something new, until he lets go. [thread-safe]
class Progress {
 public:
  explicit Progress(std::function<void()> call) : call_(std::move(call)) {}

  void tell() noexcept {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || !call_) return;
      ++running_;
    }
    try {
      call_();
    } catch (...) {  // the thread may be a worker's, which serves other sessions too
    }
    const std::lock_guard lock(mutex_);
    if (--running_ == 0) idle_.notify_all();
  }

  /// Begin no further call.
  void stop() noexcept {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }

  /// The same, and wait for the calls under way.
  void close() noexcept {
    std::unique_lock lock(mutex_);
    closed_ = true;
    idle_.wait(lock, [this] { return running_ == 0; });
  }

 private:
  const std::function<void()> call_;
  std::mutex mutex_;
  std::condition_variable idle_;
  int running_ = 0;
  bool closed_ = false;
};

}  // namespace melgraph
