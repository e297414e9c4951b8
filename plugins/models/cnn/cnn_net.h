#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "melgraph/weights.h"
#include "models/convolution/prepared_convolution.h"

namespace melgraph {

struct CnnShape {
  std::int64_t mel = 0;
  std::int64_t classes = 0;
  std::vector<std::int64_t> channels;  ///< of each block
};

struct CnnOutputs {
  at::Tensor logits;     ///< [item, class]
  at::Tensor embedding;  ///< [item, 2 x last channels]: means, then maxima
};

/// The network as a `torch::nn` module in eval mode, which names the weights, and its forward pass.
struct CnnModule {
  std::shared_ptr<torch::nn::Module> module;
  std::function<CnnOutputs(const at::Tensor& features)> forward;  ///< [item, 1, time, mel]
};

CnnModule make_cnn_module(const CnnShape& shape);

/// What inference runs: batch norm folded into the convolutions, those packed, activations
/// channels-last. Immutable, so that all instances share it.
struct FoldedCnn {
  at::Tensor scale;  ///< of each mel band; the zeros that pad the first block forbid folding it
  at::Tensor shift;
  std::vector<PreparedConvolution> blocks;
  at::Tensor classifier_weight;
  at::Tensor classifier_bias;

  CnnOutputs forward(const at::Tensor& features) const;
};

/// Load weights and fold; throws `Error` (invalid_graph) with all names that do not fit. `what`
/// names the file.
FoldedCnn fold_cnn(const StateDict& state, const CnnShape& shape, c10::Device device,
                   const std::string& what);

}  // namespace melgraph
