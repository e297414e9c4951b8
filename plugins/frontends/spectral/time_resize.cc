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
    std::int64_t m = 0;
    for (; m + 32 <= bands; m += 32) sum_bands<32>(row, rows + m, bands, out + m);
    for (; m + 4 <= bands; m += 4) sum_bands<4>(row, rows + m, bands, out + m);
    for (; m < bands; ++m) sum_bands<1>(row, rows + m, bands, out + m);
    out += bands;
  }
}

template <int count>
void TimeResize::sum_bands(const Row& row, const float* rows, std::int64_t bands,
                           float* out) const {
  // A row of many taps is a sum of short sums: one long one in float32 loses a digit.
  constexpr std::size_t short_sum = 64;
  const float* from = rows + row.first * bands;
  const float* weight = weights_.data() + row.begin;
  float total[count] = {};
  for (std::size_t begin = 0; begin < row.count; begin += short_sum) {
    const std::size_t taps = std::min(short_sum, row.count - begin);
    float sums[count] = {};
    for (std::size_t k = 0; k < taps; ++k, from += bands, ++weight) {
      for (int m = 0; m < count; ++m) sums[m] += *weight * from[m];
    }
    for (int m = 0; m < count; ++m) total[m] += sums[m];
  }
  std::copy(total, total + count, out);
}

}  // namespace melgraph_frontends
