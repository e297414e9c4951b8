#pragma once

#include "fft.h"
#include "plan.h"

// The last pass of the transform together with what follows it: from registers to the power or
// magnitude of each bin, without writing the spectrum.

namespace melgraph_frontends::fast::MELGRAPH_SIMD {

template <bool magnitude, bool in_steps = false>
MELGRAPH_INLINE Vector size_of(Vector re, Vector im) {
  const Vector power = add_product(im, im, re * re);
  if constexpr (magnitude && in_steps) {
    return square_root_in_steps(power);
  } else if constexpr (magnitude) {
    return square_root(power);
  } else {
    return power;
  }
}

/// Unpack bins k and points - k of a real transform, which the complex points `a` and `b` of these
/// numbers hold; what comes out is twice the spectrum.
template <bool magnitude, bool in_steps>
MELGRAPH_INLINE void unpack(const Plan& plan, std::int64_t k, const float* turn, Complex a,
                            Complex b, Vector* bins) {
  const Vector even_re = a.re + b.re;
  const Vector even_im = a.im - b.im;
  const Complex turned = multiply({a.im + b.im, b.re - a.re}, all(turn[0]), all(turn[1]));
  // A root takes as long as all else here: none is taken where no band reads it.
  const auto reads = [&plan](std::int64_t bin) {
    return !magnitude || (bin >= plan.first_bin && bin < plan.end_bin);
  };
  if (reads(k)) bins[k] = size_of<magnitude>(even_re + turned.re, even_im + turned.im);
  const std::int64_t mirrored = plan.fft.points - k;
  if (reads(mirrored)) {
    bins[mirrored] = size_of<magnitude, in_steps>(even_re - turned.re, even_im - turned.im);
  }
}

/// The bins of two butterflies that unpack each other, or of one that unpacks itself. Those without
/// twiddles have other partners: see `UnpackedPair`.
template <int radix, bool magnitude, bool twiddled, bool itself>
MELGRAPH_INLINE void unpack_pair(const Plan& plan, const UnpackedPair& pair, const float* turns,
                                 const Complex* data, Vector* bins) {
  const std::int64_t span = plan.fft.passes.back().span;
  const auto transform = [&](const LastButterfly& butterfly, Complex* a) MELGRAPH_INLINE_LAMBDA {
    const Complex* from = data + butterfly.number;
    if constexpr (twiddled) {
      twiddled_butterfly<radix>(from, span, plan.fft.twiddles.data() + butterfly.twiddles, a);
    } else {
      plain_butterfly<radix>(from, span, a);
    }
  };
  Complex a[radix];
  Complex b[radix];
  transform(pair.first, a);
  if constexpr (!itself) transform(pair.second, b);
  const std::int32_t* outputs = plan.fft.outputs.data() + pair.first.number * radix;
  constexpr int count = !itself ? radix : twiddled ? (radix + 1) / 2 : radix / 2 + 1;
  unroll<count>([&](auto t) MELGRAPH_INLINE_LAMBDA {
    constexpr int partner = twiddled ? radix - 1 - t : (radix - t) % radix;
    // About every fourth root by products: counted for processors whose unit for roots takes 12
    // cycles for 16 numbers, it is then busy for as long as those for products.
    unpack<magnitude, t % 2 == 0>(plan, outputs[t], turns + 2 * t, a[t],
                                  itself ? a[partner] : b[partner], bins);
  });
}

template <int radix, bool magnitude>
void packed_bins(const Plan& plan, const Complex* data, Vector* bins) {
  const float* turns = plan.turns.data();
  for (const UnpackedPair& pair : plan.pairs) {
    const bool itself = pair.first.number == pair.second.number;
    if (pair.twiddled && !itself) {
      unpack_pair<radix, magnitude, true, false>(plan, pair, turns, data, bins);
    } else if (pair.twiddled) {
      unpack_pair<radix, magnitude, true, true>(plan, pair, turns, data, bins);
    } else if (!itself) {
      unpack_pair<radix, magnitude, false, false>(plan, pair, turns, data, bins);
    } else {
      unpack_pair<radix, magnitude, false, true>(plan, pair, turns, data, bins);
    }
    turns += 2 * radix;
  }
}

template <int radix, bool magnitude>
void plain_bins(const Plan& plan, const Complex* data, Vector* bins) {
  const auto write = [&](std::int64_t j, const Complex* a) MELGRAPH_INLINE_LAMBDA {
    const std::int32_t* outputs = plan.fft.outputs.data() + j * radix;
    unroll<radix>([&](auto t) MELGRAPH_INLINE_LAMBDA {
      if (outputs[t] < plan.bins) bins[outputs[t]] = size_of<magnitude>(a[t].re, a[t].im);
    });
  };
  run_butterflies<radix>(plan.fft, plan.fft.passes.back(), data, write);
}

template <int radix>
MELGRAPH_INLINE void last_pass_of(const Plan& plan, const Complex* data, Vector* bins) {
  if (plan.packed) {
    plan.magnitude ? packed_bins<radix, true>(plan, data, bins)
                   : packed_bins<radix, false>(plan, data, bins);
  } else {
    plan.magnitude ? plain_bins<radix, true>(plan, data, bins)
                   : plain_bins<radix, false>(plan, data, bins);
  }
}

/// Run the last pass of the transform and give power or magnitude of the bins.
inline void last_pass(const Plan& plan, const Complex* data, Vector* bins) {
  switch (plan.fft.passes.back().radix) {
    case 2: return last_pass_of<2>(plan, data, bins);
    case 3: return last_pass_of<3>(plan, data, bins);
    case 4: return last_pass_of<4>(plan, data, bins);
    case 5: return last_pass_of<5>(plan, data, bins);
    case 7: return last_pass_of<7>(plan, data, bins);
    default: return last_pass_of<8>(plan, data, bins);
  }
}

}  // namespace melgraph_frontends::fast::MELGRAPH_SIMD
