#pragma once

#include <cmath>
#include <cstdint>

#include "program.h"

// What a block of threads does, as a sequence of steps whose items do not depend on each other.
// `Group::each(n, step)` runs step(0) to step(n - 1) in any order and waits for all: the threads
// of a block on a device, a plain loop in the tests.

#if defined(__CUDACC__)
#define MELGRAPH_BOTH __host__ __device__ __forceinline__
#define MELGRAPH_BOTH_LAMBDA __host__ __device__
#else
#define MELGRAPH_BOTH inline
#define MELGRAPH_BOTH_LAMBDA
#endif

namespace melgraph_frontends::cuda {

struct Point {
  float re, im;
};

MELGRAPH_BOTH Point operator+(Point a, Point b) {
  return {a.re + b.re, a.im + b.im};
}
MELGRAPH_BOTH Point operator-(Point a, Point b) {
  return {a.re - b.re, a.im - b.im};
}
MELGRAPH_BOTH Point operator*(Point a, Point b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
MELGRAPH_BOTH Point turn_back(Point a) {  // times -i
  return {a.im, -a.re};
}

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

MELGRAPH_BOTH float sample_at(const Call& call, const float* row, std::int64_t index) {
  const std::int64_t size = call.samples;
  if (index >= 0 && index < size) return row[index];
  if (call.pad_mode == 2) return 0.0F;
  if (size == 1) return row[0];
  const std::int64_t edge = call.pad_mode == 1 ? 1 : 0;
  const std::int64_t period = 2 * (size - 1 + edge);
  index %= period;
  if (index < 0) index += period;
  return row[index < size ? index : period - edge - index];
}

/// Transform `radix` points in place: 2, 4 and 8 without products, others by the definition.
template <int radix>
MELGRAPH_BOTH void small_transform(const Program& program, Point* a) {
  if constexpr (radix == 2) {
    const Point first = a[0];
    a[0] = first + a[1];
    a[1] = first - a[1];
  } else if constexpr (radix == 4) {
    const Point even_sum = a[0] + a[2], even_difference = a[0] - a[2];
    const Point odd_sum = a[1] + a[3], odd_difference = turn_back(a[1] - a[3]);
    a[0] = even_sum + odd_sum;
    a[1] = even_difference + odd_difference;
    a[2] = even_sum - odd_sum;
    a[3] = even_difference - odd_difference;
  } else if constexpr (radix == 8) {
    constexpr float half_root = 0.70710678118654752440F;
    Point even[4] = {a[0], a[2], a[4], a[6]};
    Point odd[4] = {a[1], a[3], a[5], a[7]};
    small_transform<4>(program, even);
    small_transform<4>(program, odd);
    odd[1] = odd[1] * Point{half_root, -half_root};
    odd[2] = turn_back(odd[2]);
    odd[3] = odd[3] * Point{-half_root, -half_root};
    for (int k = 0; k < 4; ++k) {
      a[k] = even[k] + odd[k];
      a[k + 4] = even[k] - odd[k];
    }
  } else {
    Point in[radix];
    for (int k = 0; k < radix; ++k) in[k] = a[k];
    const int step = program.points / radix;
    for (int k = 0; k < radix; ++k) {
      Point sum = in[0];
      for (int n = 1; n < radix; ++n) {
        const float* turn = program.twiddles + 2 * (n * k % radix) * step;
        sum = sum + in[n] * Point{turn[0], turn[1]};
      }
      a[k] = sum;
    }
  }
}

/// One step of a Stockham transform: `done` is the product of the radices before.
template <int radix>
MELGRAPH_BOTH void transform_step(const Program& program, const Point* from, Point* to, int done,
                                  int index) {
  const int apart = program.points / radix;
  const int k = index % done;
  const int turns = program.points / (done * radix);
  Point a[radix];
  for (int n = 0; n < radix; ++n) {
    a[n] = from[index + n * apart];
    if (n == 0 || k == 0) continue;
    const float* turn = program.twiddles + 2 * (n * k * turns);
    a[n] = a[n] * Point{turn[0], turn[1]};
  }
  small_transform<radix>(program, a);
  for (int n = 0; n < radix; ++n) to[(index - k) * radix + k + n * done] = a[n];
}

/// Computes up to `capacity` frames of one row in `memory`, see `shared_bytes`.
template <class Group>
class FrameBlock {
 public:
  MELGRAPH_BOTH FrameBlock(const Program& program, const Call& call, Group group, int capacity,
                           float* memory)
      : program_(program),
        call_(call),
        group_(group),
        points_(reinterpret_cast<Point*>(memory)),
        others_(points_ + capacity * program.points),
        sums_(memory + 4 * capacity * program.points) {}

  MELGRAPH_BOTH void run(std::int64_t row, std::int64_t first_frame, int frames) {
    row_ = row;
    first_frame_ = first_frame;
    frames_ = frames;
    gather();
    transform();
    measure();
    reduce();
  }

 private:
  MELGRAPH_BOTH float* frame(Point* buffer, int index) const {
    return reinterpret_cast<float*>(buffer + index * program_.points);
  }

  /// Windowed samples to `points_`, as complex numbers.
  MELGRAPH_BOTH void gather() {
    const int length = program_.win_length;
    const float* row = call_.audio + row_ * call_.samples;
    const bool whole =
        program_.remove_dc_offset != 0 || program_.preemphasis != 0 || program_.use_energy != 0;
    const std::int64_t begin = call_.first + first_frame_ * program_.hop_length;
    if (whole) {
      group_.each(frames_ * length, [&](int i) {
        const int f = i / length, n = i % length;
        frame(others_, f)[n] =
            sample_at(call_, row, begin + std::int64_t{f} * program_.hop_length + n);
      });
      remove_mean();
      if (program_.use_energy != 0) measure_energy();
    }
    const int width = 2 * program_.points;
    group_.each(frames_ * width, [&](int i) {
      const int f = i / width, slot = i % width;
      const int n = program_.packed != 0 ? slot : slot / 2;
      float value = 0;
      if (n < length && (program_.packed != 0 || slot % 2 == 0)) {
        if (whole) {
          const float* samples = frame(others_, f);
          value = samples[n] - program_.preemphasis * samples[n > 0 ? n - 1 : 0];
        } else {
          value = sample_at(call_, row, begin + std::int64_t{f} * program_.hop_length + n);
        }
        value *= program_.window[n];
      }
      frame(points_, f)[slot] = value;
    });
  }

  MELGRAPH_BOTH void remove_mean() {
    if (program_.remove_dc_offset == 0) return;
    const int length = program_.win_length;
    sum_parts([&](float value) { return value; });
    group_.each(frames_ * length, [&](int i) {
      const int f = i / length;
      frame(others_, f)[i % length] -= total(f) / static_cast<float>(length);
    });
  }

  MELGRAPH_BOTH void measure_energy() {
    sum_parts([&](float value) { return value * value; });
    group_.each(frames_, [&](int f) {
      const float energy = total(f) * program_.energy_factor;
      const float value = logf(fmaxf(energy, program_.energy_floor));
      const std::int64_t index = row_ * call_.frames + first_frame_ + f;
      if (call_.energy != nullptr) call_.energy[index] = value;
      sums_[f * 32] = value;
    });
  }

  template <class Function>
  MELGRAPH_BOTH void sum_parts(Function function) {
    group_.each(frames_ * 32, [&](int i) {
      const float* samples = frame(others_, i / 32);
      float sum = 0;
      for (int n = i % 32; n < program_.win_length; n += 32) sum += function(samples[n]);
      sums_[i] = sum;
    });
  }
  MELGRAPH_BOTH float total(int f) const {
    float sum = 0;
    for (int part = 0; part < 32; ++part) sum += sums_[f * 32 + part];
    return sum;
  }

  template <int radix>
  MELGRAPH_BOTH void pass(int done) {
    const int steps = program_.points / radix;
    group_.each(frames_ * steps, [&](int i) {
      const int f = i / steps;
      transform_step<radix>(program_, points_ + f * program_.points, others_ + f * program_.points,
                            done, i % steps);
    });
    Point* const swapped = points_;
    points_ = others_;
    others_ = swapped;
  }

  MELGRAPH_BOTH void transform() {
    int done = 1;
    for (int p = 0; p < program_.passes; ++p) {
      switch (program_.radices[p]) {
        case 2: pass<2>(done); break;
        case 3: pass<3>(done); break;
        case 4: pass<4>(done); break;
        case 5: pass<5>(done); break;
        case 7: pass<7>(done); break;
        default: pass<8>(done); break;
      }
      done *= program_.radices[p];
    }
  }

  MELGRAPH_BOTH float size_of(Point a) const {
    const float power = a.re * a.re + a.im * a.im;
    return program_.magnitude != 0 ? sqrtf(power) : power;
  }

  /// Power or magnitude of each bin to `others_`.
  MELGRAPH_BOTH void measure() {
    const int points = program_.points;
    if (program_.packed == 0) {
      group_.each(frames_ * program_.bins, [&](int i) {
        const int f = i / program_.bins, k = i % program_.bins;
        frame(others_, f)[k] = size_of(points_[f * points + k]);
      });
      return;
    }
    const int pairs = points / 2 + 1;
    group_.each(frames_ * pairs, [&](int i) {
      const int f = i / pairs, k = i % pairs;
      const Point* spectrum = points_ + f * points;
      float* sizes = frame(others_, f);
      const Point a = spectrum[k], b = spectrum[k == 0 ? 0 : points - k];
      if (k == 0) {
        sizes[0] = size_of({2 * (a.re + a.im), 0});
        sizes[points] = size_of({2 * (a.re - a.im), 0});
        return;
      }
      const Point even{a.re + b.re, a.im - b.im};
      const Point odd =
          Point{a.im + b.im, b.re - a.re} * Point{program_.turns[2 * k], program_.turns[2 * k + 1]};
      sizes[k] = size_of(even + odd);
      sizes[points - k] = size_of(even - odd);
    });
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
    const std::int64_t start = row_ * call_.frames + first_frame_;
    group_.each(frames_ * count, [&](int i) {
      const int f = i / count, m = i % count;
      const float* sizes = frame(others_, f);
      float value = 0;
      if (program_.bands > 0) {
        const std::int32_t* range = program_.band_ranges + 3 * m;
        for (int k = 0; k < range[1]; ++k) {
          value += sizes[range[0] + k] * program_.weights[range[2] + k];
        }
      } else {
        value = sizes[m] * program_.spectrum_factor;
      }
      value = finish(value);
      if (cepstrum) {
        frame(points_, f)[m] = value;
      } else {
        call_.values[(start + f) * count + m] = value;
        if (program_.has_range != 0) group_.raise(call_.largest + row_ / call_.channels, value);
      }
    });
    if (!cepstrum) return;
    group_.each(frames_ * program_.features, [&](int i) {
      const int f = i / program_.features, n = i % program_.features;
      const float* bands = frame(points_, f);
      float sum = 0;
      for (int m = 0; m < count; ++m) sum += bands[m] * program_.cepstrum[m * program_.features + n];
      if (n == 0 && program_.use_energy != 0) sum = sums_[f * 32];
      call_.out[(start + f) * program_.features + n] = sum;
    });
  }

  const Program& program_;
  const Call& call_;
  Group group_;
  Point* points_;
  Point* others_;
  float* sums_;  ///< [frame][32]
  std::int64_t row_ = 0;
  std::int64_t first_frame_ = 0;
  int frames_ = 0;
};

/// Where there is `top_db`: number `index` of [row][frame][feature] of the output.
MELGRAPH_BOTH void limit_feature(const Program& program, const Call& call, std::int64_t index) {
  const std::int64_t row_frame = index / program.features;
  const std::int64_t item = row_frame / call.frames / call.channels;
  const float least = unordered(call.largest[item]) - program.range;
  if (program.cepstrum == nullptr) {
    call.out[index] = fmaxf(call.values[index], least);
    return;
  }
  const auto n = static_cast<int>(index % program.features);
  if (n == 0 && program.use_energy != 0) {
    call.out[index] = call.energy[row_frame];
    return;
  }
  const float* bands = call.values + row_frame * program.bands;
  float sum = 0;
  for (int m = 0; m < program.bands; ++m) {
    sum += fmaxf(bands[m], least) * program.cepstrum[m * program.features + n];
  }
  call.out[index] = sum;
}

}  // namespace melgraph_frontends::cuda
