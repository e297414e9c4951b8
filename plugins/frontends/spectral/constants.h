#pragma once

#include <ATen/core/Tensor.h>

#include "config.h"

namespace melgraph_frontends {

/// Tensors that a front end computes once: never changed, shared by all instances.
struct Constants {
  at::Tensor window;    ///< [win_length]
  at::Tensor bank;      ///< [bin, mel]; undefined for `frontend.stft`
  at::Tensor cepstrum;  ///< [mel, coefficient]; only of `frontend.mfcc`

  /// Return the constants in another type and on another device.
  Constants to(const at::TensorOptions& options) const;
};

/// Compute the constants in float64 on the CPU.
Constants make_constants(const Config& config, int sample_rate);

}  // namespace melgraph_frontends
