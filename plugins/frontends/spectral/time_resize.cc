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
  // A row of many taps is a sum of short sums: one long one in float32 loses a digit.
  constexpr std::size_t kBlock = 64;
  const auto add = [&](const Row& row, std::size_t begin, std::size_t end, float* sums) {
    for (std::size_t k = begin; k < end; ++k) {
      const float weight = weights_[row.begin + k];
      const float* from = rows + (row.first + static_cast<std::int64_t>(k)) * bands;
      for (std::int64_t m = 0; m < bands; ++m) sums[m] += weight * from[m];
    }
  };
  std::vector<float> block;
  for (const Row& row : rows_) {
    std::fill(out, out + bands, 0.0F);
    if (row.count <= kBlock) {
      add(row, 0, row.count, out);
    } else {
      for (std::size_t begin = 0; begin < row.count; begin += kBlock) {
        block.assign(static_cast<std::size_t>(bands), 0.0F);
        add(row, begin, std::min(begin + kBlock, row.count), block.data());
        for (std::int64_t m = 0; m < bands; ++m) out[m] += block[static_cast<std::size_t>(m)];
      }
    }
    out += bands;
  }
}

}  // namespace melgraph_frontends
