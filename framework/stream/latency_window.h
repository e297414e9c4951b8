#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace melgraph::stream {

/// Latencies of the last thousand results. [one-thread-at-a-time]
class LatencyWindow {
 public:
  void add(std::int64_t nanoseconds);
  bool empty() const { return values_.empty(); }
  std::int64_t mean() const;
  /// The smallest value that at least `part`, 0 to 1, of them do not exceed; 0 where there is none.
  std::int64_t quantile(double part) const;

 private:
  std::vector<std::int64_t> values_;
  std::size_t next_ = 0;
};

}  // namespace melgraph::stream
