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
  const auto pair = [&](float factor, float constant) MELGRAPH_INLINE_LAMBDA {
    return add_product(f, all(factor), all(constant));
  };
  const Vector upper = add_product(pair(7.0376836292E-2F, -1.1514610310E-1F), square,
                                   pair(1.1676998740E-1F, -1.2420140846E-1F));
  const Vector lower = add_product(pair(1.4249322787E-1F, -1.6668057665E-1F), square,
                                   pair(2.0000714765E-1F, -2.4999993993E-1F));
  Vector y = add_product(add_product(upper, square * square, lower), f, all(3.3333331174E-1F));
  y = add_product(y, f * square, e * -2.12194440E-4F);
  y = subtract_product(all(0.5F), square, y);
  return add_product(e, all(0.693359375F), f + y);
}

/// Transpose `tile` columns of `tile` rows, `hop` apart.
MELGRAPH_INLINE void transpose_tile(const float* from, std::int64_t hop, std::int64_t pitch,
                                    float* to) {
  Tile columns[tile];
  transpose(from, hop, columns);
  unroll<tile>([&](auto k) MELGRAPH_INLINE_LAMBDA {
    *reinterpret_cast<UnalignedTile*>(to + k * pitch) = columns[k];
  });
}

/// The same for `rows` rows, fewer than `tile`. Up to three that `to` has behind them are
/// overwritten.
MELGRAPH_INLINE void transpose_few(const float* from, std::int64_t rows, std::int64_t hop,
                                   std::int64_t pitch, float* to) {
  std::int64_t first = 0;
#if MELGRAPH_LANES > 4
  for (; first + 1 < rows; first += 4) {
    // The last row again, where there are no more.
    const auto row = [&](std::int64_t i) MELGRAPH_INLINE_LAMBDA -> Tile {
      const std::int64_t here = first + i < rows ? first + i : rows - 1;
      return *reinterpret_cast<const UnalignedTile*>(from + here * hop);
    };
    Tile columns[4];
    transpose_halves(row(0), row(1), row(2), row(3), columns);
    unroll<4>([&](auto k) MELGRAPH_INLINE_LAMBDA {
      const Tile both = columns[k];
      const auto put = [&](int column, Quad half) MELGRAPH_INLINE_LAMBDA {
        *reinterpret_cast<UnalignedQuad*>(to + column * pitch + first) = half;
      };
      put(k, __builtin_shufflevector(both, both, 0, 1, 2, 3));
      put(k + 4, __builtin_shufflevector(both, both, 4, 5, 6, 7));
    });
  }
#endif
  for (; first < rows; ++first) {
    unroll<tile>([&](auto k)
                     MELGRAPH_INLINE_LAMBDA { to[k * pitch + first] = from[first * hop + k]; });
  }
}

/// Transpose the samples of a block: see `SampleRows`.
inline void transpose_samples(const Plan& plan, const float* samples, std::int64_t pitch,
                              float* columns) {
  const std::int64_t hop = plan.hop_length;
  const std::int64_t rows = lanes + plan.rows.more;
  for (std::int64_t column = 0; column < plan.rows.columns; column += tile) {
    const float* from = samples + column;
    float* to = columns + column * pitch;
    std::int64_t row = 0;
    for (; row + tile <= rows; row += tile) {
      transpose_tile(from + row * hop, hop, pitch, to + row);
    }
    transpose_few(from + row * hop, rows - row, hop, pitch, to + row);
  }
}

