#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../config.h"
#include "fft_plan.h"
#include "input_plan.h"

namespace melgraph_frontends::fast {

/// One band: weights of the bins from `first` on.
struct Band {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// A butterfly of the last pass.
struct LastButterfly {
  std::int64_t number = 0;
  std::size_t twiddles = 0;  ///< where its own are, if it has any
};

/// Butterflies of the last pass that hold points k and points - k: output t of the first one and
/// output radix - 1 - t of the second, or (radix - t) % radix where they have no twiddles.
struct UnpackedPair {
  LastButterfly first;
  LastButterfly second;  ///< the same one, for some
  bool twiddled = false;
};

/// All that the kernels need, computed once in float64. Never changed, shared by all instances.
struct Plan {
  std::int64_t win_length = 0;
  std::int64_t hop_length = 0;
  std::int64_t n_fft = 0;
  std::int64_t bins = 0;
  /// An even n_fft is half as many complex points, of even and odd samples; an odd one is as many,
  /// without an imaginary part.
  bool packed = true;
  FftPlan fft;
  SampleRows rows;
  InputPlan inputs;                 ///< places of samples, or of gathered frames, in one row
  std::vector<float> window;        ///< [win_length], `scale` and `normalized` in it
  std::vector<UnpackedPair> pairs;  ///< in their order, where `packed`
  std::vector<float> turns;         ///< [pair][radix][re, im], of the points of the first one

  /// Frames are gathered before they are windowed: to look at them as a whole, or to put an
  /// imaginary part of zero between their samples.
  bool gathered = false;
  bool remove_dc_offset = false;
  float preemphasis = 0;
  bool use_energy = false;
  float energy_factor = 1;
  float energy_floor = 0;

  bool magnitude = false;
  float spectrum_factor = 1;  ///< what the kernels' power or magnitude lacks; bands have it
  std::vector<Band> bands;    ///< empty for `frontend.stft`
  std::vector<float> weights;
  std::int64_t first_bin = 0;  ///< the bins from here
  std::int64_t end_bin = 0;    ///< to here are all that is read of them

  /// ln(max(x * log_slope + log_offset, log_least)) * log_factor + log_shift
  bool logarithm = false;
  float log_slope = 1;
  float log_offset = 0;
  float log_least = 0;
  float log_factor = 1;
  float log_shift = 0;
  bool has_range = false;  ///< top_db
  float range = 0;

  std::vector<float> cepstrum;  ///< [n_mels][n_mfcc]; empty without
  std::int64_t features = 0;    ///< numbers a frame

  /// Between a sample and the next one of a gathered frame.
  std::int64_t step() const { return packed ? 1 : 2; }

  /// Numbers a frame before the cepstrum.
  std::int64_t values() const {
    return bands.empty() ? bins : static_cast<std::int64_t>(bands.size());
  }
};

/// Return why the fast path does not take a front end; empty where it does.
std::string why_not_fast(const Config& config);

/// Make the tables for frames of `framing` at a sample rate. Needs an empty `why_not_fast`.
Plan make_plan(const Config& config, const FramingConfig& framing, int sample_rate);

/// Rows and columns that are transposed at once, at most.
inline constexpr int largest_tile = 8;

/// Floats between a column of samples and the next one, in blocks of `lanes` frames.
std::int64_t row_pitch(const Plan& plan, int lanes);

/// Floats of working memory for a block of `lanes` frames.
std::size_t work_floats(const Plan& plan, int lanes);

/// Samples a block of `lanes` frames reads.
std::int64_t readable_samples(const Plan& plan, int lanes);

}  // namespace melgraph_frontends::fast
