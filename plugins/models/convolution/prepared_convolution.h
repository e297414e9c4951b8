#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <vector>

namespace melgraph {

/// A convolution followed by ReLU, laid out once for inference. Immutable, shared by instances.
///
/// On a CPU the weights are packed by oneDNN, as PyTorch's Inductor does, and ReLU is fused: about
/// twice as fast as `conv2d`. On other devices it is `conv2d` on channels-last tensors.
class PreparedConvolution {
 public:
  /// `typical_input` is a size [item, channel, height, width] to choose the layout for; other
  /// sizes give the same numbers. Throws `Error` (invalid_graph) where a weight is not finite.
  PreparedConvolution(const at::Tensor& weight, const at::Tensor& bias, std::int64_t stride,
                      std::int64_t padding, std::int64_t groups, c10::Device device,
                      const std::vector<std::int64_t>& typical_input);

  /// Convolve [item, channel, height, width], best channels-last, and apply ReLU.
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  at::Tensor weight_;
  at::Tensor bias_;
  std::vector<std::int64_t> stride_;
  std::vector<std::int64_t> padding_;
  std::int64_t groups_;
  bool packed_ = false;
};

/// Give [item, 1] with zero for each item of [item, ...] that is finite and NaN for others.
///
/// The fused ReLU turns NaN into zero; adding this to the result keeps a broken input visible.
at::Tensor broken_items(const at::Tensor& x);

}  // namespace melgraph
