#include "run/halver.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "run/sinc_kernel.h"

// Compiled with -ffp-contract=off, like all code whose bits must not depend on the processor.

namespace melgraph {

namespace {

constexpr double pi = 3.14159265358979323846;

// Kaiser's formulas for the length and beta of a filter of this attenuation.
constexpr double attenuation = 132.0;  // dB
constexpr double beta = 0.1102 * (attenuation - 8.7);

std::vector<float> half_band(double edge) {
  const double transition = 2.0 * pi * (0.5 - 2.0 * edge);
  const double length = (attenuation - 7.95) / (2.285 * transition) + 1.0;
  const auto pairs = static_cast<std::size_t>(std::ceil(length / 4.0 + 0.5));
  std::vector<double> taps;
  double sum = 0.0;
  for (std::size_t j = 0; j < pairs; ++j) {
    const double offset = 2.0 * static_cast<double>(j) + 1.0;
    const double sinc = (j % 2 == 0 ? 1.0 : -1.0) / (pi * offset);
    const double relative = offset / (2.0 * static_cast<double>(pairs));
    taps.push_back(sinc * kaiser_window(beta, relative));
    sum += taps.back();
  }
  std::vector<float> rounded;
  for (const double tap : taps) rounded.push_back(static_cast<float>(tap * 0.25 / sum));
  return rounded;
}

template <std::size_t... lane>
[[gnu::always_inline]] inline std::size_t split(std::index_sequence<lane...> /*lanes*/,
                                                const float* samples, std::size_t count,
                                                float* even, float* odd) {
  constexpr std::size_t lanes = sizeof...(lane);
  typedef float V __attribute__((vector_size(lanes * sizeof(float))));
  std::size_t done = 0;
  for (; done + lanes <= count; done += lanes) {
    V low;
    V high;
    std::memcpy(&low, samples + 2 * done, sizeof(V));
    std::memcpy(&high, samples + 2 * done + lanes, sizeof(V));
    const V evens = __builtin_shufflevector(low, high, (2 * lane)...);
    const V odds = __builtin_shufflevector(low, high, (2 * lane + 1)...);
    std::memcpy(even + done, &evens, sizeof(V));
    std::memcpy(odd + done, &odds, sizeof(V));
  }
  return done;
}

// A block at once: its sums do not wait for each other.
template <std::size_t lanes>
[[gnu::always_inline]] inline void halve(const float* even, const float* odd, const float* taps,
                                         std::size_t pairs, std::size_t count, float* out) {
  typedef float V __attribute__((vector_size(lanes * sizeof(float))));
  constexpr std::size_t parts = halver_block / lanes;
  for (std::size_t m = 0; m < count; m += halver_block) {
    V sums[parts];
    std::memcpy(sums, even + m, sizeof(sums));
#pragma GCC unroll 4
    for (V& sum : sums) sum *= 0.5F;
    for (std::size_t j = 0; j < pairs; ++j) {
#pragma GCC unroll 4
      for (std::size_t part = 0; part < parts; ++part) {
        V after;
        V before;
        std::memcpy(&after, odd + m + part * lanes + j, sizeof(V));
        std::memcpy(&before, odd + m + part * lanes - 1 - j, sizeof(V));
        sums[part] += (after + before) * taps[j];
      }
    }
    std::memcpy(out + m, sums, sizeof(sums));
  }
}

std::size_t baseline_split(const float* samples, std::size_t count, float* even, float* odd) {
  return split(std::make_index_sequence<4>{}, samples, count, even, odd);
}

void baseline(const float* even, const float* odd, const float* taps, std::size_t pairs,
              std::size_t count, float* out) {
  halve<4>(even, odd, taps, pairs, count, out);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] std::size_t avx2_split(const float* samples, std::size_t count, float* even,
                                               float* odd) {
  return split(std::make_index_sequence<8>{}, samples, count, even, odd);
}

[[gnu::target("avx512f")]] std::size_t avx512_split(const float* samples, std::size_t count,
                                                    float* even, float* odd) {
  return split(std::make_index_sequence<16>{}, samples, count, even, odd);
}

[[gnu::target("avx2")]] void avx2(const float* even, const float* odd, const float* taps,
                                  std::size_t pairs, std::size_t count, float* out) {
  halve<8>(even, odd, taps, pairs, count, out);
}

// Adds taps `j` and up of a group to the outputs at `odd`. Nearly every load crosses two lines of
// the cache, and so half of what is needed is shifted out of registers, which hold what stands
// before and behind.
template <int j>
[[gnu::target("avx512f"), gnu::always_inline]] inline void add_taps(const float* odd, __m512i left,
                                                                    __m512i right,
                                                                    const float* taps,
                                                                    std::size_t count,
                                                                    __m512& sum) {
  if constexpr (j < static_cast<int>(halver_block)) {
    if (static_cast<std::size_t>(j) == count) return;
    const __m512i before = _mm512_alignr_epi32(right, left, halver_block - 1 - j);
    const __m512 pair = _mm512_add_ps(_mm512_loadu_ps(odd + j), _mm512_castsi512_ps(before));
    sum = _mm512_add_ps(sum, _mm512_mul_ps(pair, _mm512_set1_ps(taps[j])));
    add_taps<j + 1>(odd, left, right, taps, count, sum);
  }
}

[[gnu::target("avx512f")]] void avx512(const float* even, const float* odd, const float* taps,
                                       std::size_t pairs, std::size_t count, float* out) {
  static_assert(halver_block == sizeof(__m512) / sizeof(float));
  for (std::size_t m = 0; m < count; m += halver_block) {
    __m512 sum = _mm512_mul_ps(_mm512_loadu_ps(even + m), _mm512_set1_ps(0.5F));
    __m512i right = _mm512_loadu_si512(odd + m);
    for (std::size_t j = 0; j < pairs; j += halver_block) {
      const __m512i left = _mm512_loadu_si512(odd + m - j - halver_block);
      add_taps<0>(odd + m + j, left, right, taps + j, pairs - j, sum);
      right = left;
    }
    _mm512_storeu_ps(out + m, sum);
  }
}
#endif

}  // namespace

HalvingFilter halving_filter(FilterForm form) noexcept {
#if defined(__x86_64__)
  if (form == FilterForm::avx512) return avx512;
  if (form == FilterForm::avx2) return avx2;
#endif
  static_cast<void>(form);
  return baseline;
}

PairSplitter pair_splitter(FilterForm form) noexcept {
#if defined(__x86_64__)
  if (form == FilterForm::avx512) return avx512_split;
  if (form == FilterForm::avx2) return avx2_split;
#endif
  static_cast<void>(form);
  return baseline_split;
}

Halver::Halver(double edge, std::int64_t lead, FilterForm form)
    : filter_(halving_filter(form)),
      split_(pair_splitter(form)),
      taps_(half_band(edge)),
      input_lead_(lead) {
  const auto pairs = static_cast<std::int64_t>(taps_.size());
  lead_ = (lead / 2 + pairs + 1) / 2 * 2;
  reset();
}

void Halver::reset() {
  next_ = -lead_;
  start_ = next_ - static_cast<std::int64_t>(halver_reach(taps_.size()));
  odd_count_ = static_cast<std::size_t>(-input_lead_ / 2 - start_);
  even_count_ = odd_count_;
  even_.resize(std::max(even_.size(), even_count_));
  odd_.resize(even_.size());
  std::fill_n(even_.begin(), even_count_, 0.0F);
  std::fill_n(odd_.begin(), odd_count_, 0.0F);
}

void Halver::take(const float* samples, std::size_t count) {
  const std::size_t needed = even_count_ + count / 2 + 1 + halver_block;
  if (even_.size() < needed) {
    even_.resize(needed);
    odd_.resize(needed);
  }
  if (even_count_ > odd_count_ && count > 0) {
    odd_[odd_count_++] = *samples++;
    --count;
  }
  const std::size_t whole = count / 2;
  float* const even = even_.data() + even_count_;
  float* const odd = odd_.data() + odd_count_;
  std::size_t i = split_(samples, whole, even, odd);
  for (; i < whole; ++i) {
    even[i] = samples[2 * i];
    odd[i] = samples[2 * i + 1];
  }
  even_count_ += whole;
  odd_count_ += whole;
  if (2 * whole < count) even_[even_count_++] = samples[count - 1];
}

std::span<const float> Halver::push(const float* samples, std::size_t count) {
  take(samples, count);
  const auto pairs = static_cast<std::int64_t>(taps_.size());
  const std::int64_t behind = start_ + static_cast<std::int64_t>(odd_count_) - pairs + 1;
  if (behind <= next_) return {};
  const auto made = static_cast<std::size_t>(behind - next_);
  out_.resize(std::max(out_.size(), made + halver_block));
  const auto at = static_cast<std::size_t>(next_ - start_);
  filter_(even_.data() + at, odd_.data() + at, taps_.data(), taps_.size(), made, out_.data());
  next_ = behind;
  drop_used();
  return {out_.data(), made};
}

void Halver::drop_used() {
  const auto used = static_cast<std::size_t>(next_ - start_) - halver_reach(taps_.size());
  if (used < odd_count_ / 2) return;  // moving the rest seldom keeps the cost a sample constant
  std::copy(even_.data() + used, even_.data() + even_count_, even_.data());
  std::copy(odd_.data() + used, odd_.data() + odd_count_, odd_.data());
  even_count_ -= used;
  odd_count_ -= used;
  start_ += static_cast<std::int64_t>(used);
}

}  // namespace melgraph
