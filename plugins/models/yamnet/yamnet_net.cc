#include "models/yamnet/yamnet_net.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <array>

#include "models/yamnet/contract.h"

namespace melgraph {
namespace {

/// Batch that oneDNN's layouts are chosen for.
constexpr std::int64_t typical_items = 8;

struct Layer {
  std::int64_t stride;
  std::int64_t channels;  ///< of the output
};

/// Layers 1 to 14; the first is a full convolution, the others are depthwise and pointwise.
constexpr std::array<Layer, 14> layers = {{{2, 32},
                                           {1, 64},
                                           {2, 128},
                                           {1, 128},
                                           {2, 256},
                                           {1, 256},
                                           {2, 512},
                                           {1, 512},
                                           {1, 512},
                                           {1, 512},
                                           {1, 512},
                                           {1, 512},
                                           {2, 1024},
                                           {1, 1024}}};

/// Convolve with TensorFlow's SAME padding: where the total is odd, bottom and right get more.
at::Tensor same_convolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                            std::int64_t stride, std::int64_t groups) {
  std::array<std::int64_t, 2> before{}, after{};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t size = x.size(static_cast<std::int64_t>(i) + 2);
    const std::int64_t kernel = weight.size(static_cast<std::int64_t>(i) + 2);
    const std::int64_t steps = (size + stride - 1) / stride;
    const std::int64_t total = std::max<std::int64_t>((steps - 1) * stride + kernel - size, 0);
    before[i] = total / 2;
    after[i] = total - before[i];
  }
  if (before == after) return at::conv2d(x, weight, bias, stride, before, 1, groups);
  const at::Tensor padded = at::constant_pad_nd(x, {before[1], after[1], before[0], after[0]}, 0);
  constexpr std::array<std::int64_t, 2> no_padding{0, 0};
  return at::conv2d(padded, weight, bias, stride, no_padding, 1, groups);
}

class Network : public torch::nn::Module {
 public:
  explicit Network(std::int64_t classes) {
    using torch::nn::Conv2dOptions;
    std::int64_t channels = 1;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      auto layer =
          register_module("layer" + std::to_string(i + 1), std::make_shared<torch::nn::Module>());
      const auto [stride, next] = layers[i];
      if (i == 0) {
        add(layer, "conv", Conv2dOptions(channels, next, 3).stride(stride));
      } else {
        add(layer, "depthwise_conv",
            Conv2dOptions(channels, channels, 3).stride(stride).groups(channels));
        add(layer, "pointwise_conv", Conv2dOptions(channels, next, 1));
      }
      channels = next;
    }
    classifier_ = register_module("classifier", torch::nn::Linear(channels, classes));
  }

  YamnetOutputs forward(at::Tensor x) const {
    for (const torch::nn::Conv2d& c : convolutions_) {
      x = same_convolution(x, c->weight, c->bias, c->options.stride()->at(0), c->options.groups())
              .relu();
    }
    const at::Tensor embedding = x.mean({2, 3});
    return {at::linear(embedding, classifier_->weight, classifier_->bias), embedding};
  }

  const std::vector<torch::nn::Conv2d>& convolutions() const { return convolutions_; }
  const torch::nn::Linear& classifier() const { return classifier_; }

 private:
  void add(const std::shared_ptr<torch::nn::Module>& layer, const char* name,
           const torch::nn::Conv2dOptions& options) {
    convolutions_.push_back(layer->register_module(name, torch::nn::Conv2d(options)));
  }

  std::vector<torch::nn::Conv2d> convolutions_;
  torch::nn::Linear classifier_{nullptr};
};

}  // namespace

YamnetModule make_yamnet_module(std::int64_t classes) {
  auto network = std::make_shared<Network>(classes);
  network->eval();
  return {network, [network](const at::Tensor& features) { return network->forward(features); }};
}

PreparedYamnet prepare_yamnet(const StateDict& state, std::int64_t classes, c10::Device device,
                              const std::string& what) {
  Network network(classes);
  load_state(network, state, what);
  PreparedYamnet prepared;
  std::vector<std::int64_t> size{typical_items, 1, yamnet_time, yamnet_mel};
  for (const torch::nn::Conv2d& c : network.convolutions()) {
    const std::int64_t stride = c->options.stride()->at(0);
    // All sizes on the way are even, so that SAME is symmetric but for stride 2.
    const bool pad = stride == 2;
    const std::int64_t padding = !pad && c->weight.size(2) == 3 ? 1 : 0;
    if (pad) size = {size[0], size[1], size[2] + 1, size[3] + 1};
    const ConvolutionShape shape{{stride, stride}, {padding, padding}, {1, 1}, c->options.groups()};
    prepared.convolutions.push_back(
        {{c->weight, c->bias, shape, Fused::relu, device, at::kFloat, size}, pad});
    size = {typical_items, c->weight.size(0), size[2] / stride, size[3] / stride};
  }
  prepared.classifier_weight = network.classifier()->weight.detach().to(device);
  prepared.classifier_bias = network.classifier()->bias.detach().to(device);
  return prepared;
}

YamnetOutputs PreparedYamnet::forward(const at::Tensor& features) const {
  at::Tensor x = features.contiguous(at::MemoryFormat::ChannelsLast);
  for (const Convolution& c : convolutions) {
    x = c.run(c.pad ? at::constant_pad_nd(x, {0, 1, 0, 1}, 0) : x);
  }
  const at::Tensor embedding = x.mean({2, 3}) + broken_items(features);
  return {at::linear(embedding, classifier_weight, classifier_bias), embedding};
}

}  // namespace melgraph
