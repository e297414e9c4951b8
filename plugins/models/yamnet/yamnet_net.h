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

struct YamnetOutputs {
  at::Tensor logits;     ///< [item, class]
  at::Tensor embedding;  ///< [item, 1024]
};

/// YAMNet as a `torch::nn` module, which names the weights, and its plain forward pass.
struct YamnetModule {
  std::shared_ptr<torch::nn::Module> module;
  std::function<YamnetOutputs(const at::Tensor& features)> forward;  ///< [item, 1, 96, 64]
};

YamnetModule make_yamnet_module(std::int64_t classes);

/// What inference runs: the same numbers from packed convolutions, activations channels-last.
/// Immutable, so that all instances share it.
struct PreparedYamnet {
  struct Convolution {
    PreparedConvolution run;
    bool pad = false;  ///< one row below and one column on the right first
  };
  std::vector<Convolution> convolutions;
  at::Tensor classifier_weight;
  at::Tensor classifier_bias;

  /// Takes [item, 1, 96, 64] only.
  YamnetOutputs forward(const at::Tensor& features) const;
};

/// Load weights; throws `Error` (invalid_graph) with all names that do not fit. `what` names them.
PreparedYamnet prepare_yamnet(const StateDict& state, std::int64_t classes, c10::Device device,
                              const std::string& what);

}  // namespace melgraph
