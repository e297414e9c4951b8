#pragma once

#include <cstdint>

namespace melgraph_frontends {

/// Return where sample `index` of the endlessly mirrored sound of `size` samples stands in it; with
/// `edge` the first and the last one stand twice. Also for devices.
constexpr std::int64_t mirrored(std::int64_t index, std::int64_t size, bool edge) {
  if (size == 1) return 0;
  // Mirrored once at most, as nearly always: without a division.
  const std::int64_t once = index < 0 ? -index - edge : 2 * (size - 1) + edge - index;
  if (index >= 0 && index < size) return index;
  if (once >= 0 && once < size) return once;
  const std::int64_t period = 2 * (size - 1 + edge);
  index %= period;
  if (index < 0) index += period;
  return index < size ? index : period - edge - index;
}

}  // namespace melgraph_frontends
