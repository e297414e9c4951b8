#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/networks/network.h"

namespace melgraph {

/// A network as a `torch::nn` module: its parameters and buffers have the authors' names, it
/// trains and is differentiable. Fresh modules hold the authors' initialisation.
class NetworkModule : public torch::nn::Module {
 public:
  /// Without a seed the numbers are zeros, for a module that is filled next.
  explicit NetworkModule(Network network, std::optional<std::uint64_t> seed = 0);

  const Network& network() const { return network_; }

  /// Compute the outputs of `layers` for [item, ...] of the network's input size. In train mode
  /// batch norm takes the batch's statistics and dropouts drop.
  std::vector<at::Tensor> forward(const at::Tensor& input, const std::vector<int>& layers);

  /// Return the tensors of layer `index`, in the order of `Layer::state`.
  const std::vector<at::Tensor>& state_of(int index) const {
    return tensors_[static_cast<std::size_t>(index)];
  }

  /// Let only what stands behind `layer` learn; -1: everything.
  void freeze_until(int layer);

  /// Fill parameters anew as the authors do, with random numbers of `seed`; buffers begin at their
  /// neutral values.
  void initialise(std::uint64_t seed);

 private:
  Network network_;
  std::vector<std::vector<at::Tensor>> tensors_;  ///< by layer; the registered ones
};

}  // namespace melgraph
