#include "run/kaiser_resampler.h"

#include <algorithm>
#include <limits>

namespace melgraph {

namespace {

// Input taken at a time: keeps the working set in the cache and the memory bounded for any push.
constexpr std::size_t push_block = 16384;

}  // namespace

KaiserResampler::KaiserResampler(int from, int to, const DotProducts& dots)
    : kernel_(kaiser_kernel(from, to)), dots_(dots) {
  reset();
}

void KaiserResampler::reset() {
  samples_start_ = *std::min_element(kernel_->first.begin(), kernel_->first.end());
  samples_start_ = std::min<std::int64_t>(samples_start_, 0);
  samples_.assign(static_cast<std::size_t>(-samples_start_), 0.0F);
  received_ = 0;
  emitted_ = 0;
  period_ = 0;
  phase_ = 0;
}

void KaiserResampler::push(const float* samples, std::size_t count, std::vector<float>& out) {
  while (count > 0) {
    const std::size_t taken = std::min(count, push_block);
    samples_.insert(samples_.end(), samples, samples + taken);
    received_ += static_cast<std::int64_t>(taken);
    samples += taken;
    count -= taken;
    emit(std::numeric_limits<std::int64_t>::max(), out);
  }
}

void KaiserResampler::finish(std::vector<float>& out) {
  const std::int64_t total = (received_ * kernel_->up + kernel_->down - 1) / kernel_->down;
  while (emitted_ < total) {
    samples_.resize(samples_.size() + std::max(kernel_->taps, push_block / 8), 0.0F);
    emit(total, out);
  }
  reset();
}

void KaiserResampler::emit(std::int64_t limit, std::vector<float>& out) {
  const KaiserKernel& kernel = *kernel_;
  const auto taps = static_cast<std::int64_t>(kernel.taps);
  const std::int64_t available = samples_start_ + static_cast<std::int64_t>(samples_.size());
  while (emitted_ < limit) {
    if (phase_ == 0 && emit_periods(limit, out)) continue;
    const std::int64_t begin = period_ + kernel.first[phase_];
    if (begin + taps > available) break;
    out.push_back(dots_.single(samples_.data() + (begin - samples_start_),
                               kernel.coefficients.data() + phase_ * kernel.taps, kernel.taps));
    ++emitted_;
    if (static_cast<std::int64_t>(++phase_) == kernel.up) {
      phase_ = 0;
      period_ += kernel.down;
    }
  }
  drop_used();
}

// Computes `dot_rows` whole periods, whose outputs of one phase share their coefficients.
bool KaiserResampler::emit_periods(std::int64_t limit, std::vector<float>& out) {
  const KaiserKernel& kernel = *kernel_;
  constexpr auto periods = static_cast<std::int64_t>(dot_rows);
  const std::int64_t available = samples_start_ + static_cast<std::int64_t>(samples_.size());
  const std::int64_t last_begin = period_ + (periods - 1) * kernel.down + kernel.first.back();
  if (last_begin + static_cast<std::int64_t>(kernel.taps) > available) return false;
  if (limit - emitted_ < periods * kernel.up) return false;

  const auto up = static_cast<std::size_t>(kernel.up);
  const std::size_t offset = out.size();
  out.resize(offset + dot_rows * up);
  const float* input = samples_.data() + (period_ - samples_start_);
  for (std::size_t phase = 0; phase < up; ++phase) {
    float sums[dot_rows];
    dots_.shared(input + kernel.first[phase], static_cast<std::size_t>(kernel.down),
                 kernel.coefficients.data() + phase * kernel.taps, kernel.taps, sums);
    for (std::size_t row = 0; row < dot_rows; ++row) out[offset + row * up + phase] = sums[row];
  }
  emitted_ += periods * kernel.up;
  period_ += periods * kernel.down;
  return true;
}

void KaiserResampler::drop_used() {
  // `first` grows with the phase, so nothing before the next output's first tap is needed again.
  const std::int64_t used = period_ + kernel_->first[phase_] - samples_start_;
  const auto size = static_cast<std::int64_t>(samples_.size());
  if (used < size / 2) return;  // moving the rest seldom keeps the cost a sample constant
  const std::int64_t dropped = std::min(used, size);
  samples_.erase(samples_.begin(), samples_.begin() + dropped);
  samples_start_ += dropped;
}

}  // namespace melgraph
