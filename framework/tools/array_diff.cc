#include "array_diff.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/npy.h"

namespace melgraph::cli {

namespace {

constexpr std::size_t block_size = 1u << 16;

void count_not_finite(double value, NotFinite& counts) {
  if (std::isnan(value)) ++counts.nan;
  if (std::isinf(value)) ++counts.infinite;
}

std::vector<std::int64_t> index_of(std::uint64_t place, const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> index(shape.size());
  for (std::size_t i = shape.size(); i-- > 0;) {
    const auto size = static_cast<std::uint64_t>(shape[i]);
    index[i] = static_cast<std::int64_t>(place % size);
    place /= size;
  }
  return index;
}

}  // namespace

ArrayDiff compare_arrays(const std::string& first, const std::string& second) {
  NpyFile a(first), b(second);
  ArrayDiff diff;
  diff.shape = a.header().shape;
  diff.other_shape = b.header().shape;
  diff.same_shape = diff.shape == diff.other_shape;
  if (!diff.same_shape) return diff;
  diff.count = a.header().count;
  std::vector<double> left(block_size), right(block_size);
  double sum = 0, largest_value = 0;
  std::uint64_t compared = 0, largest_place = 0;
  for (std::uint64_t begin = 0; begin < diff.count;) {
    const std::size_t got = std::min(a.read(left), b.read(right));
    for (std::size_t i = 0; i < got; ++i) {
      count_not_finite(left[i], diff.first);
      count_not_finite(right[i], diff.second);
      if (std::isfinite(left[i])) largest_value = std::max(largest_value, std::abs(left[i]));
      if (!std::isfinite(left[i]) || !std::isfinite(right[i])) {
        const bool agree = left[i] == right[i] || (std::isnan(left[i]) && std::isnan(right[i]));
        if (!agree) ++diff.unlike;
        continue;
      }
      const double distance = std::abs(left[i] - right[i]);
      sum += distance;
      ++compared;
      if (distance > 0) ++diff.differing;
      if (distance > diff.largest) {
        diff.largest = distance;
        diff.first_value = left[i];
        diff.second_value = right[i];
        largest_place = begin + i;
      }
    }
    begin += got;
  }
  if (compared > 0) diff.mean = sum / static_cast<double>(compared);
  if (diff.largest > 0) {
    diff.largest_at = index_of(largest_place, diff.shape);
    diff.relative =
        largest_value > 0 ? diff.largest / largest_value : std::numeric_limits<double>::infinity();
  }
  return diff;
}

}  // namespace melgraph::cli
