#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "run/halver.h"
#include "run/phase_filter.h"
#include "run/resampler.h"
#include "run/sinc_kernel.h"

namespace melgraph {

/// Resampler by a windowed sinc, polyphase, behind as many halvings of the rate as it allows.
class SincResampler final : public Resampler {
 public:
  SincResampler(const SincDesign& design, int from, int to, FilterForm form = best_filter_form());

  void push(const float* samples, std::size_t count, std::vector<float>& out) override;
  void finish(std::vector<float>& out) override;
  void reset() override;

 private:
  /// One sample of each lane; aligned, since vectors across two lines of the cache are slow.
  struct alignas(filter_lanes * sizeof(float)) Row {
    float lanes[filter_lanes];
  };
  /// A tile of the kernel in the current block, and the phase of the block that it begins with.
  struct Step {
    const PhaseTile* tile;
    std::int64_t first_row;  // from the start of the block's first period
    std::int64_t phase;
  };

  void filter_more(const float* samples, std::size_t count, std::size_t first = 0);
  std::int64_t computable() const;
  void emit(std::int64_t limit, bool whole_blocks, std::vector<float>& out);
  void emit_block(std::int64_t count, float* out);
  void plan_block(std::int64_t phase, std::int64_t width);
  void filter(const Step& step, const float* columns, std::int64_t count, float* out);
  void drop_used();

  int from_;
  int to_;
  std::vector<Halver> halvers_;
  std::int64_t lead_ = 0;  // of the filter's input: its first sample is number -lead_
  std::shared_ptr<const SincKernel> kernel_;
  PhaseFilter filter_;
  std::vector<float> samples_;  // input from index samples_start_ on, zeros before index 0
  std::int64_t samples_start_ = 0;
  std::int64_t pushed_ = 0;    // input samples
  std::int64_t received_ = 0;  // number of the next sample that the filter gets
  std::int64_t emitted_ = 0;   // output samples
  std::vector<Step> steps_;    // of the current block
  std::vector<Row> columns_;   // input, transposed
};

}  // namespace melgraph
