#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>
#include <vector>

namespace melgraph {

/// Steps of a convolution over height and width.
struct ConvolutionShape {
  std::vector<std::int64_t> stride{1, 1};
  std::vector<std::int64_t> padding{0, 0};
  std::vector<std::int64_t> dilation{1, 1};
  std::int64_t groups = 1;
};

/// What follows a convolution in the same pass.
enum class Fused { none, relu, relu6, hard_swish, hard_sigmoid, silu, sigmoid, gelu, tanh };

/// A convolution and the activation behind it, laid out once for inference. Immutable, shared by
/// instances.
///
/// On a CPU the weights are packed by oneDNN, as PyTorch's Inductor does, and the activation is
/// fused. On other devices it is `conv2d` on channels-last tensors.
class PreparedConvolution {
 public:
  /// `type` is float32 or bfloat16, also of the input. `typical_input` is a size [item, channel,
  /// height, width] to choose the layout for; other sizes give the same numbers. Throws `Error`
  /// (invalid_graph) where a weight is not finite.
  PreparedConvolution(const at::Tensor& weight, const at::Tensor& bias,
                      const ConvolutionShape& shape, Fused fused, c10::Device device,
                      c10::ScalarType type, const std::vector<std::int64_t>& typical_input);

  /// Convolve [item, channel, height, width], best channels-last, and apply the activation.
  at::Tensor operator()(const at::Tensor& x) const;
  /// The same with `other` added before the activation; `other` may be written over.
  at::Tensor add_to(at::Tensor other, const at::Tensor& x) const;

 private:
  at::Tensor weight_;
  at::Tensor bias_;
  ConvolutionShape shape_;
  Fused fused_;
  bool packed_ = false;
};

/// Apply an activation; may write over `x`.
at::Tensor apply_fused(at::Tensor x, Fused fused);

/// Give [item, 1] with zero for each item of [item, ...] that is finite and NaN for others.
///
/// The fused ReLU turns NaN into zero; adding this to the result keeps a broken input visible.
at::Tensor broken_items(const at::Tensor& x);

}  // namespace melgraph