/// Call `use(i, k, sample i of all frames)` for the whole window, where k is a constant below 4:
/// for sums, of which each waits for itself only.
template <class Use>
MELGRAPH_INLINE void for_samples(const Plan& plan, const Inputs& inputs, Use use) {
  constexpr int abreast = 4;
  std::int64_t i = 0;
  for (std::int64_t row = 0; row <= plan.rows.more; ++row) {
    const float* from = inputs.samples + row;
    const std::int64_t rest = plan.win_length - i;
    const std::int64_t end = i + (plan.rows.columns < rest ? plan.rows.columns : rest);
    for (; i + abreast <= end; i += abreast, from += abreast * inputs.pitch) {
      unroll<abreast>([&](auto k)
                          MELGRAPH_INLINE_LAMBDA { use(i + k, k, load(from + k * inputs.pitch)); });
    }
    for (; i < end; ++i, from += inputs.pitch) {
      use(i, std::integral_constant<int, 0>{}, load(from));
    }
  }
}

/// Gather the frames of a block, and have the first pass read them instead of samples: for front
/// ends that look at each as a whole.
inline Inputs gather_frames(const Plan& plan, const Inputs& inputs, Vector* frame, float* energy) {
  Vector mean{};
  if (plan.remove_dc_offset) {
    Vector sums[4] = {};
    for_samples(plan, inputs, [&](std::int64_t, auto k, Vector value) MELGRAPH_INLINE_LAMBDA {
      sums[k] += value;
    });
    mean =
        ((sums[0] + sums[1]) + (sums[2] + sums[3])) * (1.0F / static_cast<float>(plan.win_length));
  }
  if (plan.use_energy) {
    Vector sum{};
    for_samples(plan, inputs, [&](std::int64_t, auto, Vector value) MELGRAPH_INLINE_LAMBDA {
      sum = add_product(value - mean, value - mean, sum);
    });
    store(energy, logarithm(larger(sum * plan.energy_factor, all(plan.energy_floor))));
  }
  // (x[i] - mean) - c (x[i - 1] - mean), where the first sample is its own predecessor.
  const Vector left_of_mean = mean * (1.0F - plan.preemphasis);
  const Vector coefficient = all(plan.preemphasis);
  const std::int64_t step = plan.step();
  Vector before = load(inputs.samples);
  for_samples(plan, inputs, [&](std::int64_t i, auto, Vector value) MELGRAPH_INLINE_LAMBDA {
    frame[i * step] = subtract_product(before, coefficient, value) - left_of_mean;
    before = value;
    if (step == 2) frame[2 * i + 1] = Vector{};
  });
  return {plan.inputs, reinterpret_cast<const float*>(frame), lanes};
}

/// Put the samples of a block into `work`, so that the first pass finds them.
inline Inputs pack(const Plan& plan, const float* samples, float* energy, float* work) {
  const std::int64_t frame = plan.gathered ? plan.win_length * plan.step() * lanes : 0;
  const Inputs inputs{plan.inputs, work + frame, row_pitch(plan, lanes)};
  transpose_samples(plan, samples, inputs.pitch, work + frame);
  if (!plan.gathered) return inputs;
  return gather_frames(plan, inputs, reinterpret_cast<Vector*>(work), energy);
}

inline void sum_bands(const Plan& plan, const Vector* spectrum, Vector* out) {
  const float* weights = plan.weights.data();
  for (const Band& band : plan.bands) {
    const Vector* bins = spectrum + band.first;
    Vector even{};
    Vector odd{};
    std::int64_t k = 0;
    for (; k + 1 < band.count; k += 2) {
      even = add_product(bins[k], all(weights[k]), even);
      odd = add_product(bins[k + 1], all(weights[k + 1]), odd);
    }
    if (k < band.count) even = add_product(bins[k], all(weights[k]), even);
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
  const Vector slope = all(plan.log_slope);
  const Vector factor = all(plan.log_factor);
  const Vector shift = all(plan.log_shift);
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
      value = larger(add_product(value, slope, offset), least);
      return add_product(logarithm(value), factor, shift);
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
  const Inputs inputs = pack(plan, samples, energy, reinterpret_cast<float*>(bins));
  if (last == Stage::pack) return work;
  passes_but_last(plan.fft, inputs, points);
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
    unroll<count>([&](auto n) MELGRAPH_INLINE_LAMBDA {
      sums[n] = add_product(band, all(factors[n]), sums[n]);
    });
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
