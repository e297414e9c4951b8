#pragma once

#include <vector>

namespace melgraph::cli {

/// Give the cores that this process may use, in order.
std::vector<int> usable_cores();

/// Keep the calling thread, and the threads it makes from now on, on these cores; false where the
/// system refuses.
bool pin_to_cores(const std::vector<int>& cores);

/// Keeps the calling thread on cores, and puts it back onto those of before at its end.
class Pinned {
 public:
  /// Throws `Error` (run_time) where the system refuses.
  explicit Pinned(const std::vector<int>& cores);
  ~Pinned();
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  std::vector<int> before_;
};

}  // namespace melgraph::cli
