#pragma once

#include <cstdint>
#include <cstring>

#include "kernel.h"
#include "plan.h"
#include "spectrum.h"

// The body of every kernel: see `Kernel`.

namespace melgraph_frontends::fast::MELGRAPH_SIMD {

/// Natural logarithm of positive normal numbers, to one unit in the last place: the polynomial of
/// the Cephes library (Moshier), for a mantissa between sqrt(1/2) and sqrt(2).
MELGRAPH_INLINE Vector logarithm(Vector x) {
  Integers bits;
  std::memcpy(&bits, &x, sizeof bits);
  const Integers exponent = (bits - 0x3f3504f3) >> 23;
  const Integers mantissa_bits = bits - (exponent << 23);
  Vector mantissa;
  std::memcpy(&mantissa, &mantissa_bits, sizeof mantissa);
  const Vector f = mantissa - 1.0F;
  const Vector e = __builtin_convertvector(exponent, Vector);
  const Vector square = f * f;
  // In pairs, so that no step waits for all those before.
  const Vector pair_0 = f * 7.0376836292E-2F - 1.1514610310E-1F;
  const Vector pair_1 = f * 1.1676998740E-1F - 1.2420140846E-1F;
  const Vector pair_2 = f * 1.4249322787E-1F - 1.6668057665E-1F;
  const Vector pair_3 = f * 2.0000714765E-1F - 2.4999993993E-1F;
  const Vector upper = pair_0 * square + pair_1;
  const Vector lower = pair_2 * square + pair_3;
  Vector y = (upper * (square * square) + lower) * f + 3.3333331174E-1F;
  y = y * f * square;
  y = y + e * -2.12194440E-4F;
  y = y - 0.5F * square;
  return (f + y) + e * 0.693359375F;
}

MELGRAPH_INLINE Tile& part_of(Vector* vector, int part) {
  return reinterpret_cast<Tile*>(vector)[part];
}

/// Gather samples i to i + `tile` - 1 of all frames: `put(k, part, column)` gets sample i + k of
/// the frames from `part * tile` on.
template <class Put>
MELGRAPH_INLINE void gather(const Plan& plan, const float* samples, std::int64_t i, Put put) {
  for (int part = 0; part < lanes / tile; ++part) {
    Tile columns[tile];
    transpose(samples + i + part * tile * plan.hop_length, plan.hop_length, columns);
    unroll<tile>([&](auto k) MELGRAPH_INLINE_LAMBDA { put(int{k}, part, columns[k]); });
  }
}

/// Gathers inputs of the transform and multiplies them by the window function.
struct WindowedFrames {
  const Plan& plan;
  const float* samples;

  /// Give samples i to i + `tile` - 1 of the frames, in vectors `step` apart.
  template <int step>
  MELGRAPH_INLINE void read(std::int64_t i, Vector* out) const {
    const float* window = plan.window.data() + i;
    gather(plan, samples, i, [&](int k, int part, Tile column) MELGRAPH_INLINE_LAMBDA {
      part_of(out + k * step, part) = column * window[k];
    });
  }
};

/// The same for front ends that first look at each frame as a whole.
struct WholeFrames {
  const Plan& plan;
  const Vector* frame;
  Vector left_of_mean;

