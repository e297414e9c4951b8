#pragma once

#include <cstdint>
#include <vector>

namespace melgraph_frontends {

/// Weights that bring `from` frames to `to`: a triangle, widened where there are fewer, as Pillow
/// and torch's antialiased bilinear interpolation have it (align_corners false).
class TimeResize {
 public:
  TimeResize(std::int64_t from, std::int64_t to);

  /// Map rows [from][bands] to [to][bands].
  void run(const float* rows, std::int64_t bands, float* out) const;

 private:
  struct Row {
    std::int64_t first = 0;  ///< frame
    std::size_t begin = 0;   ///< in `weights_`
    std::size_t count = 0;
  };

  std::vector<Row> rows_;  ///< of the output
  std::vector<float> weights_;
};

}  // namespace melgraph_frontends
