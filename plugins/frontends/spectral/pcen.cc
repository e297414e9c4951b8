#include "pcen.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace melgraph_frontends {
namespace {

// Frames that one product of matrices smooths.
constexpr std::int64_t block = 64;

// The recursion over `block` frames as a matrix, [time, 1 + time]: column 0 is the weight of the
// value before the first frame. Every row sums to 1.
at::Tensor smoothing_matrix(double smoothing, const at::TensorOptions& options) {
  at::Tensor matrix = at::empty({block, 1 + block}, at::TensorOptions().dtype(at::kDouble));
  auto* weights = matrix.mutable_data_ptr<double>();
  for (std::int64_t row = 0; row < block; ++row, weights += 1 + block) {
    std::fill(weights, weights + 1 + block, 0.0);
    weights[0] = std::pow(1 - smoothing, static_cast<double>(row + 1));
    for (std::int64_t frame = 0; frame <= row; ++frame) {
      weights[1 + frame] = smoothing * std::pow(1 - smoothing, static_cast<double>(row - frame));
    }
  }
  return matrix.to(options);
}

at::Tensor smooth(const at::Tensor& energies, double smoothing) {
  const at::Tensor matrix = smoothing_matrix(smoothing, energies.options());
  at::Tensor before =
      at::ones({energies.size(0), energies.size(1), 1, energies.size(3)}, energies.options());
  std::vector<at::Tensor> blocks;
  for (std::int64_t first = 0; first < energies.size(2); first += block) {
    const std::int64_t count = std::min(block, energies.size(2) - first);
    const at::Tensor weights = matrix.narrow(0, 0, count).narrow(1, 0, 1 + count);
    blocks.push_back(weights.matmul(at::cat({before, energies.narrow(2, first, count)}, 2)));
    before = blocks.back().narrow(2, count - 1, 1);
  }
  return at::cat(blocks, 2);
}

}  // namespace

double pcen_smoothing(const PcenConfig& pcen, double frames_per_second) {
  const double frames = pcen.time_constant * frames_per_second;
  return (std::sqrt(1 + 4 * frames * frames) - 1) / (2 * frames * frames);
}

at::Tensor pcen(const at::Tensor& energies, const PcenConfig& config, double smoothing) {
  const at::Tensor level =
      smooth(energies, smoothing).div(config.eps).log1p().add(std::log(config.eps));
  const at::Tensor flat = energies.mul(level.mul(-config.gain).exp());
  if (config.power == 0) return flat.log1p();
  if (config.bias == 0) return flat.pow(config.power);
  return flat.div(config.bias)
      .log1p()
      .mul(config.power)
      .expm1()
      .mul(std::pow(config.bias, config.power));
}

}  // namespace melgraph_frontends
