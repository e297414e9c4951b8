#pragma once

#include <atomic>
#include <csignal>

namespace melgraph::cli {

/// While it lives, the first SIGINT or SIGTERM asks the run to stop, and a second one ends the
/// program at once. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  const std::atomic<bool>& stop() const noexcept;

 private:
  struct sigaction old_int_ {};
  struct sigaction old_term_ {};
};

}  // namespace melgraph::cli
