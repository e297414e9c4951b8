#include "stft.h"

#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/view_as_real.h>
#include <ATen/ops/where.h>

namespace melgraph_frontends {

at::Tensor spectrum(const at::Tensor& frames, const at::Tensor& window, std::int64_t n_fft,
                    int power) {
  // at::abs of complex numbers guards against overflow, at several times the cost.
  const at::Tensor parts = at::view_as_real(at::fft_rfft(frames.mul(window), n_fft));
  const at::Tensor energy = parts.select(-1, 0).square().add(parts.select(-1, 1).square());
  if (power == 2) return energy;
  if (!energy.requires_grad()) return energy.sqrt();
  // The slope of the root is infinite at zero, and digital silence would give gradients of NaN.
  const at::Tensor positive = energy.gt(0);
  return at::where(positive, at::where(positive, energy, 1).sqrt(), 0);
}

}  // namespace melgraph_frontends
