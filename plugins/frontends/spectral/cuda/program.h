#pragma once

#include <cstdint>
#include <type_traits>

// Interface between the spectral front ends and their CUDA kernels in libmelgraph_cuda.so: plain
// data, pointers of the device. See fast/plan.h for what the fields mean.

namespace melgraph_frontends::cuda {

inline constexpr int max_passes = 16;

/// Largest radix of the last pass, whose threads hold two butterflies.
inline constexpr int largest_last_radix = 9;

/// Threads whose bands have their weights side by side.
inline constexpr int weights_abreast = 32;

/// A pass of a Stockham transform.
struct Pass {
  std::int32_t radix;
  std::int32_t done;      ///< the product of the radices before
  std::uint32_t inverse;  ///< 2^32 / done, rounded up; 0 for the first pass
  std::int32_t twiddles;  ///< where its own begin
};

/// Two numbers that are read at once.
struct alignas(8) Pair {
  float re, im;
};

/// One band: bins from `first` on, and where their weights are: [count][weights_abreast].
struct alignas(16) Band {
  std::int32_t first, count, weights, unused;
};

/// Tables and numbers of one front end.
struct Program {
  std::int32_t win_length, hop_length, bins;
  std::int32_t packed, points;  ///< of the complex transform
  std::int32_t passes;          ///< two at least
  Pass pass[max_passes];
  const Pair* window;    ///< [points], with zeros behind it; of one number each if not packed
  const Pair* twiddles;  ///< of each pass [radix - 1][done]
  const Pair* turns;     ///< [points / 2 + 1]; null where not packed

  std::int32_t remove_dc_offset, use_energy;
  float preemphasis, energy_factor, energy_floor;

  std::int32_t magnitude, bands, features;
  float spectrum_factor;  ///< where there are no bands
  const Band* band;       ///< [bands]
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
  std::int32_t* largest;     ///< [item], ordered like floats; only with `has_range`
  std::int32_t* not_finite;  ///< becomes 1 where a band or bin is not finite
  std::int64_t rows, channels, samples, frames, first;
  std::int32_t pad_mode;  ///< 0 reflect, 1 reflect_edge, 2 constant
};

/// Queue the kernels on `stream`. Returns 0, or CUDA's error, which `message` then names.
using Launch = int (*)(const Program* program, const Call* call, void* stream,
                       const char** message);
inline constexpr char launch_name[] = "melgraph_cuda_spectral_v2";

#if defined(__CUDACC__)
#define MELGRAPH_BOTH __host__ __device__ __forceinline__
#define MELGRAPH_BOTH_SELDOM inline __host__ __device__ __noinline__
#else
#define MELGRAPH_BOTH inline
#define MELGRAPH_BOTH_SELDOM inline
#endif

/// A point of the transform after each 16 is left out: what the threads of a warp write far apart
/// is then in different banks of the memory.
MELGRAPH_BOTH int place_of(int point) {
  return point + (point >> 4);
}

/// The same for the sum of a number and a constant that have no bit in common.
template <int constant>
MELGRAPH_BOTH int place_of(int point, std::integral_constant<int, constant>) {
  return place_of(point) + (constant + (constant >> 4));
}

/// Sums that the threads of a frame have in common.
inline constexpr int shared_sums = 64;

/// Floats of shared memory for one frame.
MELGRAPH_BOTH int shared_floats(int points) {
  return 4 * (place_of(points) + 1) + shared_sums;
}

/// Most shared memory a block may ask for, on every device from compute capability 7.5 on, bytes.
inline constexpr int max_shared_bytes = 64 << 10;

}  // namespace melgraph_frontends::cuda
