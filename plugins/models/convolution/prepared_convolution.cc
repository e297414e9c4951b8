#include "models/convolution/prepared_convolution.h"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/conv2d.h>

#include <string>
#include <utility>

#include "melgraph/error.h"

namespace melgraph {
namespace {

at::Tensor call(const char* operator_name, std::vector<c10::IValue> arguments) {
  c10::Dispatcher::singleton().findSchemaOrThrow(operator_name, "").callBoxed(arguments);
  return arguments.front().toTensor();
}

const std::vector<std::int64_t> no_dilation{1, 1};

}  // namespace

PreparedConvolution::PreparedConvolution(const at::Tensor& weight, const at::Tensor& bias,
                                         std::int64_t stride, std::int64_t padding,
                                         std::int64_t groups, c10::Device device,
                                         const std::vector<std::int64_t>& typical_input)
    : weight_(weight.detach().to(device, at::kFloat).contiguous(at::MemoryFormat::ChannelsLast)),
      bias_(bias.detach().to(device, at::kFloat)),
      stride_{stride, stride},
      padding_{padding, padding},
      groups_(groups) {
  if (!weight_.isfinite().all().item<bool>() || !bias_.isfinite().all().item<bool>()) {
    throw Error(ErrorCode::invalid_graph, "a convolution has weights that are not finite",
                "use weights from a training run that did not diverge");
  }
  if (!device.is_cpu() || !at::globalContext().hasMKLDNN() ||
      !at::globalContext().userEnabledMkldnn()) {
    return;
  }
  weight_ = call("mkldnn::_reorder_convolution_weight",
                 {weight_, padding_, stride_, no_dilation, groups_, c10::IValue(typical_input)});
  packed_ = true;
}

at::Tensor PreparedConvolution::operator()(const at::Tensor& x) const {
  if (!packed_) {
    return at::conv2d(x, weight_, bias_, stride_, padding_, no_dilation, groups_).relu_();
  }
  const c10::impl::GenericList no_scalars(c10::OptionalType::create(c10::NumberType::get()));
  return call("mkldnn::_convolution_pointwise",
              {x, weight_, bias_, padding_, stride_, no_dilation, groups_, std::string("relu"),
               no_scalars, c10::IValue()});
}

at::Tensor broken_items(const at::Tensor& x) {
  return x.sub(x).flatten(1).sum(1, true);
}

}  // namespace melgraph
