#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "models/networks/network.h"

namespace melgraph {

/// A stream of random numbers of its own: the same seed gives the same network, whatever else
/// draws numbers.
class RandomNumbers {
 public:
  explicit RandomNumbers(std::uint64_t seed);
  const at::Generator& generator() const { return generator_; }

 private:
  at::Generator generator_;
};

/// Fill the tensors of a layer as its authors do: see `Init`. Norms begin as the identity.
void initialise_layer(const Layer& layer, const std::vector<at::Tensor>& state,
                      RandomNumbers& numbers);

}  // namespace melgraph
