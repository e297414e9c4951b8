#pragma once

#include <cstddef>

#include "butterflies.h"
#include "fft_plan.h"
#include "input_plan.h"

namespace melgraph_frontends::fast::MELGRAPH_SIMD {

/// What the first pass reads.
struct Inputs {
  const float* samples;  ///< [column][pitch]
  std::int64_t pitch;
  const float* factors;  ///< of each input, those of the window: [points][re, im]

  const float* at(Place place) const { return samples + place.column * pitch + place.row; }
};

using FirstPass = void (*)(const FftPlan& plan, const InputRun& run, const Inputs& inputs,
                           Complex* data);
using LaterPass = void (*)(Complex* data, std::int64_t span, const float* twiddles);

/// The innermost pass, without twiddles: the transforms of a run, which multiply their inputs by
/// their factors.
template <int radix, int filled>
void first_pass(const FftPlan& plan, const InputRun& run, const Inputs& inputs, Complex* data) {
  const Vector zero{};
  const float* parts[2 * filled];
  for (int i = 0; i < 2 * filled; ++i) {
    const Place place = run.places[static_cast<std::size_t>(i)];
    parts[i] = place.column < 0 ? reinterpret_cast<const float*>(&zero) : inputs.at(place);
  }
  const std::int64_t* slots = plan.slots.data() + run.first;
  const float* factors = inputs.factors + 2 * run.first;
  const std::int64_t apart = 2 * (plan.points / radix);
  const std::int64_t step = run.step;
  std::int64_t further = 0;
  for (std::int64_t i = 0; i < run.count; ++i) {
    Complex a[radix];
    unroll<radix>([&](auto q) MELGRAPH_INLINE_LAMBDA {
      if constexpr (q < filled) {
        a[q] = {load(parts[2 * q] + further) * factors[q * apart],
                load(parts[2 * q + 1] + further) * factors[q * apart + 1]};
      } else {
        a[q] = Complex{};
      }
    });
    transform_filled<radix, filled>(a);
    Complex* to = data + slots[i * step];
    unroll<radix>([&](auto q) MELGRAPH_INLINE_LAMBDA { to[q] = a[q]; });
    further += 2 * step * inputs.pitch;
    factors += 2 * step;
  }
}

/// In place of the innermost pass where it is the last one too, which runs elsewhere.
inline void copy_inputs(const FftPlan& plan, const InputRun& run, const Inputs& inputs,
                        Complex* data) {
  for (std::int64_t q = 0; q < plan.points; ++q) {
    const auto part = [&](std::int64_t i) {
      if (q >= run.filled) return Vector{};
      const Place place = run.places[static_cast<std::size_t>(2 * q + i)];
      return place.column < 0 ? Vector{} : load(inputs.at(place)) * inputs.factors[2 * q + i];
    };
    data[q] = {part(0), part(1)};
  }
}

/// One transform of a pass: inputs j, j + span, ... with their twiddles.
template <int radix>
MELGRAPH_INLINE void transform_at(const Complex* data, std::int64_t span, const float* twiddles,
                                  Complex* a) {
  a[0] = data[0];
  unroll<radix - 1>([&](auto index) MELGRAPH_INLINE_LAMBDA {
    constexpr int q = index + 1;
    const Complex value = data[span * q];
    const Vector re = all(twiddles[2 * index]);
    const Vector im = all(twiddles[2 * index + 1]);
    a[q] = multiply(value, re, im);
  });
  Butterfly<radix>::run(a);
}

template <int radix>
void later_pass(Complex* data, std::int64_t span, const float* twiddles) {
  for (std::int64_t j = 0; j < span; ++j, ++data, twiddles += 2 * (radix - 1)) {
    Complex a[radix];
    transform_at<radix>(data, span, twiddles, a);
    unroll<radix>([&](auto q) MELGRAPH_INLINE_LAMBDA { data[span * q] = a[q]; });
  }
}

template <int radix, int filled = 1>
FirstPass first_pass_of(int wanted) {
  if constexpr (filled == radix) {
    return first_pass<radix, radix>;
  } else {
    return wanted <= filled ? first_pass<radix, filled> : first_pass_of<radix, filled + 1>(wanted);
  }
}

inline FirstPass find_first_pass(const FftPlan& plan, int filled) {
  if (plan.radices.size() == 1) return copy_inputs;
  switch (plan.radices.front()) {
    case 2: return first_pass_of<2>(filled);
    case 3: return first_pass_of<3>(filled);
    case 4: return first_pass_of<4>(filled);
    case 5: return first_pass_of<5>(filled);
    case 7: return first_pass_of<7>(filled);
    case 8: return first_pass_of<8>(filled);
    case 9: return first_pass_of<9>(filled);
    default: return first_pass_of<15>(filled);
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

/// Run passes 1 to `pass` over `data`, depth first, so that what a pass reads is still in the
/// cache.
inline void run_passes(const FftPlan& plan, Complex* data, std::size_t pass) {
  if (pass == 0) return;
  const int radix = plan.radices[pass];
  const std::int64_t span = plan.spans[pass];
  for (int q = 0; q < radix && pass > 1; ++q) run_passes(plan, data + q * span, pass - 1);
  find_later_pass(radix)(data, span, plan.twiddles.data() + plan.offsets[pass]);
}

/// Transform `inputs` to `data`, but for the last pass: see spectrum.h. Part by part, for the same
/// reason.
inline void passes_but_last(const FftPlan& plan, const std::vector<InputRun>& runs,
                            const Inputs& inputs, Complex* data) {
  const std::size_t last = plan.radices.size() - 1;
  auto run = runs.begin();
  for (int part = 0; part < plan.parts(); ++part) {
    for (; run != runs.end() && run->part == part; ++run) {
      find_first_pass(plan, run->filled)(plan, *run, inputs, data);
    }
    if (last > 1) run_passes(plan, data + part * plan.spans[last], last - 1);
  }
}

}  // namespace melgraph_frontends::fast::MELGRAPH_SIMD
