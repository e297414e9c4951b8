#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace melgraph::cli {

/// What is not finite in one array.
struct NotFinite {
  std::uint64_t nan = 0;
  std::uint64_t infinite = 0;
};

/// How two arrays of one shape differ. Where both have NaN, or the same infinity, they agree;
/// where else one of them is not finite, the place counts as `unlike` and in no difference.
struct ArrayDiff {
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> other_shape;
  bool same_shape = false;  ///< else nothing below is set
  std::uint64_t count = 0;
  double largest = 0;                    ///< of |a - b|
  std::vector<std::int64_t> largest_at;  ///< the first such place; empty where nothing differs
  double first_value = 0;                ///< of the first array there
  double second_value = 0;               ///< of the second
  double mean = 0;                       ///< of |a - b|
  double relative = 0;          ///< largest over the largest finite |a|; infinite where that is 0
  std::uint64_t differing = 0;  ///< places that differ at all
  std::uint64_t unlike = 0;
  NotFinite first;
  NotFinite second;
};

/// Compare two .npy files block by block; throws `Error` (input, io) for what cannot be read.
ArrayDiff compare_arrays(const std::string& first, const std::string& second);

}  // namespace melgraph::cli
