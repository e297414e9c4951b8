#include "models/networks/module.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <memory>
#include <utility>

#include "models/networks/initialise.h"
#include "models/networks/layer_forward.h"

namespace melgraph {
namespace {

/// Return the module at `path` below `root`, made where it is missing, and the rest: the last name.
std::pair<torch::nn::Module*, std::string> holder_of(torch::nn::Module& root,
                                                     const std::string& path) {
  torch::nn::Module* module = &root;
  std::size_t begin = 0;
  for (std::size_t dot = path.find('.'); dot != std::string::npos; dot = path.find('.', begin)) {
    const std::string name = path.substr(begin, dot - begin);
    const auto children = module->named_children();
    if (const std::shared_ptr<torch::nn::Module>* child = children.find(name)) {
      module = child->get();
    } else {
      module = module->register_module(name, std::make_shared<torch::nn::Module>(name)).get();
    }
    begin = dot + 1;
  }
  return {module, path.substr(begin)};
}

at::Tensor neutral_buffer(const StateEntry& entry) {
  if (entry.integer) return at::zeros(entry.shape, at::kLong);
  const bool variance = entry.name.size() > 4 && entry.name.substr(entry.name.size() - 4) == "_var";
  return variance ? at::ones(entry.shape) : at::zeros(entry.shape);
}

}  // namespace

NetworkModule::NetworkModule(Network network, std::optional<std::uint64_t> seed)
    : torch::nn::Module("Network"), network_(std::move(network)) {
  for (const Layer& layer : network_.layers) {
    std::vector<at::Tensor> tensors;
    for (const StateEntry& entry : layer.state) {
      const auto [holder, name] = holder_of(*this, entry.name);
      tensors.push_back(entry.buffer ? holder->register_buffer(name, neutral_buffer(entry))
                                     : holder->register_parameter(name, at::zeros(entry.shape)));
    }
    tensors_.push_back(std::move(tensors));
  }
  if (seed) initialise(*seed);
}

std::vector<at::Tensor> NetworkModule::forward(const at::Tensor& input,
                                               const std::vector<int>& layers) {
  const std::vector<int> order = network_.needed_for(layers);
  std::vector<int> uses(network_.layers.size(), 0);
  for (const int layer : layers) ++uses[static_cast<std::size_t>(layer)];
  for (const int index : order) {
    for (const int from : network_.layers[static_cast<std::size_t>(index)].inputs) {
      ++uses[static_cast<std::size_t>(from)];
    }
  }
  // `Module::to` moves the numbers inside the registered tensors, so these stay the same objects.
  std::vector<at::Tensor> values(network_.layers.size());
  for (const int index : order) {
    const auto i = static_cast<std::size_t>(index);
    const Layer& layer = network_.layers[i];
    std::vector<at::Tensor> inputs;
    if (layer.op == Op::input) inputs.push_back(input);
    for (const int from : layer.inputs) inputs.push_back(values[static_cast<std::size_t>(from)]);
    values[i] = compute_layer(layer, tensors_[i], inputs, is_training());
    for (const int from : layer.inputs) {
      if (--uses[static_cast<std::size_t>(from)] == 0)
        values[static_cast<std::size_t>(from)].reset();
    }
  }
  std::vector<at::Tensor> outputs;
  for (const int layer : layers) outputs.push_back(values[static_cast<std::size_t>(layer)]);
  return outputs;
}

void NetworkModule::freeze_until(int layer) {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    for (std::size_t k = 0; k < tensors_[i].size(); ++k) {
      if (network_.layers[i].state[k].buffer) continue;
      tensors_[i][k].set_requires_grad(static_cast<int>(i) > layer);
    }
  }
}

void NetworkModule::initialise(std::uint64_t seed) {
  RandomNumbers numbers(seed);
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    initialise_layer(network_.layers[i], tensors_[i], numbers);
  }
}

}  // namespace melgraph
