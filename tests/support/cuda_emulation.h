#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "frontends/spectral/cuda/frame_team.h"

// The CUDA kernels of the spectral front ends on the CPU: the same source, with a loop in place of
// the threads of a frame.

namespace melgraph_frontends {

/// Any order of the items of a step must do.
enum class Order { ascending, descending };

struct Loop {
  Order order = Order::ascending;

  template <class Step>
  void each(int count, Step step) const {
    for (int i = 0; i < count; ++i) step(order == Order::ascending ? i : count - 1 - i);
  }
  bool leads() const { return true; }
  void report(std::int32_t* not_finite, bool finite) const {
    if (!finite) *not_finite = 1;
  }
  void raise(std::int32_t* largest, std::int32_t order_of_value) const {
    *largest = std::max(*largest, order_of_value);
  }
};

/// Do what `cuda::Launch` does, in the memory of the host.
template <class Shape>
void emulate(const cuda::Program& program, const cuda::Call& call, Order order) {
  for (std::int64_t row = 0; row < call.rows; ++row) {
    for (std::int64_t frame = 0; frame < call.frames; ++frame) {
      // Poisoned: whatever is read before it was written is no number.
      std::vector<float> memory(static_cast<std::size_t>(cuda::shared_floats(program.points)),
                                std::numeric_limits<float>::quiet_NaN());
      cuda::FrameTeam<Shape, Loop>(program, call, Loop{order}, memory.data()).run(row, frame);
    }
  }
  for (std::int64_t row = 0; row < call.rows && program.has_range != 0; ++row) {
    for (std::int64_t i = 0; i < call.frames * program.features; ++i) {
      cuda::limit_feature(program, call, row, i);
    }
  }
}

}  // namespace melgraph_frontends
