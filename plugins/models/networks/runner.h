#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>
#include <vector>

#include "models/networks/module.h"

namespace melgraph {

/// What runs a network for inference. Immutable once made: all instances of a node share one.
/// [thread-safe]
class NetworkRunner {
 public:
  virtual ~NetworkRunner() = default;

  /// Compute the wanted layers of [item, ...] of float32; they come as float32, NCHW.
  virtual std::vector<at::Tensor> run(const at::Tensor& input) const = 0;

 protected:
  NetworkRunner() = default;
  NetworkRunner(const NetworkRunner&) = default;
  NetworkRunner& operator=(const NetworkRunner&) = default;
};

struct RunnerOptions {
  c10::Device device{c10::kCPU};
  c10::ScalarType type = c10::kFloat;  ///< or bfloat16, or float16 on CUDA
  std::vector<int> wanted;             ///< layers, in the order of the outputs
};

/// Make the runner on LibTorch: batch norm folded into the convolutions before it, activations and
/// residual sums fused into them, activations of layers channels-last.
std::unique_ptr<NetworkRunner> make_torch_runner(const NetworkModule& module,
                                                 const RunnerOptions& options);

}  // namespace melgraph
