#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../config.h"
#include "../frame_plan.h"
#include "block_runner.h"

namespace melgraph_frontends::fast {

/// Tables of each resolution, shared by all instances.
using Plans = std::vector<std::shared_ptr<const Plan>>;
Plans make_plans(const Config& config, int sample_rate);

/// Say how a front end is computed on a CPU, in one line.
std::string describe_path(const Config& config);

/// The samples of one item: [channel][count].
struct Item {
  const float* samples = nullptr;
  std::int64_t channels = 0;
  std::int64_t count = 0;
};

/// Features that the item before gave, whose last samples are the first `overlap` of this one.
struct Before {
  const float* features = nullptr;  ///< [channel][time][feature]; null: nothing is shared
  std::int64_t overlap = 0;
};

/// Computes features up to the logarithm and the cepstrum with the fast kernels, in float32.
/// Needs an empty `why_not_fast`. [one-thread-at-a-time]
class FrontEnd {
 public:
  FrontEnd(const Config& config, const Plans& plans, const Kernel& kernel);

  /// Compute image `resolution` of one item into `out` [channel][time][feature]. Frames that lie
  /// in what the item shares with the one before are taken from there, where their bits are the
  /// same. Returns false where a feature is not a finite number.
  bool run(const Item& item, const FramePlan& plan, std::size_t resolution, const Before& before,
           float* out);

  /// Return how many numbers a frame gives.
  std::int64_t features() const { return runners_.front().plan().features; }

  /// Run the first channel of an item up to a stage and drop the result: for measurements.
  void run_until(Stage last, const Item& item, const FramePlan& plan, std::size_t resolution);

  /// Return how many frames of an item can be taken from the one before.
  std::int64_t shared_frames(const Item& item, const FramePlan& plan, std::size_t resolution,
                             std::int64_t overlap) const;

 private:
  const Config config_;
  std::vector<BlockRunner> runners_;          ///< by resolution
  std::vector<std::vector<float>> prepared_;  ///< by channel
};

}  // namespace melgraph_frontends::fast
