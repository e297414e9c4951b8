#pragma once

#include <cstdint>
#include <vector>

#include "fft_plan.h"

namespace melgraph_frontends::fast {

/// Where a sample of a block of frames lies: see `SampleRows`.
struct Place {
  std::int64_t column = 0;
  std::int64_t row = 0;  ///< that of frame 0; frame f is f rows further
};

/// Frames that overlap have samples in common. So the samples of a block of frames are transposed
/// once, in rows of a hop: sample i of frame f is number i % hop of row f + i / hop, and the
/// samples i of all frames lie side by side.
struct SampleRows {
  std::int64_t columns = 0;
  std::int64_t more = 0;  ///< rows, beside one a frame
};

/// Transforms of the first pass, each `step` behind the one before, and whose inputs follow each
/// other: those of the next one are two columns a step further. Unless all inputs are there, the
/// transforms have the same rotation.
struct InputRun {
  std::int64_t first = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
  unsigned there = 0;       ///< bit q: input q is read; the others are zero
  std::size_t places = 0;   ///< where those of the first transform begin: [inputs there][re, im],
                            ///< from input 0 on, or from point t on where all are there
  std::size_t factors = 0;  ///< where those of all transforms begin: [count][inputs there][re, im]
};

/// What the first pass reads.
struct InputPlan {
  std::vector<InputRun> runs;
  std::vector<Place> places;
  std::vector<float> factors;  ///< of the window
};

/// Return whether the inputs of a first pass that are there may be any neighbours, the last one
/// being one of the first. Otherwise they are all, or the first ones.
constexpr bool takes_any_neighbours(int radix) {
  return radix == 3 || radix == 5;
}

SampleRows plan_rows(std::int64_t win_length, std::int64_t hop_length);

/// Plan the inputs of a transform: sample 2 i is the real part of point i, sample 2 i + 1 the
/// imaginary one, and `window` their factors.
InputPlan plan_inputs(const std::vector<float>& window, std::int64_t hop_length,
                      const FftPlan& fft);

}  // namespace melgraph_frontends::fast
