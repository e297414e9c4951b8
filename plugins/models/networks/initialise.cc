#include "models/networks/initialise.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

namespace melgraph {
namespace {

/// Products that one output is a sum of, and outputs that one input goes into.
struct Fans {
  double in = 0;
  double out = 0;
};

Fans fans_of(const at::Tensor& weight) {
  const double field = weight.dim() > 2 ? static_cast<double>(weight[0][0].numel()) : 1.0;
  return {field * static_cast<double>(weight.size(1)), field * static_cast<double>(weight.size(0))};
}

void fill_truncated_normal(const at::Tensor& tensor, double deviation,
                           const at::Generator& generator) {
  // The inverse of the normal distribution at uniform numbers between those of -2 and 2.
  const double low = std::erf(-2 / std::sqrt(2.0));
  tensor.uniform_(low, -low, generator).erfinv_().mul_(deviation * std::sqrt(2.0));
}

void fill_weight(const Layer& layer, const at::Tensor& weight, const at::Generator& generator) {
  const Fans fans = fans_of(weight);
  const double scale = layer.init_scale;
  switch (layer.init) {
    case Init::torch: {
      const double bound = 1 / std::sqrt(fans.in);
      weight.uniform_(-bound, bound, generator);
      break;
    }
    case Init::constant: weight.fill_(scale); break;
    case Init::normal:
    case Init::normal_weight: weight.normal_(0, scale, generator); break;
    case Init::truncated_normal: fill_truncated_normal(weight, scale, generator); break;
    case Init::kaiming_fan_in: weight.normal_(0, std::sqrt(2 / fans.in), generator); break;
    case Init::kaiming_fan_out: weight.normal_(0, std::sqrt(2 / fans.out), generator); break;
    case Init::xavier: {
      const double bound = std::sqrt(6 / (fans.in + fans.out));
      weight.uniform_(-bound, bound, generator);
      break;
    }
    case Init::uniform: weight.uniform_(-scale, scale, generator); break;
  }
}

}  // namespace

RandomNumbers::RandomNumbers(std::uint64_t seed)
    : generator_(at::detail::createCPUGenerator(seed)) {}

void initialise_layer(const Layer& layer, const std::vector<at::Tensor>& state,
                      RandomNumbers& numbers) {
  if (state.empty()) return;
  const at::NoGradGuard no_grad;
  if (layer.op == Op::scale) {
    state[0].fill_(layer.init_scale);
  } else if (layer.op == Op::batch_norm || layer.op == Op::layer_norm) {
    state[0].fill_(1);
    state[1].fill_(0);
    if (layer.op == Op::layer_norm) return;
    state[2].fill_(0);
    state[3].fill_(1);
    state[4].fill_(0);
  } else {
    fill_weight(layer, state[0], numbers.generator());
    if (state.size() < 2) return;
    if (layer.init == Init::torch || layer.init == Init::normal_weight) {
      const double bound = 1 / std::sqrt(fans_of(state[0]).in);
      state[1].uniform_(-bound, bound, numbers.generator());
    } else {
      state[1].fill_(0);
    }
  }
}

}  // namespace melgraph
