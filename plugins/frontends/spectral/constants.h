#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "config.h"

namespace melgraph_frontends {

/// Tensors that a front end computes once: never changed, shared by all instances.
struct Constants {
  std::vector<at::Tensor> windows;  ///< [win_length] of each resolution
  at::Tensor bank;                  ///< [bin, mel]; undefined for `frontend.stft`
  at::Tensor cepstrum;              ///< [mel, coefficient]; only of `frontend.mfcc`

  std::vector<double> pcen_smoothing;  ///< of each resolution; only where there is PCEN

  /// Return the constants in another type and on another device.
  Constants to(const at::TensorOptions& options) const;
};

/// Compute the constants in float64 on the CPU.
Constants make_constants(const Config& config, int sample_rate);

}  // namespace melgraph_frontends
