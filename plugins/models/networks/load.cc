#include "models/networks/load.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>

#include <vector>

#include "melgraph/error.h"

namespace melgraph {

at::Tensor adapt_channels(const at::Tensor& weight, std::int64_t channels, ChannelRule rule) {
  const std::int64_t before = weight.size(1);
  std::vector<std::int64_t> repeats(static_cast<std::size_t>(weight.dim()), 1);
  repeats[1] = channels;
  const double ratio = static_cast<double>(before) / static_cast<double>(channels);
  switch (rule) {
    case ChannelRule::none: return weight;
    case ChannelRule::mean: return weight.mean(1, true).repeat(repeats);
    case ChannelRule::sum: return weight.mean(1, true).mul(ratio).repeat(repeats);
    case ChannelRule::repeat:
      return weight.index_select(1, at::arange(channels, at::kLong).remainder(before)).mul(ratio);
  }
  return weight;
}

void load_network(NetworkModule& module, const StateDict& state, const WeightsPlan& plan,
                  ChannelRule rule, const std::string& what) {
  std::vector<at::Tensor> targets;
  const auto& layers = module.network().layers;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    for (const at::Tensor& tensor : module.state_of(static_cast<int>(i))) targets.push_back(tensor);
  }
  const at::NoGradGuard no_grad;
  for (const WeightsPlan::Assignment& assignment : plan.assignments) {
    const at::Tensor& source = state.tensors.find(assignment.source)->second;
    at::Tensor& target = targets[assignment.entry];
    if (target.is_floating_point() && !source.is_floating_point()) {
      throw Error(ErrorCode::invalid_graph,
                  what + ": tensor `" + assignment.source + "` holds " + source.toString() +
                      ", not floating point numbers",
                  "weights that were quantised must be stored as floating point numbers");
    }
    if (source.is_floating_point() && !source.isfinite().all().item<bool>()) {
      throw Error(ErrorCode::invalid_graph,
                  what + ": tensor `" + assignment.source + "` holds numbers that are not finite",
                  "use weights from a training run that did not diverge");
    }
    target.copy_(assignment.adapt ? adapt_channels(source.to(at::kFloat), target.size(1), rule)
                                  : source);
  }
}

}  // namespace melgraph
