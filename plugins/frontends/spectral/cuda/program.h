#pragma once

#include <cstdint>

// Interface between the spectral front ends and their CUDA kernels in libmelgraph_cuda.so: plain
// data, pointers of the device. See fast/plan.h for what the fields mean.

namespace melgraph_frontends::cuda {

inline constexpr int max_passes = 24;

/// Tables and numbers of one front end.
struct Program {
  std::int32_t win_length, hop_length, bins;
  std::int32_t packed, points;  ///< of the complex transform
  std::int32_t passes, radices[max_passes];
  const float* window;    ///< [win_length]
  const float* twiddles;  ///< [points][re, im]: exp(-2 pi i k / points)
  const float* turns;     ///< [points / 2 + 1][re, im]; null where not packed

  std::int32_t remove_dc_offset, use_energy;
  float preemphasis, energy_factor, energy_floor;

  std::int32_t magnitude, bands, features;
  float spectrum_factor;            ///< where there are no bands
  const std::int32_t* band_ranges;  ///< [bands][first bin, bins, first weight]
  const float* weights;

  std::int32_t logarithm, has_range;
  float log_slope, log_offset, log_least, log_factor, log_shift, range;
  const float* cepstrum;  ///< [bands][features]; null without
};

/// One batch. A row is one channel of one item.
struct Call {
  const float* audio;  ///< [row][samples]
  float* out;          ///< [row][frames][features]
  float* values;  ///< [row][frames][bands or bins]: `out` where there is no cepstrum after `top_db`
  float* energy;  ///< [row][frames] where `use_energy` waits for `top_db`; else null
  std::int32_t* largest;  ///< [item], ordered like floats; only with `has_range`
  std::int64_t rows, channels, samples, frames, first;
  std::int32_t pad_mode;  ///< 0 reflect, 1 reflect_edge, 2 constant
};

/// Queue the kernels on `stream`. Returns 0, or CUDA's error, which `message` then names.
using Launch = int (*)(const Program* program, const Call* call, void* stream,
                       const char** message);
inline constexpr char launch_name[] = "melgraph_cuda_spectral_v1";

/// Bytes of shared memory that `frames` frames at once need.
inline std::int64_t shared_bytes(const Program& program, int frames) {
  return std::int64_t{4} * frames * (4 * program.points + 32);
}

/// Most shared memory a block may ask for, on every device from compute capability 7.5 on.
inline constexpr std::int64_t max_shared_bytes = 64 << 10;

/// Return how many frames a block of threads takes at once; 0 where not one fits.
inline int frames_at_once(const Program& program) {
  int frames = 1;
  while (frames < 16 && shared_bytes(program, 2 * frames) <= max_shared_bytes / 2) frames *= 2;
  return shared_bytes(program, frames) <= max_shared_bytes ? frames : 0;
}

}  // namespace melgraph_frontends::cuda
