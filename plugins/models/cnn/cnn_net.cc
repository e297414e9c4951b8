#include "models/cnn/cnn_net.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <torch/nn/modules/activation.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/pooling.h>

#include <algorithm>

namespace melgraph {
namespace {

/// Sizes that oneDNN's layouts are chosen for: a small batch of windows of about a second.
constexpr std::int64_t typical_items = 8;
constexpr std::int64_t typical_time = 96;
const ConvolutionShape same_size{{1, 1}, {1, 1}, {1, 1}, 1};  // of a 3x3 filter

/// Take the largest number of each 2x2 block, for inference: at::max_pool2d also notes where it
/// was, at several times the cost. What is not a number is lost here; `broken_items` brings it
/// back.
at::Tensor halve(const at::Tensor& x) {
  if (!x.is_cpu() || !x.is_contiguous(at::MemoryFormat::ChannelsLast)) return at::max_pool2d(x, 2);
  const std::int64_t channels = x.size(1);
  const std::int64_t height = x.size(2) / 2;
  const std::int64_t width = x.size(3) / 2;
  const std::int64_t row = x.size(3) * channels;
  at::Tensor result = at::empty({x.size(0), channels, height, width},
                                x.options().memory_format(at::MemoryFormat::ChannelsLast));
  float* to = result.mutable_data_ptr<float>();
  for (std::int64_t item = 0; item < x.size(0); ++item) {
    for (std::int64_t h = 0; h < height; ++h) {
      const float* from = x.const_data_ptr<float>() + (item * x.size(2) + 2 * h) * row;
      for (std::int64_t w = 0; w < width; ++w, from += 2 * channels, to += channels) {
        for (std::int64_t c = 0; c < channels; ++c) {
          const float upper = std::max(from[c], from[c + channels]);
          const float lower = std::max(from[c + row], from[c + row + channels]);
          to[c] = std::max(upper, lower);
        }
      }
    }
  }
  return result;
}

at::Tensor pool_globally(const at::Tensor& x) {
  return at::cat({x.mean({2, 3}), x.amax({2, 3})}, 1);
}

class Network : public torch::nn::Module {
 public:
  explicit Network(const CnnShape& shape) {
    bn0 = register_module("bn0", torch::nn::BatchNorm2d(shape.mel));
    features = register_module("features", torch::nn::Sequential());
    std::int64_t before = 1;
    for (const std::int64_t channels : shape.channels) {
      convolutions.emplace_back(
          torch::nn::Conv2dOptions(before, channels, 3).padding(1).bias(false));
      norms.emplace_back(channels);
      features->push_back(convolutions.back());
      features->push_back(norms.back());
      features->push_back(torch::nn::ReLU());
      features->push_back(torch::nn::MaxPool2d(2));
      before = channels;
    }
    classifier = register_module("classifier", torch::nn::Linear(2 * before, shape.classes));
  }

  CnnOutputs forward(const at::Tensor& input) {
    const at::Tensor normed = bn0->forward(input.transpose(1, 3)).transpose(1, 3);
    const at::Tensor embedding = pool_globally(features->forward(normed));
    return {classifier->forward(embedding), embedding};
  }

  torch::nn::BatchNorm2d bn0{nullptr};
  torch::nn::Sequential features{nullptr};
  std::vector<torch::nn::Conv2d> convolutions;
  std::vector<torch::nn::BatchNorm2d> norms;
  torch::nn::Linear classifier{nullptr};
};

struct Affine {
  at::Tensor scale, shift;
};

/// Write batch norm in eval mode as y = scale x + shift, in float64.
Affine affine(const torch::nn::BatchNorm2d& norm) {
  const auto wide = [](const at::Tensor& tensor) { return tensor.detach().to(at::kDouble); };
  const at::Tensor scale =
      wide(norm->weight) / (wide(norm->running_var) + norm->options.eps()).sqrt();
  return {scale, wide(norm->bias) - wide(norm->running_mean) * scale};
}

}  // namespace

CnnModule make_cnn_module(const CnnShape& shape) {
  auto network = std::make_shared<Network>(shape);
  network->eval();
  return {network, [network](const at::Tensor& features) { return network->forward(features); }};
}

FoldedCnn fold_cnn(const StateDict& state, const CnnShape& shape, c10::Device device,
                   const std::string& what) {
  Network network(shape);
  std::vector<std::string> counters{"bn0.num_batches_tracked"};  // of no use for inference
  for (std::size_t i = 0; i < shape.channels.size(); ++i) {
    counters.push_back("features." + std::to_string(4 * i + 1) + ".num_batches_tracked");
  }
  load_state(network, state, what, counters);
  const auto place = [device](const at::Tensor& tensor) {
    return tensor.detach().to(device, at::kFloat);
  };
  FoldedCnn folded;
  const Affine input = affine(network.bn0);
  folded.scale = place(input.scale);
  folded.shift = place(input.shift);
  std::vector<std::int64_t> size{typical_items, 1, typical_time, shape.mel};
  for (std::size_t i = 0; i < network.convolutions.size(); ++i) {
    const Affine norm = affine(network.norms[i]);
    const at::Tensor weight =
        network.convolutions[i]->weight.detach().to(at::kDouble) * norm.scale.view({-1, 1, 1, 1});
    folded.blocks.emplace_back(weight, norm.shift, same_size, Fused::relu, device, at::kFloat,
                               size);
    size = {typical_items, weight.size(0), size[2] / 2, size[3] / 2};
  }
  folded.classifier_weight = place(network.classifier->weight);
  folded.classifier_bias = place(network.classifier->bias);
  return folded;
}

CnnOutputs FoldedCnn::forward(const at::Tensor& features) const {
  at::Tensor x = (features * scale + shift).contiguous(at::MemoryFormat::ChannelsLast);
  for (const PreparedConvolution& block : blocks) x = halve(block(x));
  const at::Tensor embedding = pool_globally(x) + broken_items(features);
  return {at::linear(embedding, classifier_weight, classifier_bias), embedding};
}

}  // namespace melgraph
