#include "latency_window.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace melgraph::stream {

namespace {
constexpr std::size_t capacity = 1000;
}

void LatencyWindow::add(std::int64_t nanoseconds) {
  if (values_.size() < capacity) {
    values_.push_back(nanoseconds);
    return;
  }
  values_[next_] = nanoseconds;
  next_ = (next_ + 1) % capacity;
}

std::int64_t LatencyWindow::mean() const {
  if (values_.empty()) return 0;
  return std::accumulate(values_.begin(), values_.end(), std::int64_t{0}) /
         static_cast<std::int64_t>(values_.size());
}

std::int64_t LatencyWindow::quantile(double part) const {
  if (values_.empty()) return 0;
  std::vector<std::int64_t> sorted = values_;
  // Less than a rank: 0.07 of 100 values is a little more than 7 in doubles.
  const auto rank =
      static_cast<std::size_t>(std::ceil(part * static_cast<double>(sorted.size()) - 1e-9));
  const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(sorted.begin(), nth, sorted.end());
  return *nth;
}

}  // namespace melgraph::stream
