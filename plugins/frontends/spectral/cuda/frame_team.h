#pragma once

#include <cmath>
#include <cstdint>

#include "../mirror.h"
#include "shape.h"

// What the threads of a frame do, as a sequence of steps whose items do not depend on each other.
// `Team::each(n, step)` runs step(0) to step(n - 1) in any order and waits for all: a warp or a
// block of threads on a device, a plain loop in the tests.

namespace melgraph_frontends::cuda {

/// Order floats like integers, so that the largest can be found by integers alone.
MELGRAPH_BOTH std::int32_t ordered(float value) {
  union {
    float number;
    std::int32_t bits;
  } same;
  same.number = value;
  return same.bits >= 0 ? same.bits : same.bits ^ 0x7fffffff;
}
MELGRAPH_BOTH float unordered(std::int32_t order) {
  union {
    std::int32_t bits;
    float number;
  } same;
  same.bits = order >= 0 ? order : order ^ 0x7fffffff;
  return same.number;
}
inline constexpr std::int32_t least_order = -0x7fffffff - 1;

MELGRAPH_BOTH_SELDOM float sample_at(const Call& call, const float* row, std::int64_t index) {
  const bool is_inside = index >= 0 && index < call.samples;
  if (!is_inside && call.pad_mode == 2) return 0.0F;
  return row[mirrored(index, call.samples, call.pad_mode == 1)];
}

/// Computes one frame of one row in `memory`, see `shared_floats`.
template <class Shape, class Team>
class FrameTeam {
 public:
  MELGRAPH_BOTH FrameTeam(const Program& program, const Call& call, Team team, float* memory)
      : program_(program),
        call_(call),
        team_(team),
        points_(reinterpret_cast<Complex*>(memory)),
        others_(points_ + place_of(Shape::points(program)) + 1),
        sums_(reinterpret_cast<float*>(others_ + place_of(Shape::points(program)) + 1)) {}

  MELGRAPH_BOTH void run(std::int64_t row, std::int64_t frame) {
    row_ = row;
    index_ = row * call_.frames + frame;
    transform(find_samples(frame));
    reduce();
  }

 private:
  /// Return where the samples of the frame are: where they were, or in `others_`, if they stand
  /// beyond an end or are changed as a whole.
  MELGRAPH_BOTH const float* find_samples(std::int64_t frame) {
    const int length = program_.win_length;
    const float* row = call_.audio + row_ * call_.samples;
    const std::int64_t begin = call_.first + frame * program_.hop_length;
    const bool inside = begin >= 0 && begin + length <= call_.samples;
    if (inside && program_.remove_dc_offset == 0 && program_.preemphasis == 0 &&
        program_.use_energy == 0) {
      return row + begin;
    }
    const auto at = [&](int n) {
      return inside ? row[begin + n] : sample_at(call_, row, begin + n);
    };
    float mean = 0;
    if (program_.remove_dc_offset != 0) {
      mean = sum_samples(sums_, at) / static_cast<float>(length);
    }
    if (program_.use_energy != 0) {
      const float energy = sum_samples(sums_ + shared_sums / 2, [&](int n) {
        const float value = at(n) - mean;
        return value * value;
      });
      energy_ = logf(fmaxf(energy * program_.energy_factor, program_.energy_floor));
    }
    auto* samples = reinterpret_cast<float*>(others_);
    const float coefficient = program_.preemphasis;
    team_.each(length, [&](int n) {
      const float value = at(n) - mean;
      samples[n] = coefficient == 0 ? value : value - coefficient * (at(n > 0 ? n - 1 : 0) - mean);
    });
    return samples;
  }

  /// Sum `value(n)` over the window, for all threads; `sums` is for this sum alone.
  template <class Value>
  MELGRAPH_BOTH float sum_samples(float* sums, Value value) {
    constexpr int parts = shared_sums / 2;
    team_.each(parts, [&](int part) {
      float sum = 0;
      for (int n = part; n < program_.win_length; n += parts) sum += value(n);
      sums[part] = sum;
    });
    float sum = 0;
    for (int part = 0; part < parts; ++part) sum += sums[part];
    return sum;
  }

