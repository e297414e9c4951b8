#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// Convert one channel from one sample rate to another, in a streaming way.
///
/// Samples must be finite. Any chunking of the input gives the same bits; the whole output is
/// ceil(n * to / from) samples. [one-thread-at-a-time]
class MELGRAPH_API Resampler {
 public:
  virtual ~Resampler();
  Resampler(const Resampler&) = delete;
  Resampler& operator=(const Resampler&) = delete;

  /// Take `count` samples and append what can be computed by now to `out`.
  virtual void push(const float* samples, std::size_t count, std::vector<float>& out) = 0;
  /// End the input and append the rest; the resampler then starts anew.
  virtual void finish(std::vector<float>& out) = 0;
  /// Forget all input.
  virtual void reset() = 0;

 protected:
  Resampler() = default;
};

/// Names accepted by `make_resampler`, for validation and suggestions.
MELGRAPH_API const std::vector<std::string>& resampler_names();

/// Make the resampler `name` (one of `resampler_names`) from `from` to `to` Hz; both positive.
/// Equal rates give a copy. Throws `Error` for an unknown name, and for a ratio so uneven that its
/// filter would not fit the memory.
MELGRAPH_API std::unique_ptr<Resampler> make_resampler(std::string_view name, int from, int to);

}  // namespace melgraph
