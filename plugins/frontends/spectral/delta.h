#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "delta_kernel.h"

namespace melgraph_frontends {

struct DeltaConfig {
  DeltaMethod method = DeltaMethod::regression;
  std::int64_t width = 5;
  std::int64_t order = 1;
  bool interp = false;
  bool keep_input = true;
};

/// Compute the differences of `order` along axis 2 of [item, channel, time, band].
at::Tensor delta(const at::Tensor& features, const DeltaConfig& config, std::int64_t order);

/// Compute what `frontend.delta` gives: input and all orders, or the deltas of one order alone.
at::Tensor run_delta(const at::Tensor& features, const DeltaConfig& config);

}  // namespace melgraph_frontends
