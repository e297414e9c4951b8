#pragma once

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include "frontends/spectral/cuda/frame_team.h"

// The CUDA kernels of the spectral front ends on the CPU: the same source, with a loop in place of
// the threads of a frame, or with threads.

namespace melgraph_frontends {

/// How the items of a step are run: in any order they must do the same. Threads show under
/// ThreadSanitizer whether a barrier is missing.
enum class Schedule { ascending, descending, threads };

struct Loop {
  Schedule schedule = Schedule::ascending;

  template <class Step>
  void each(int count, Step step) const {
    for (int i = 0; i < count; ++i) step(schedule == Schedule::ascending ? i : count - 1 - i);
  }
  bool leads() const { return true; }
  void report(std::int32_t* not_finite, bool finite) const {
    if (!finite) *not_finite = 1;
  }
  void raise(std::int32_t* largest, std::int32_t order) const {
    *largest = std::max(*largest, order);
  }
};

/// One thread of a frame.
struct Member {
  static constexpr int size = 3;  // items are no multiple of it

  int rank;
  std::barrier<>* barrier;

  template <class Step>
  void each(int count, Step step) const {
    for (int i = rank; i < count; i += size) step(i);
    barrier->arrive_and_wait();
  }
  bool leads() const { return rank == 0; }
  void report(std::int32_t* not_finite, bool finite) const {
    if (!finite) std::atomic_ref(*not_finite).store(1);
  }
  void raise(std::int32_t* largest, std::int32_t order) const {
    const std::atomic_ref shared(*largest);
    std::int32_t seen = shared.load();
    while (order > seen && !shared.compare_exchange_weak(seen, order)) {
    }
  }
};

/// Call `run(row, frame, memory)` for all frames, each with memory of its own.
template <class Run>
void for_frames(const cuda::Program& program, const cuda::Call& call, std::vector<float>& memory,
                Run run) {
  float* own = memory.data();
  for (std::int64_t row = 0; row < call.rows; ++row) {
    for (std::int64_t frame = 0; frame < call.frames; ++frame) {
      run(row, frame, own);
      own += cuda::shared_floats(program.points);
    }
  }
}

/// Do what `cuda::Launch` does, in the memory of the host.
template <class Shape>
void emulate(const cuda::Program& program, const cuda::Call& call, Schedule schedule) {
  // Poisoned: whatever is read before it was written is no number.
  std::vector<float> memory(static_cast<std::size_t>(call.rows * call.frames) *
                                static_cast<std::size_t>(cuda::shared_floats(program.points)),
                            std::numeric_limits<float>::quiet_NaN());
  if (schedule == Schedule::threads) {
    std::barrier<> barrier(Member::size);
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < Member::size; ++rank) {
      threads.emplace_back([&, rank] {
        for_frames(program, call, memory, [&](std::int64_t row, std::int64_t frame, float* own) {
          cuda::FrameTeam<Shape, Member>(program, call, {rank, &barrier}, own).run(row, frame);
        });
      });
    }
  } else {
    for_frames(program, call, memory, [&](std::int64_t row, std::int64_t frame, float* own) {
      cuda::FrameTeam<Shape, Loop>(program, call, {schedule}, own).run(row, frame);
    });
  }
  for (std::int64_t row = 0; row < call.rows && program.has_range != 0; ++row) {
    for (std::int64_t i = 0; i < call.frames * program.features; ++i) {
      cuda::limit_feature(program, call, row, i);
    }
  }
}

}  // namespace melgraph_frontends
