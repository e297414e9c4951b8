#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "kernel.h"
#include "plan.h"

namespace melgraph_frontends::fast {

/// One channel of sound, and what stands beyond its ends.
struct Sound {
  const float* samples = nullptr;
  std::int64_t length = 0;
  PadMode pad_mode = PadMode::constant;
};

/// Runs the frames of one item through a kernel, block by block, in memory of its own.
///
/// The bits of a frame depend on its samples alone (and on the item's largest value where there
/// is `top_db`): not on the block it is in, on the frames computed with it or on the kernel.
/// [one-thread-at-a-time]
class BlockRunner {
 public:
  BlockRunner(std::shared_ptr<const Plan> plan, const Kernel& kernel);
  // A copy would go on working in the memory of the first.
  BlockRunner(const BlockRunner&) = delete;
  BlockRunner(BlockRunner&&) noexcept = default;

  const Plan& plan() const { return *plan_; }

  /// Compute frames `begin` to `end` (without it) of each channel into `out`, where the rows
  /// [end - begin][features] of a channel are `stride` floats apart; the window of frame 0 begins
  /// at sample `first`, which may be negative. `top_db` counts from the largest value of these
  /// frames, over all channels. Returns false where a feature is not a finite number.
  bool run(const std::vector<Sound>& channels, std::int64_t first, std::int64_t begin,
           std::int64_t end, float* out, std::int64_t stride);

  /// Run the frames of one channel up to a stage and drop the result: for measurements.
  void run_until(Stage last, const Sound& sound, std::int64_t first, std::int64_t frames);

 private:
  /// Bands that wait for the largest value of the item.
  struct Held {
    std::size_t bands = 0;   ///< where in `bands_`
    std::size_t energy = 0;  ///< where in `energies_`
    const Kernel* kernel = nullptr;
    std::int64_t frames = 0;
    float* out = nullptr;
  };

  const Kernel& kernel_for(std::int64_t frames) const;
  const float* samples_of_block(const Kernel& kernel, const Sound& sound, std::int64_t start,
                                std::int64_t frames);
  /// Have the samples of the block after the one whose last window begins at `start` fetched: a
  /// block reads many places at once, which the processor does not foresee.
  void fetch_ahead(const Sound& sound, std::int64_t start) const;
  void run_block(const Kernel& kernel, const Sound& sound, std::int64_t start, std::int64_t frames,
                 float* out);
  void write_cepstrum(const Kernel& kernel, const float* bands, float least, const float* energy,
                      std::int64_t frames, float* out);

  std::shared_ptr<const Plan> plan_;
  const Kernel& kernel_;
  std::vector<float> memory_;  ///< of `work_`, which is aligned
  float* work_ = nullptr;
  std::vector<float> edge_;
  std::vector<float> energy_;  ///< [lane]
  std::vector<Held> held_;
  std::vector<float> bands_;         ///< of what is held, [band][lane]
  std::vector<float> energies_;      ///< of what is held, [lane]
  std::vector<float> coefficients_;  ///< [coefficient][lane]
  float largest_ = 0;                ///< value of the item
  bool finite_ = true;
};

}  // namespace melgraph_frontends::fast
