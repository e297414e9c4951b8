#include "delta.h"

#include <ATen/ops/cat.h>

#include <cstddef>
#include <vector>

namespace melgraph_frontends {
namespace {

constexpr std::int64_t time_axis = 2;

// Repeat the first and the last frame `count` times.
at::Tensor replicate_ends(const at::Tensor& features, std::int64_t count) {
  std::vector<std::int64_t> sizes = features.sizes().vec();
  sizes[time_axis] = count;
  const at::Tensor first = features.narrow(time_axis, 0, 1);
  const at::Tensor last = features.narrow(time_axis, features.size(time_axis) - 1, 1);
  return at::cat({first.expand(sizes), features, last.expand(sizes)}, time_axis);
}

at::Tensor correlate(const at::Tensor& features, const std::vector<double>& taps) {
  const auto width = static_cast<std::int64_t>(taps.size());
  const std::int64_t frames = features.size(time_axis) - width + 1;
  at::Tensor sum = features.narrow(time_axis, 0, frames).mul(taps[0]);
  for (std::int64_t i = 1; i < width; ++i) {
    sum = sum.add(features.narrow(time_axis, i, frames), taps[static_cast<std::size_t>(i)]);
  }
  return sum;
}

}  // namespace

at::Tensor delta(const at::Tensor& features, const DeltaConfig& config, std::int64_t order) {
  if (config.method == DeltaMethod::regression && order == 2) {
    return delta(delta(features, config, 1), config, 1);
  }
  const std::vector<double> taps = delta_kernel(config.method, config.width, order);
  const auto half = static_cast<std::int64_t>(taps.size() / 2);
  if (!config.interp) return correlate(replicate_ends(features, half), taps);
  // The k-th derivative of a polynomial of degree k is one number: the frames at an end all have
  // that of the polynomial through the outermost `width` frames.
  return replicate_ends(correlate(features, taps), half);
}

at::Tensor run_delta(const at::Tensor& features, const DeltaConfig& config) {
  if (!config.keep_input) return delta(features, config, config.order).contiguous();
  std::vector<at::Tensor> parts{features};
  for (std::int64_t order = 1; order <= config.order; ++order) {
    parts.push_back(delta(features, config, order));
  }
  return at::cat(parts, -1);
}

}  // namespace melgraph_frontends
