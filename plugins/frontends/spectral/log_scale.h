#pragma once

#include <ATen/core/Tensor.h>

#include "config.h"

namespace melgraph_frontends {

/// Take the logarithm that `log` asks for; `power` is the exponent that `values` have, so that
/// decibels are 20 log10 of magnitudes and 10 log10 of powers. `top_db` counts from the largest
/// value of each item (axis 0). PCEN is no logarithm: see pcen.h.
at::Tensor log_scale(const at::Tensor& values, const LogConfig& log, int power);

}  // namespace melgraph_frontends