  MELGRAPH_BOTH void swap() {
    Complex* const swapped = points_;
    points_ = others_;
    others_ = swapped;
  }

  /// From samples to the power or magnitude of each bin, in `others_`.
  MELGRAPH_BOTH void transform(const float* samples) {
    const auto points = Shape::points(program_);
    const auto packed = Shape::packed(program_);
    const int length = program_.win_length;
    Shape::first(program_, [&](auto radix) {
      const auto windowed = [&](int slot) {
        const int first = packed ? 2 * slot : slot;
        if (first >= length) return Complex{0, 0};
        const Pair factors = program_.window[slot];
        const float even = samples[first] * factors.re;
        if (!packed) return Complex{even, 0};
        // Behind an odd length the factor is zero; what is there may be no number.
        return Complex{even, samples[first + 1 < length ? first + 1 : first] * factors.im};
      };
      team_.each(points / radix,
                 [&](int i) { first_pass_at<radix>(points, i, windowed, points_); });
    });
    Shape::middle(program_, [&](auto radix, auto done, const Pair* twiddles) {
      team_.each(points / radix, [&](int i) {
        middle_pass_at<radix>(points_, twiddles, points, done, i, others_);
      });
      swap();
    });
    Shape::last(program_, [&](auto radix, auto done, const Pair* twiddles) {
      packed ? packed_bins<radix>(points, done, twiddles)
             : plain_bins<radix>(points, done, twiddles);
    });
  }

  MELGRAPH_BOTH float size_of(float re, float im) const {
    const float power = re * re + im * im;
    return program_.magnitude != 0 ? sqrtf(power) : power;
  }

  /// Unpack bins k and points - k of a real transform, which the complex points `a` and `b` of
  /// these numbers hold; what comes out is twice the spectrum.
  MELGRAPH_BOTH void unpack(int points, int k, Complex a, Complex b, float* sizes) const {
    const Pair turn = program_.turns[k];
    const Complex even{a.re + b.re, a.im - b.im};
    const Complex odd = multiply({a.im + b.im, b.re - a.re}, turn.re, turn.im);
    sizes[k] = size_of(even.re + odd.re, even.im + odd.im);
    sizes[points - k] = size_of(even.re - odd.re, even.im - odd.im);
  }

  /// The last pass: butterflies i and done - i give points that unpack each other. So do those of
  /// butterfly 0, and those of done / 2; one thread takes both.
  template <int radix, class Points, class Done>
  MELGRAPH_BOTH void packed_bins(Points points, Done done, const Pair* twiddles) {
    auto* sizes = reinterpret_cast<float*>(others_);
    const bool has_middle = done % 2 == 0;
    team_.each((done + 1) / 2, [&](int i) {
      const bool first = i == 0;
      const int other = first ? done / 2 : done - i;
      Complex a[radix];
      Complex b[radix];
      transform_at<radix>(points_, twiddles, points, done, i, i, a);
      transform_at<radix>(points_, twiddles, points, done, other, other, b);
      if (first) {
        sizes[0] = size_of(2 * (a[0].re + a[0].im), 0);
        sizes[points] = size_of(2 * (a[0].re - a[0].im), 0);
      }
      if (!first || has_middle) {
        unroll<(radix + 1) / 2>([&](auto t) {
          unpack(points, (first ? other : i) + t * done, first ? b[t] : a[t], b[radix - 1 - t],
                 sizes);
        });
      }
      unroll<radix / 2>([&](auto t) {
        unpack(points, (t + 1) * done - i, first ? a[t + 1] : b[t], a[radix - 1 - t], sizes);
      });
    });
  }

