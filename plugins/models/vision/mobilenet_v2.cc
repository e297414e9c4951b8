#include "models/vision/blocks.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

/// Blocks of the same width.
struct Stage {
  int expansion, channels, blocks, stride;
};
constexpr Stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                            {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

Window window(std::int64_t kernel, std::int64_t stride = 1) {
  return Window(kernel).stride(stride).padding(kernel / 2).init(Init::kaiming_fan_out);
}

/// Append an inverted residual: widen, filter each channel, narrow without an activation.
int append_block(NetworkBuilder& net, int from, const std::string& name, const Stage& stage,
                 int stride) {
  const std::int64_t wide = net.channels(from) * stage.expansion;
  int index = 0;
  const auto part = [&] { return name + ".conv." + std::to_string(index++); };
  int x = from;
  if (stage.expansion != 1)
    x = convolution_norm(net, x, part(), wide, window(1), Activation::relu6);
  x = convolution_norm(net, x, part(), wide, window(3, stride).groups(wide), Activation::relu6);
  x = net.convolution(x, part(), stage.channels, window(1).without_bias());
  x = net.batch_norm(x, part());
  net.call(name + ".conv", x);
  if (stride == 1 && net.channels(from) == stage.channels) x = net.add(from, x);
  net.call(name, x);
  return x;
}

Network build(const NetworkOptions& options) {
  NetworkBuilder net(options.input);
  int x = convolution_norm(net, net.input(), "features.0", 32, window(3, 2), Activation::relu6);
  int index = 1;
  for (const Stage& stage : stages) {
    for (int i = 0; i < stage.blocks; ++i) {
      x = append_block(net, x, "features." + std::to_string(index++), stage,
                       i == 0 ? stage.stride : 1);
    }
  }
  x = convolution_norm(net, x, "features.18", 1280, window(1), Activation::relu6);
  net.call("features", x);
  x = net.flatten(average(net, x));
  x = net.dropout(x, probability(options.dropout, 0.2), "classifier.0");
  x = net.linear(x, "classifier.1", options.classes, true, Init::normal, 0.01);
  net.call("classifier", x);
  return net.finish(x, {"classifier.1"});
}

NetworkType describe() {
  NetworkType type;
  type.id = "model.mobilenet_v2";
  type.summary = "MobileNet-v2: inverted residuals with linear bottlenecks";
  type.description =
      "Seventeen blocks that widen six times, filter each channel by itself and narrow again, "
      "ReLU6 between, and 1280 features.";
  type.references = {
      "M. Sandler, A. Howard, M. Zhu, A. Zhmoginov, L.-C. Chen, MobileNetV2: inverted residuals "
      "and "
      "linear bottlenecks, 2018, https://arxiv.org/abs/1801.04381"};
  type.build = build;
  type.input = {3, 224, 224};
  type.has_dropout = true;
  return type;
}

}  // namespace

const NetworkType& mobilenet_v2() {
  static const NetworkType type = describe();
  return type;
}

}  // namespace melgraph
