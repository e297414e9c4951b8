#include "models/networks/layer_forward.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/adaptive_avg_pool1d.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardsigmoid.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tensor.h>

namespace melgraph {
namespace {

constexpr double relu6_limit = 6;

at::Tensor at_or_none(const std::vector<at::Tensor>& state, std::size_t index) {
  return index < state.size() ? state[index] : at::Tensor();
}

/// Axes of an item, counted with the item axis.
std::vector<std::int64_t> behind_items(std::vector<std::int64_t> axes) {
  for (std::int64_t& axis : axes) ++axis;
  return axes;
}

/// Give `values` the shape that broadcasts along axis 1 of a tensor of `rank` axes.
at::Tensor along_channels(const at::Tensor& values, std::int64_t rank) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(rank), 1);
  shape[1] = values.numel();
  return values.reshape(shape);
}

at::Tensor constants(const std::vector<double>& values, const at::Tensor& like) {
  return along_channels(at::tensor(values, at::kDouble).to(like.options()), like.dim());
}

at::Tensor batch_norm(const Layer& layer, const std::vector<at::Tensor>& state, const at::Tensor& x,
                      bool training) {
  if (training) state[4].add_(1);
  const at::Tensor input = layer.axis == 0 ? x : x.transpose(1, layer.axis + 1);
  const at::Tensor output = at::batch_norm(input, state[0], state[1], state[2], state[3], training,
                                           layer.momentum, layer.eps, /*cudnn_enabled=*/true);
  return layer.axis == 0 ? output : output.transpose(1, layer.axis + 1);
}

/// Drop whole items and scale those that stay.
at::Tensor drop_items(const at::Tensor& x, double probability) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[0] = x.size(0);
  const double kept = 1 - probability;
  at::Tensor mask = at::empty(shape, x.options()).bernoulli_(kept);
  if (kept > 0) mask.div_(kept);
  return x * mask;
}

at::Tensor convolve(const Layer& layer, const std::vector<at::Tensor>& state, const at::Tensor& x) {
  const at::Tensor bias = at_or_none(state, 1);
  return layer.kernel.size() == 1 ? at::conv1d(x, state[0], bias, layer.stride, layer.padding,
                                               layer.dilation, layer.groups)
                                  : at::conv2d(x, state[0], bias, layer.stride, layer.padding,
                                               layer.dilation, layer.groups);
}

at::Tensor average_pool(const Layer& layer, const at::Tensor& x) {
  return layer.kernel.size() == 1 ? at::avg_pool1d(x, layer.kernel, layer.stride, layer.padding,
                                                   layer.ceil_mode, layer.count_include_pad)
                                  : at::avg_pool2d(x, layer.kernel, layer.stride, layer.padding,
                                                   layer.ceil_mode, layer.count_include_pad);
}

at::Tensor max_pool(const Layer& layer, const at::Tensor& x) {
  return layer.kernel.size() == 1 ? at::max_pool1d(x, layer.kernel, layer.stride, layer.padding,
                                                   layer.dilation, layer.ceil_mode)
                                  : at::max_pool2d(x, layer.kernel, layer.stride, layer.padding,
                                                   layer.dilation, layer.ceil_mode);
}

}  // namespace

at::Tensor activate(const at::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::relu: return at::relu(x);
    case Activation::relu6: return at::hardtanh(x, 0, relu6_limit);
    case Activation::hard_swish: return at::hardswish(x);
    case Activation::hard_sigmoid: return at::hardsigmoid(x);
    case Activation::silu: return at::silu(x);
    case Activation::sigmoid: return x.sigmoid();
    case Activation::gelu: return at::gelu(x);
    case Activation::tanh: return x.tanh();
  }
  return x;
}

at::Tensor compute_layer(const Layer& layer, const std::vector<at::Tensor>& state,
                         const std::vector<at::Tensor>& inputs, bool training) {
  const at::Tensor& x = inputs.front();
  switch (layer.op) {
    case Op::input: return x;
    case Op::convolution: return convolve(layer, state, x);
    case Op::linear: return at::linear(x, state[0], at_or_none(state, 1));
    case Op::batch_norm: return batch_norm(layer, state, x, training);
    case Op::layer_norm: return at::layer_norm(x, state[0].sizes(), state[0], state[1], layer.eps);
    case Op::activation: return activate(x, layer.activation);
    case Op::max_pool: return max_pool(layer, x);
    case Op::average_pool: return average_pool(layer, x);
    case Op::adaptive_average_pool:
      return layer.kernel.size() == 1 ? at::adaptive_avg_pool1d(x, layer.kernel)
                                      : at::adaptive_avg_pool2d(x, layer.kernel);
    case Op::mean: return x.mean(behind_items(layer.axes));
    case Op::maximum: return x.amax(behind_items(layer.axes));
    case Op::add: return x + inputs[1];
    case Op::multiply: return x * inputs[1];
    case Op::concatenate: return at::cat(inputs, 1);
    case Op::dropout: return at::dropout(x, layer.probability, training);
    case Op::stochastic_depth:
      return training && layer.probability > 0 ? drop_items(x, layer.probability) : x;
    case Op::flatten: return x.flatten(1);
    case Op::permute: {
      std::vector<std::int64_t> order = behind_items(layer.axes);
      order.insert(order.begin(), 0);
      return x.permute(order);
    }
    case Op::unsqueeze: return x.unsqueeze(layer.axis + 1);
    case Op::scale: return x * state[0];
    case Op::affine: return x * constants(layer.factors, x) + constants(layer.offsets, x);
  }
  return x;
}

}  // namespace melgraph
