#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "run/phase_filter.h"

namespace melgraph {

/// Inner loop of `Halver`: out[m] = even[m] / 2 + the sum over j, ascending, of
/// taps[j] * (odd[m + j] + odd[m - 1 - j]), every operation rounded; m = 0 ... count - 1, and up to
/// the next multiple of `halver_block`. Reads from odd[-halver_reach(pairs)] on.
using HalvingFilter = void (*)(const float* even, const float* odd, const float* taps,
                               std::size_t pairs, std::size_t count, float* out);

inline constexpr std::size_t halver_block = 16;
constexpr std::size_t halver_reach(std::size_t pairs) {
  return (pairs + halver_block - 1) / halver_block * halver_block;
}

/// Return the form of `form`, which must be supported. All give the same bits.
HalvingFilter halving_filter(FilterForm form) noexcept;

/// Puts samples[2 i] into even[i] and samples[2 i + 1] into odd[i], i = 0, 1, ... for whole vectors
/// of the `count` pairs; returns for how many.
using PairSplitter = std::size_t (*)(const float* samples, std::size_t count, float* even,
                                     float* odd);

/// Return the form of `form`, which must be supported.
PairSplitter pair_splitter(FilterForm form) noexcept;

/// Halves a sample rate: the first stage of a long filter from a much higher rate.
///
/// Half-band filter of linear phase without delay: output m lies at input 2 m. Passes without
/// change, and keeps free of aliases, to 2e-7 of full scale, what lies below `edge` of the input's
/// rate (less than 1/4). Output m comes as soon as its input is there. [one-thread-at-a-time]
class Halver {
 public:
  /// The first input is number -`lead`, an even number; those before are 0.
  Halver(double edge, std::int64_t lead, FilterForm form);

  /// Number of the first output, negated: those before are 0. Even.
  std::int64_t lead() const { return lead_; }
  /// Number of zeros behind the input that make all outputs come which are not 0.
  std::size_t tail() const { return 4 * taps_.size(); }
  /// Return what can be computed with `count` more samples; valid until the next call.
  std::span<const float> push(const float* samples, std::size_t count);
  void reset();

 private:
  void take(const float* samples, std::size_t count);
  void drop_used();

  HalvingFilter filter_;
  PairSplitter split_;
  std::vector<float> taps_;  // 1, 3, 5 ... samples from the middle
  std::int64_t input_lead_;
  std::int64_t lead_;
  // The buffers only grow, and are never cleared: that would cost more than the filter's edges.
  std::vector<float> even_;  // samples 2 i from i = start_ on
  std::vector<float> odd_;   // samples 2 i + 1
  std::vector<float> out_;
  std::size_t even_count_ = 0;
  std::size_t odd_count_ = 0;
  std::int64_t start_ = 0;
  std::int64_t next_ = 0;  // output
};

}  // namespace melgraph
