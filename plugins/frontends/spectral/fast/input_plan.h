#pragma once

#include <cstdint>
#include <vector>

namespace melgraph_frontends::fast {

/// Where a sample of a block of frames lies: see `SampleRows`.
struct Place {
  std::int64_t column = 0;  ///< -1: nowhere, it is zero
  std::int64_t row = 0;     ///< that of frame 0; frame f is f rows further
};

/// Frames that overlap have samples in common. So the samples of a block of frames are transposed
/// once, in rows of a hop: sample i of frame f is number i % hop of row f + i / hop, and the
/// samples i of all frames lie side by side.
struct SampleRows {
  std::int64_t columns = 0;
  std::int64_t more = 0;  ///< rows, beside one a frame
};

/// Transforms of the first pass, each `step` behind the one before, and whose inputs follow each
/// other: those of the next one are two columns a step further.
struct InputRun {
  int part = 0;
  std::int64_t first = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
  int filled = 0;             ///< inputs of each; those behind them are zero
  std::vector<Place> places;  ///< [filled][re, im] of the first transform
};

SampleRows plan_rows(std::int64_t win_length, std::int64_t hop_length);

/// Plan the inputs of `transforms` transforms of `radix` complex points. Sample 2 i is the real
/// part of point i, sample 2 i + 1 the imaginary one; input q of transform t is point
/// t + q * transforms. Transform t belongs to part t % parts; the runs come part by part.
std::vector<InputRun> plan_inputs(std::int64_t win_length, std::int64_t hop_length, int radix,
                                  std::int64_t transforms, int parts);

}  // namespace melgraph_frontends::fast