  template <int step>
  MELGRAPH_INLINE void read(std::int64_t i, Vector* out) const {
    const float* window = plan.window.data() + i;
    // (x[i] - mean) - c (x[i - 1] - mean), where the first sample is its own predecessor.
    Vector before = frame[i > 0 ? i - 1 : 0];
    for (int k = 0; k < tile; ++k) {
      const Vector value = frame[i + k];
      out[k * step] = ((value - before * plan.preemphasis) - left_of_mean) * window[k];
      before = value;
    }
  }
};

/// Gather the frames of a block and look at each as a whole.
inline WholeFrames read_whole(const Plan& plan, const float* samples, Vector* frame,
                              float* energy) {
  const std::int64_t length = plan.win_length;
  Vector sums[4] = {};
  std::int64_t i = 0;
  for (; i + tile <= length; i += tile) {
    gather(plan, samples, i, [&](int k, int part, Tile column) MELGRAPH_INLINE_LAMBDA {
      part_of(frame + i + k, part) = column;
      part_of(sums + k % 4, part) += column;
    });
  }
  if (i < length) {
    gather(plan, samples, i, [&](int k, int part, Tile column) MELGRAPH_INLINE_LAMBDA {
      part_of(frame + i + k, part) = column;
      if (i + k < length) part_of(sums + k % 4, part) += column;
    });
  }
  Vector mean{};
  if (plan.remove_dc_offset) {
    mean = ((sums[0] + sums[1]) + (sums[2] + sums[3])) * (1.0F / static_cast<float>(length));
  }
  if (plan.use_energy) {
    Vector sum{};
    for (std::int64_t k = 0; k < length; ++k) {
      const Vector value = frame[k] - mean;
      sum += value * value;
    }
    store(energy, logarithm(larger(sum * plan.energy_factor, all(plan.energy_floor))));
  }
  return {plan, frame, mean * (1.0F - plan.preemphasis)};
}

/// Read the inputs of the transform, some of its innermost transforms at a time, and run its first
/// pass: what is gathered stays in the first cache.
template <bool packed, class Frames>
MELGRAPH_INLINE void read_and_transform(const Plan& plan, const Frames& frames, Stage last,
                                        Complex* data) {
  // A vector is the real or the imaginary part of a point.
  constexpr int step = packed ? 1 : 2;
  constexpr int at_once = packed ? tile / 2 : tile;
  Complex inputs[largest_radix * group];
  const std::int64_t transforms = plan.fft.points / plan.fft.radices.front();
  const FirstPass first = find_first_pass(plan.fft);
  for (std::int64_t t = 0; t < transforms; t += at_once) {
    for (int q = 0; q < plan.fft.filled; ++q) {
      const std::int64_t i = (t + q * transforms) * (packed ? 2 : 1);
      auto* out = reinterpret_cast<Vector*>(inputs + q * group);
      const std::int64_t there = plan.win_length - i;
      if (there > 0) frames.template read<step>(i, out);
      for (std::int64_t k = there > 0 ? there : 0; k < tile; ++k) out[k * step] = Vector{};
      for (int k = 0; k < tile && !packed; ++k) inputs[q * group + k].im = Vector{};
    }
    const std::int64_t rest = transforms - t;
    if (last != Stage::pack) first(plan.fft, inputs, t, rest < at_once ? rest : at_once, data);
  }
}

template <class Frames>
MELGRAPH_INLINE void run_first_pass(const Plan& plan, const Frames& frames, Stage last,
                                    Complex* data) {
  plan.packed ? read_and_transform<true>(plan, frames, last, data)
              : read_and_transform<false>(plan, frames, last, data);
}

inline void sum_bands(const Plan& plan, const Vector* spectrum, Vector* out) {
  const float* weights = plan.weights.data();
  for (const Band& band : plan.bands) {
    const Vector* bins = spectrum + band.first;
    Vector even{};
    Vector odd{};
    std::int64_t k = 0;
    for (; k + 1 < band.count; k += 2) {
      even += bins[k] * weights[k];
      odd += bins[k + 1] * weights[k + 1];
    }
    if (k < band.count) even += bins[k] * weights[k];
    weights += band.count;
    *out++ = even + odd;
  }
}

/// Check `count` vectors and change each by `change`.
template <class Change>
MELGRAPH_INLINE void change_values(Vector* values, std::int64_t count, int frames, bool* finite,
                                   Change change) {
  Vector zeros{};
  for (std::int64_t m = 0; m < count; ++m) {
    zeros += values[m] * 0.0F;  // not a number where the value is not finite
    values[m] = change(values[m]);
  }
  for (int lane = 0; lane < frames; ++lane) {
    if (!(zeros[lane] == 0.0F)) *finite = false;
  }
}

/// Take the logarithm; what a form of it does not need is not computed, and changes no bits.
inline void finish_values(const Plan& plan, Vector* values, std::int64_t count, int frames,
                          bool* finite) {
  const Vector offset = all(plan.log_offset);
  const Vector least = all(plan.log_least);
  const bool natural = plan.log_slope == 1 && plan.log_factor == 1 && plan.log_shift == 0;
  if (!plan.logarithm) {
    change_values(values, count, frames, finite,
                  [](Vector value) MELGRAPH_INLINE_LAMBDA { return value; });
  } else if (natural && plan.log_least == 0) {
    change_values(values, count, frames, finite,
                  [&](Vector value) MELGRAPH_INLINE_LAMBDA { return logarithm(value + offset); });
  } else if (natural && plan.log_offset == 0) {
    change_values(values, count, frames, finite, [&](Vector value) MELGRAPH_INLINE_LAMBDA {
      return logarithm(larger(value, least));
    });
  } else {
    change_values(values, count, frames, finite, [&](Vector value) MELGRAPH_INLINE_LAMBDA {
      value = larger(value * plan.log_slope + offset, least);
      return logarithm(value) * plan.log_factor + plan.log_shift;
    });
  }
}

inline float largest_of(const Vector* values, std::int64_t count, int frames) {
  Vector most = values[0];
  for (std::int64_t m = 1; m < count; ++m) most = larger(most, values[m]);
  float largest = most[0];
  for (int lane = 1; lane < frames; ++lane) largest = most[lane] > largest ? most[lane] : largest;
  return largest;
}

inline const float* run_frames(const Plan& plan, const float* samples, int frames, Stage last,
                               float* work, float* energy, float* largest, bool* finite) {
  auto* data = reinterpret_cast<Vector*>(work);
  auto* points = reinterpret_cast<Complex*>(work);
  Vector* bins = data + 2 * plan.fft.points;
  Vector* values = bins + plan.bins;
  if (plan.whole_frames) {
    run_first_pass(plan, read_whole(plan, samples, bins, energy), last, points);
  } else {
    run_first_pass(plan, WindowedFrames{plan, samples}, last, points);
  }
  if (last == Stage::pack) return work;
  middle_passes(plan.fft, points);
  if (last == Stage::transform) return work;
  last_pass(plan, points, bins);
  if (last == Stage::power) return work;
  if (plan.bands.empty()) {
    values = bins;
    for (std::int64_t k = 0; k < plan.bins; ++k) bins[k] *= plan.spectrum_factor;
  } else {
    sum_bands(plan, bins, values);
  }
  if (last == Stage::bands) return work;
  finish_values(plan, values, plan.values(), frames, finite);
  if (plan.has_range) {
    const float most = largest_of(values, plan.values(), frames);
    if (most > *largest) *largest = most;
  }
  return reinterpret_cast<const float*>(values);
}

/// Several coefficients at once, so that a band is read once for all of them.
template <int count>
MELGRAPH_INLINE void sum_coefficients(const float* bands, std::int64_t n_mels, float least,
                                      const float* factors, std::int64_t stride, float* out) {
  Vector sums[count] = {};
  for (std::int64_t m = 0; m < n_mels; ++m, factors += stride) {
    const Vector band = larger(load(bands + m * lanes), all(least));
    unroll<count>([&](auto n) MELGRAPH_INLINE_LAMBDA { sums[n] += band * factors[n]; });
  }
  unroll<count>([&](auto n) MELGRAPH_INLINE_LAMBDA { store(out + n * lanes, sums[n]); });
}

inline void run_cepstrum(const Plan& plan, const float* bands, float least, const float* energy,
                         float* out) {
  constexpr int at_once = 8;
  const std::int64_t n_mels = plan.values();
  const float* factors = plan.cepstrum.data();
  std::int64_t n = 0;
  for (; n + at_once <= plan.features; n += at_once) {
    sum_coefficients<at_once>(bands, n_mels, least, factors + n, plan.features, out + n * lanes);
  }
  for (; n < plan.features; ++n) {
    sum_coefficients<1>(bands, n_mels, least, factors + n, plan.features, out + n * lanes);
  }
  if (energy != nullptr) store(out, load(energy));
}

inline void run_store(const float* values, std::int64_t count, int frames, float* out) {
  for (int part = 0; part * tile < frames; ++part) {
    const int rest = frames - part * tile;
    const int here = rest < tile ? rest : tile;
    const float* from = values + part * tile;
    float* to = out + part * tile * count;
    std::int64_t m = 0;
    for (; m + tile <= count; m += tile) {
      Tile rows[tile];
      transpose(from + m * lanes, lanes, rows);
      for (int frame = 0; frame < here; ++frame) {
        *reinterpret_cast<UnalignedTile*>(to + frame * count + m) = rows[frame];
      }
    }
    for (; m < count; ++m) {
      for (int frame = 0; frame < here; ++frame) to[frame * count + m] = from[m * lanes + frame];
    }
  }
}

inline constexpr Kernel make_kernel(const char* name, const Kernel* narrower) {
  return {name, lanes, narrower, run_frames, run_cepstrum, run_store};
}

}  // namespace melgraph_frontends::fast::MELGRAPH_SIMD
