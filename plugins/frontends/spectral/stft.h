#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace melgraph_frontends {

/// Compute magnitude (`power` 1) or power (2) of windowed frames: [..., win_length] to
/// [..., n_fft/2 + 1]. Where the window stands in n_fft does not change them.
at::Tensor spectrum(const at::Tensor& frames, const at::Tensor& window, std::int64_t n_fft,
                    int power);

}  // namespace melgraph_frontends
