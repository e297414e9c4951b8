#include "models/convolution/prepared_convolution.h"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardsigmoid.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>

#include <string>
#include <utility>

#include "melgraph/error.h"

namespace melgraph {
namespace {

constexpr double relu6_limit = 6;

at::Tensor call(const char* operator_name, const char* overload,
                std::vector<c10::IValue> arguments) {
  c10::Dispatcher::singleton().findSchemaOrThrow(operator_name, overload).callBoxed(arguments);
  return arguments.front().toTensor();
}

/// oneDNN's name of an activation.
const char* name_of(Fused fused) {
  switch (fused) {
    case Fused::none: return "none";
    case Fused::relu: return "relu";
    case Fused::relu6: return "hardtanh";
    case Fused::hard_swish: return "hardswish";
    case Fused::hard_sigmoid: return "hardsigmoid";
    case Fused::silu: return "swish";
    case Fused::sigmoid: return "sigmoid";
    case Fused::gelu: return "gelu";
    case Fused::tanh: return "tanh";
  }
  return "none";
}

/// Parameters of oneDNN's activation.
c10::IValue scalars_of(Fused fused) {
  c10::impl::GenericList scalars(c10::OptionalType::create(c10::NumberType::get()));
  if (fused == Fused::relu6) {
    scalars.push_back(0.0);
    scalars.push_back(relu6_limit);
  }
  return scalars;
}

c10::IValue algorithm_of(Fused fused) {
  return fused == Fused::gelu ? c10::IValue(std::string("none")) : c10::IValue();
}

}  // namespace

PreparedConvolution::PreparedConvolution(const at::Tensor& weight, const at::Tensor& bias,
                                         const ConvolutionShape& shape, Fused fused,
                                         c10::Device device, c10::ScalarType type,
                                         const std::vector<std::int64_t>& typical_input)
    : weight_(weight.detach().to(device, type).contiguous(at::MemoryFormat::ChannelsLast)),
      bias_(bias.detach().to(device, type)),
      shape_(shape),
      fused_(fused) {
  if (!weight_.isfinite().all().item<bool>() || !bias_.isfinite().all().item<bool>()) {
    throw Error(ErrorCode::invalid_graph, "a convolution has weights that are not finite",
                "use weights from a training run that did not diverge");
  }
  if (!device.is_cpu() || !at::globalContext().hasMKLDNN() ||
      !at::globalContext().userEnabledMkldnn()) {
    return;
  }
  weight_ = call("mkldnn::_reorder_convolution_weight", "",
                 {weight_, shape_.padding, shape_.stride, shape_.dilation, shape_.groups,
                  c10::IValue(typical_input)});
  packed_ = true;
}

at::Tensor PreparedConvolution::operator()(const at::Tensor& x) const {
  if (!packed_) {
    return apply_fused(at::conv2d(x, weight_, bias_, shape_.stride, shape_.padding, shape_.dilation,
                                  shape_.groups),
                       fused_);
  }
  return call("mkldnn::_convolution_pointwise", "",
              {x, weight_, bias_, shape_.padding, shape_.stride, shape_.dilation, shape_.groups,
               std::string(name_of(fused_)), scalars_of(fused_), algorithm_of(fused_)});
}

at::Tensor PreparedConvolution::add_to(at::Tensor other, const at::Tensor& x) const {
  if (!packed_) {
    other.add_(at::conv2d(x, weight_, bias_, shape_.stride, shape_.padding, shape_.dilation,
                          shape_.groups));
    return apply_fused(std::move(other), fused_);
  }
  const bool plain = fused_ == Fused::none;
  return call("mkldnn::_convolution_pointwise_", "binary",
              {std::move(other), x, weight_, bias_, shape_.padding, shape_.stride, shape_.dilation,
               shape_.groups, std::string("add"), 1.0,
               plain ? c10::IValue() : c10::IValue(std::string(name_of(fused_))),
               scalars_of(fused_), algorithm_of(fused_)});
}

at::Tensor apply_fused(at::Tensor x, Fused fused) {
  switch (fused) {
    case Fused::none: return x;
    case Fused::relu: return x.relu_();
    case Fused::relu6: return at::hardtanh_(x, 0, relu6_limit);
    case Fused::hard_swish: return at::hardswish_(x);
    case Fused::hard_sigmoid: return at::hardsigmoid_(x);
    case Fused::silu: return at::silu_(x);
    case Fused::sigmoid: return x.sigmoid_();
    case Fused::gelu: return at::gelu_(x);
    case Fused::tanh: return x.tanh_();
  }
  return x;
}

at::Tensor broken_items(const at::Tensor& x) {
  return x.sub(x).flatten(1).sum(1, true);
}

}  // namespace melgraph
