#include "time_resize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace melgraph_frontends {

TimeResize::TimeResize(std::int64_t from, std::int64_t to) {
  rows_.reserve(static_cast<std::size_t>(to));
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double support = std::max(scale, 1.0);
  for (std::int64_t i = 0; i < to; ++i) {
    const double centre = scale * (static_cast<double>(i) + 0.5);
    const auto first = std::max<std::int64_t>(static_cast<std::int64_t>(centre - support + 0.5), 0);
    const auto end =
        std::min<std::int64_t>(static_cast<std::int64_t>(centre + support + 0.5), from);
    const auto weight = [&](std::int64_t t) {
      const double distance = std::fabs(static_cast<double>(t) - centre + 0.5) / support;
      return std::max(1 - distance, 0.0);
    };
    double sum = 0;
    for (std::int64_t t = first; t < end; ++t) sum += weight(t);
    rows_.push_back({first, weights_.size(), static_cast<std::size_t>(end - first)});
    for (std::int64_t t = first; t < end; ++t) {
      weights_.push_back(static_cast<float>(weight(t) / sum));
    }
  }
}

void TimeResize::run(const float* rows, std::int64_t bands, float* out) const {
  for (const Row& row : rows_) {
    std::fill(out, out + bands, 0.0F);
    for (std::size_t k = 0; k < row.count; ++k) {
      const float weight = weights_[row.begin + k];
      const float* from = rows + (row.first + static_cast<std::int64_t>(k)) * bands;
      for (std::int64_t m = 0; m < bands; ++m) out[m] += weight * from[m];
    }
    out += bands;
  }
}

}  // namespace melgraph_frontends
