#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "run/dot_product.h"
#include "run/resampler.h"

namespace melgraph {

/// Polyphase filter of one pair of rates: `up` phases of `taps` coefficients.
struct KaiserKernel {
  std::int64_t down = 1;  ///< input samples a period: from / gcd(from, to)
  std::int64_t up = 1;    ///< output samples a period: to / gcd(from, to)
  std::size_t taps = 0;   ///< coefficients a phase, a multiple of `dot_block`; the last may be zero
  std::vector<std::int64_t> first;  ///< [up] input index of the first tap, period starting at 0
  std::vector<float> coefficients;  ///< [up][taps]
};

/// Return the kernel of `from` to `to` Hz, shared between all who ask for the same ratio.
///
/// Windowed sinc with 64 zero crossings a side, roll-off 0.9475937167399596 and a Kaiser window of
/// beta 14.769656459379492 (resampy 0.2 `kaiser_best`, torchaudio `sinc_interp_kaiser`), computed
/// in float64 without libm, so that its bits are the same everywhere. Taps outside the window are
/// left out. Throws `Error` where it would take more than `max_kaiser_kernel_bytes`.
/// [any-thread]
std::shared_ptr<const KaiserKernel> kaiser_kernel(int from, int to);

/// Largest kernel, bytes of coefficients.
inline constexpr std::size_t max_kaiser_kernel_bytes = std::size_t{64} << 20;

/// Resampler `kaiser-best`.
class KaiserResampler final : public Resampler {
 public:
  KaiserResampler(int from, int to, const DotProducts& dots = best_dot_products());

  void push(const float* samples, std::size_t count, std::vector<float>& out) override;
  void finish(std::vector<float>& out) override;
  void reset() override;

 private:
  void emit(std::int64_t limit, std::vector<float>& out);
  bool emit_periods(std::int64_t limit, std::vector<float>& out);
  void drop_used();

  std::shared_ptr<const KaiserKernel> kernel_;
  DotProducts dots_;
  std::vector<float> samples_;  // input from index samples_start_ on, zeros before index 0
  std::int64_t samples_start_ = 0;
  std::int64_t received_ = 0;  // input samples
  std::int64_t emitted_ = 0;   // output samples
  std::int64_t period_ = 0;    // first input index of the current period
  std::size_t phase_ = 0;
};

}  // namespace melgraph
