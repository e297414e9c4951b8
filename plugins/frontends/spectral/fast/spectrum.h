#pragma once

#include "fft.h"
#include "plan.h"

// The last pass of the transform together with what follows it: from registers to the power or
// magnitude of each bin, without writing the spectrum.

namespace melgraph_frontends::fast::MELGRAPH_SIMD {

template <bool magnitude>
MELGRAPH_INLINE Vector size_of(Vector re, Vector im) {
  const Vector power = add_product(im, im, re * re);
  if constexpr (magnitude) {
    return square_root(power);
  } else {
    return power;
  }
}

/// Unpack bins k and points - k of a real transform, which the complex points `a` and `b` of these
/// numbers hold; what comes out is twice the spectrum.
template <bool magnitude>
MELGRAPH_INLINE void unpack(const Plan& plan, std::int64_t k, Complex a, Complex b, Vector* bins) {
  const float* turns = plan.turns.data() + 2 * k;
  const Vector turn_re = all(turns[0]);
  const Vector turn_im = all(turns[1]);
  const Vector even_re = a.re + b.re;
  const Vector even_im = a.im - b.im;
  const Complex turned = multiply({a.im + b.im, b.re - a.re}, turn_re, turn_im);
  // A root takes as long as all else here: none is taken where no band reads it.
  if (!magnitude || k >= plan.first_bin) {
    bins[k] = size_of<magnitude>(even_re + turned.re, even_im + turned.im);
  }
  const std::int64_t mirrored = plan.fft.points - k;
  if (!magnitude || mirrored < plan.end_bin) {
    bins[mirrored] = size_of<magnitude>(even_re - turned.re, even_im - turned.im);
  }
}

/// The transforms j and span - j of the last pass give points that unpack each other.
template <int radix, bool magnitude>
void packed_bins(const Plan& plan, const Complex* data, Vector* bins) {
  const std::int64_t span = plan.fft.spans.back();
  const float* twiddles = plan.fft.twiddles.data() + plan.fft.offsets.back();
  constexpr int step = 2 * (radix - 1);
  Complex a[radix];
  Complex b[radix];
  transform_at<radix>(data, span, twiddles, a);
  bins[0] = size_of<magnitude>(2.0F * (a[0].re + a[0].im), Vector{});
  bins[plan.fft.points] = size_of<magnitude>(2.0F * (a[0].re - a[0].im), Vector{});
  unroll<radix / 2>([&](auto index) MELGRAPH_INLINE_LAMBDA {
    constexpr int t = index + 1;
    unpack<magnitude>(plan, t * span, a[t], a[radix - t], bins);
  });
  std::int64_t j = 1;
  for (; 2 * j < span; ++j) {
    transform_at<radix>(data + j, span, twiddles + j * step, a);
    transform_at<radix>(data + span - j, span, twiddles + (span - j) * step, b);
    unroll<radix>([&](auto t) MELGRAPH_INLINE_LAMBDA {
      if constexpr (t <= (radix - 1) / 2) {
        unpack<magnitude>(plan, j + t * span, a[t], b[radix - 1 - t], bins);
      } else {
        unpack<magnitude>(plan, span - j + (radix - 1 - t) * span, b[radix - 1 - t], a[t], bins);
      }
    });
  }
  if (2 * j == span) {
    transform_at<radix>(data + j, span, twiddles + j * step, a);
    unroll<(radix + 1) / 2>([&](auto t) MELGRAPH_INLINE_LAMBDA {
      unpack<magnitude>(plan, j + t * span, a[t], a[radix - 1 - t], bins);
    });
  }
}

template <int radix, bool magnitude>
void plain_bins(const Plan& plan, const Complex* data, Vector* bins) {
  const std::int64_t span = plan.fft.spans.back();
  const float* twiddles = plan.fft.twiddles.data() + plan.fft.offsets.back();
  for (std::int64_t j = 0; j < span; ++j, twiddles += 2 * (radix - 1)) {
    Complex a[radix];
    transform_at<radix>(data + j, span, twiddles, a);
    unroll<radix>([&](auto t) MELGRAPH_INLINE_LAMBDA {
      const std::int64_t k = j + t * span;
      if (k < plan.bins) bins[k] = size_of<magnitude>(a[t].re, a[t].im);
    });
  }
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
  switch (plan.fft.radices.back()) {
    case 2: return last_pass_of<2>(plan, data, bins);
    case 3: return last_pass_of<3>(plan, data, bins);
    case 4: return last_pass_of<4>(plan, data, bins);
    case 5: return last_pass_of<5>(plan, data, bins);
    case 7: return last_pass_of<7>(plan, data, bins);
    default: return last_pass_of<8>(plan, data, bins);
  }
}

}  // namespace melgraph_frontends::fast::MELGRAPH_SIMD
