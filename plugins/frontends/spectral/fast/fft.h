#pragma once

#include <array>
#include <bit>
#include <cstddef>

#include "butterflies.h"
#include "fft_plan.h"
#include "input_plan.h"

namespace melgraph_frontends::fast::MELGRAPH_SIMD {

/// What the first pass reads.
struct Inputs {
  const InputPlan& plan;
  const float* samples;  ///< [column][pitch]
  std::int64_t pitch;

  const float* at(Place place) const { return samples + place.column * pitch + place.row; }
};

using FirstPass = void (*)(const FftPlan& plan, const InputRun& run, const Inputs& inputs,
                           Complex* data);
using LaterPass = void (*)(const FftPlan& plan, const FftPass& pass, Complex* data);

/// The innermost pass, without twiddles: the transforms of a run, which multiply their inputs by
/// their factors.
template <int radix, unsigned there>
void first_pass(const FftPlan& plan, const InputRun& run, const Inputs& inputs, Complex* data) {
  constexpr int filled = std::popcount(there);
  constexpr bool rotates = filled == radix;
  // Twice, to begin anywhere.
  const float* parts[rotates ? 4 * radix : 2 * filled];
  for (int i = 0; i < 2 * filled; ++i) {
    parts[i] = inputs.at(inputs.plan.places[run.places + static_cast<std::size_t>(i)]);
    if constexpr (rotates) parts[2 * radix + i] = parts[i];
  }
  const float* factors = inputs.plan.factors.data() + run.factors;
  const std::int64_t end = run.first + run.count * run.step;
  std::int64_t further = 0;
  for (std::int64_t t = run.first; t < end; t += run.step) {
    const float* const* rotated = parts;
    if constexpr (rotates) rotated += 2 * (radix - plan.rotations[static_cast<std::size_t>(t)]);
    Complex a[radix];
    unroll<radix>([&](auto q) MELGRAPH_INLINE_LAMBDA {
      if constexpr ((there >> q & 1) != 0) {
        constexpr int at = 2 * std::popcount(there & ((1U << q) - 1));
        a[q] = {load(rotated[at] + further) * factors[at],
                load(rotated[at + 1] + further) * factors[at + 1]};
      } else {
        a[q] = Complex{};
      }
    });
    transform_there<radix, there>(a);
    Complex* to = data + plan.slots[static_cast<std::size_t>(t)];
    unroll<radix>([&](auto q) MELGRAPH_INLINE_LAMBDA { to[q] = a[q]; });
    further += 2 * run.step * inputs.pitch;
    factors += 2 * filled;
  }
}

/// In place of the innermost pass where it is the last one too, which runs elsewhere.
inline void copy_inputs(const FftPlan& plan, const InputRun& run, const Inputs& inputs,
                        Complex* data) {
  const Place* place = inputs.plan.places.data() + run.places;
  const float* factor = inputs.plan.factors.data() + run.factors;
  for (std::int64_t q = 0; q < plan.points; ++q) {
    data[q] = Complex{};
    if ((run.there >> q & 1) == 0) continue;
    data[q].re = load(inputs.at(*place++)) * *factor++;
    data[q].im = load(inputs.at(*place++)) * *factor++;
  }
}

/// A butterfly with inputs data[0], data[span], ... and their twiddles.
template <int radix>
MELGRAPH_INLINE void twiddled_butterfly(const Complex* data, std::int64_t span,
                                        const float* twiddles, Complex* a) {
  a[0] = data[0];
  unroll<radix - 1>([&](auto index) MELGRAPH_INLINE_LAMBDA {
    constexpr int q = index + 1;
    a[q] = multiply(data[span * q], all(twiddles[2 * index]), all(twiddles[2 * index + 1]));
  });
  Butterfly<radix>::run(a);
}

/// The same where all twiddles are one.
template <int radix>
MELGRAPH_INLINE void plain_butterfly(const Complex* data, std::int64_t span, Complex* a) {
  unroll<radix>([&](auto q) MELGRAPH_INLINE_LAMBDA { a[q] = data[span * q]; });
  Butterfly<radix>::run(a);
}

/// Call `use(j, outputs)` for butterflies 0 to span - 1 of a pass.
template <int radix, class Use>
MELGRAPH_INLINE void run_butterflies(const FftPlan& plan, const FftPass& pass, const Complex* data,
                                     Use use) {
  std::int64_t j = 0;
  for (; j < pass.repeats; ++j) {
    Complex a[radix];
    plain_butterfly<radix>(data + j, pass.span, a);
    use(j, a);
  }
  const float* twiddles = plan.twiddles.data() + pass.twiddles;
  for (; j < pass.span; twiddles += 2 * (radix - 1)) {
    for (const std::int64_t row_end = j + pass.repeats; j < row_end; ++j) {
      Complex a[radix];
      twiddled_butterfly<radix>(data + j, pass.span, twiddles, a);
      use(j, a);
    }
  }
}

template <int radix>
void later_pass(const FftPlan& plan, const FftPass& pass, Complex* data) {
  const std::int64_t span = pass.span;
  run_butterflies<radix>(
      plan, pass, data, [&](std::int64_t j, const Complex* a) MELGRAPH_INLINE_LAMBDA {
        unroll<radix>([&](auto q) MELGRAPH_INLINE_LAMBDA { data[j + span * q] = a[q]; });
      });
}

template <int radix>
constexpr std::size_t index_of(unsigned there) {
  return takes_any_neighbours(radix) ? there : static_cast<unsigned>(std::popcount(there));
}

template <int radix>
constexpr auto make_first_passes() {
  constexpr unsigned all_there = (1U << radix) - 1;
  constexpr int rotations = takes_any_neighbours(radix) ? radix : 1;
  std::array<FirstPass, index_of<radix>(all_there) + 1> passes{};
  unroll<radix>([&](auto index) {
    unroll<rotations>([&](auto rotation) {
      constexpr unsigned filled = (2U << index) - 1;
      constexpr unsigned there = (filled << rotation | filled >> (radix - rotation)) & all_there;
      passes[index_of<radix>(there)] = first_pass<radix, there>;
    });
  });
  return passes;
}

template <int radix>
FirstPass first_pass_of(unsigned there) {
  static constexpr auto passes = make_first_passes<radix>();
  return passes[index_of<radix>(there)];
}

inline FirstPass find_first_pass(const FftPlan& plan, unsigned there) {
  if (plan.passes.size() == 1) return copy_inputs;
  switch (plan.passes.front().radix) {
    case 2: return first_pass_of<2>(there);
    case 3: return first_pass_of<3>(there);
    case 4: return first_pass_of<4>(there);
    case 5: return first_pass_of<5>(there);
    case 7: return first_pass_of<7>(there);
    case 8: return first_pass_of<8>(there);
    default: return first_pass_of<9>(there);
  }
}

inline LaterPass find_later_pass(int radix) {
  switch (radix) {
    case 2: return later_pass<2>;
    case 3: return later_pass<3>;
    case 4: return later_pass<4>;
    case 5: return later_pass<5>;
    case 7: return later_pass<7>;
    case 8: return later_pass<8>;
    default: return later_pass<9>;
  }
}

/// Run passes 1 to `last` over `data`, depth first, so that what a pass reads is still in the
/// cache.
inline void run_passes(const FftPlan& plan, Complex* data, std::size_t last) {
  if (last == 0) return;
  const FftPass& pass = plan.passes[last];
  for (int q = 0; q < pass.radix && last > 1; ++q) run_passes(plan, data + q * pass.span, last - 1);
  find_later_pass(pass.radix)(plan, pass, data);
}

/// Transform `inputs` to `data`, but for the last pass: see spectrum.h.
inline void passes_but_last(const FftPlan& plan, const Inputs& inputs, Complex* data) {
  for (const InputRun& run : inputs.plan.runs)
    find_first_pass(plan, run.there)(plan, run, inputs, data);
  const std::size_t last = plan.passes.size() - 1;
  for (int q = 0; q < plan.passes[last].radix && last > 1; ++q) {
    run_passes(plan, data + q * plan.passes[last].span, last - 1);
  }
}

}  // namespace melgraph_frontends::fast::MELGRAPH_SIMD