  template <int radix, class Points, class Done>
  MELGRAPH_BOTH void plain_bins(Points points, Done done, const Pair* twiddles) {
    auto* sizes = reinterpret_cast<float*>(others_);
    team_.each(done, [&](int i) {
      Complex a[radix];
      transform_at<radix>(points_, twiddles, points, done, i, i, a);
      unroll<radix>([&](auto t) {
        const int k = i + t * done;
        if (k < program_.bins) sizes[k] = size_of(a[t].re, a[t].im);
      });
    });
  }

  MELGRAPH_BOTH float band_at(const float* sizes, int m) const {
    if (program_.bands == 0) return sizes[m] * program_.spectrum_factor;
    const Band band = program_.band[m];
    const float* weights = program_.weights + band.weights;
    sizes += band.first;
    float sum = 0;
    for (int k = 0; k < band.count; ++k) sum += sizes[k] * weights[k * weights_abreast];
    return sum;
  }

  MELGRAPH_BOTH float finish(float value) const {
    if (program_.logarithm == 0) return value;
    value = fmaxf(value * program_.log_slope + program_.log_offset, program_.log_least);
    return logf(value) * program_.log_factor + program_.log_shift;
  }

  /// Bins to bands, their logarithm, and the cepstrum where it need not wait for `top_db`.
  MELGRAPH_BOTH void reduce() {
    const int count = program_.bands > 0 ? program_.bands : program_.bins;
    const bool cepstrum = program_.cepstrum != nullptr && program_.has_range == 0;
    const auto* sizes = reinterpret_cast<const float*>(others_);
    float* values = cepstrum ? reinterpret_cast<float*>(points_) : call_.values + index_ * count;
    bool finite = true;
    std::int32_t largest = least_order;
    team_.each(count, [&](int m) {
      float value = band_at(sizes, m);
      // Before the logarithm, whose limit would hide what is no number.
      finite = finite && value * 0.0F == 0.0F;
      value = finish(value);
      values[m] = value;
      if (const std::int32_t order = ordered(value); order > largest) largest = order;
    });
    team_.report(call_.not_finite, finite);
    if (program_.has_range != 0) team_.raise(call_.largest + row_ / call_.channels, largest);
    if (program_.has_range != 0 && call_.energy != nullptr && team_.leads()) {
      call_.energy[index_] = energy_;
    }
    if (cepstrum) write_cepstrum(values, count);
  }

  MELGRAPH_BOTH void write_cepstrum(const float* values, int count) {
    const int features = program_.features;
    team_.each(features, [&](int n) {
      float sum = 0;
      for (int m = 0; m < count; ++m) sum += values[m] * program_.cepstrum[m * features + n];
      call_.out[index_ * features + n] = n == 0 && program_.use_energy != 0 ? energy_ : sum;
    });
  }

  const Program& program_;
  const Call& call_;
  Team team_;
  Complex* points_;
  Complex* others_;
  float* sums_;  ///< [2][shared_sums / 2]
  float energy_ = 0;
  std::int64_t row_ = 0;
  std::int64_t index_ = 0;  ///< of [row][frame]
};

/// Where there is `top_db`: number `index` of [frame][feature] of a row of the output.
MELGRAPH_BOTH void limit_feature(const Program& program, const Call& call, std::int64_t row,
                                 std::int64_t index) {
  const float least = unordered(call.largest[row / call.channels]) - program.range;
  const std::int64_t at = row * call.frames * program.features + index;
  if (program.cepstrum == nullptr) {
    call.out[at] = fmaxf(call.values[at], least);
    return;
  }
  const std::int64_t frame = index / program.features;
  const auto n = static_cast<int>(index - frame * program.features);
  const std::int64_t row_frame = row * call.frames + frame;
  if (n == 0 && program.use_energy != 0) {
    call.out[at] = call.energy[row_frame];
    return;
  }
  const float* bands = call.values + row_frame * program.bands;
  float sum = 0;
  for (int m = 0; m < program.bands; ++m) {
    sum += fmaxf(bands[m], least) * program.cepstrum[m * program.features + n];
  }
  call.out[at] = sum;
}

}  // namespace melgraph_frontends::cuda
