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

namespace {

// Bands next to each other are summed in registers, tap by tap: the same bits for any vectors.
template <int count>
[[gnu::always_inline]] inline void sum_bands(const float* rows, std::int64_t bands,
                                             const float* weights, std::size_t taps, float* out) {
  // A row of many taps is a sum of short sums: one long one in float32 loses a digit.
  constexpr std::size_t short_sum = 64;
  for (std::size_t begin = 0; begin < taps; begin += short_sum) {
    const std::size_t end = std::min(begin + short_sum, taps);
    float sums[count] = {};
    for (std::size_t k = begin; k < end; ++k, rows += bands) {
      for (int m = 0; m < count; ++m) sums[m] += weights[k] * rows[m];
    }
    for (int m = 0; m < count; ++m) out[m] = begin == 0 ? sums[m] : out[m] + sums[m];
  }
}

// Products and sums are rounded apart everywhere: this is compiled without contraction.
#if defined(__x86_64__)
[[gnu::target_clones("avx2", "default")]]
#endif
void sum_row(const float* rows, std::int64_t bands, const float* weights, std::size_t taps,
             float* out) {
  std::int64_t m = 0;
  for (; m + 32 <= bands; m += 32) sum_bands<32>(rows + m, bands, weights, taps, out + m);
  for (; m + 4 <= bands; m += 4) sum_bands<4>(rows + m, bands, weights, taps, out + m);
  for (; m < bands; ++m) sum_bands<1>(rows + m, bands, weights, taps, out + m);
}

}  // namespace

void TimeResize::run(const float* rows, std::int64_t bands, float* out) const {
  for (const Row& row : rows_) {
    sum_row(rows + row.first * bands, bands, weights_.data() + row.begin, row.count, out);
    out += bands;
  }
}

}  // namespace melgraph_frontends
