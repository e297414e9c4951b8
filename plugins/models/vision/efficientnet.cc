#include <algorithm>
#include <cmath>

#include "models/vision/blocks.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

struct Stage {
  int expansion, kernel, stride, channels, blocks;
};
constexpr Stage stages[] = {{1, 3, 1, 16, 1}, {6, 3, 2, 24, 2},  {6, 5, 2, 40, 2},
                            {6, 3, 2, 80, 3}, {6, 5, 1, 112, 3}, {6, 5, 2, 192, 4},
                            {6, 3, 1, 320, 1}};
constexpr int block_count = 16;

Window window(std::int64_t kernel, std::int64_t stride = 1) {
  return Window(kernel).stride(stride).padding(kernel / 2).init(Init::kaiming_fan_out);
}

int append_block(NetworkBuilder& net, int from, const std::string& name, const Stage& stage,
                 int stride, double dropped) {
  const std::int64_t wide = net.channels(from) * stage.expansion;
  int index = 0;
  const auto part = [&] { return name + ".block." + std::to_string(index++); };
  int x = from;
  if (stage.expansion != 1) x = convolution_norm(net, x, part(), wide, window(1), Activation::silu);
  x = convolution_norm(net, x, part(), wide, window(stage.kernel, stride).groups(wide),
                       Activation::silu);
  const std::int64_t squeezed = std::max<std::int64_t>(1, net.channels(from) / 4);
  x = squeeze_excitation(net, x, part(), squeezed, Activation::silu, Activation::sigmoid);
  x = convolution_norm(net, x, part(), stage.channels, window(1));
  net.call(name + ".block", x);
  if (stride == 1 && net.channels(from) == stage.channels) {
    x = net.add(net.stochastic_depth(x, dropped, name + ".stochastic_depth"), from);
  }
  net.call(name, x);
  return x;
}

Network build(const NetworkOptions& options) {
  const double dropped = probability(options.stochastic_depth, 0.2);
  NetworkBuilder net(options.input);
  int x = convolution_norm(net, net.input(), "features.0", 32, window(3, 2), Activation::silu);
  int stage_index = 1;
  int block_index = 0;
  for (const Stage& stage : stages) {
    const std::string name = "features." + std::to_string(stage_index++);
    for (int i = 0; i < stage.blocks; ++i) {
      x = append_block(net, x, name + "." + std::to_string(i), stage, i == 0 ? stage.stride : 1,
                       dropped * block_index++ / block_count);
    }
    net.call(name, x);
  }
  x = convolution_norm(net, x, "features.8", 4 * net.channels(x), window(1), Activation::silu);
  net.call("features", x);
  x = net.flatten(average(net, x, "avgpool"));
  x = net.dropout(x, probability(options.dropout, 0.2), "classifier.0");
  x = net.linear(x, "classifier.1", options.classes, true, Init::uniform,
                 1 / std::sqrt(static_cast<double>(options.classes)));
  net.call("classifier", x);
  return net.finish(x, {"classifier.1"});
}

NetworkType describe() {
  NetworkType type;
  type.id = "model.efficientnet_b0";
  type.summary = "EfficientNet-B0: inverted residuals with squeeze and excitation, SiLU";
  type.description =
      "Sixteen blocks in seven stages and 1280 features. In training, block k of 16 (from 0) is "
      "left out with a probability of `stochastic_depth` k / 16, where it has a way around it.";
  type.references = {
      "M. Tan, Q. Le, EfficientNet: rethinking model scaling for convolutional neural networks, "
      "2019, https://arxiv.org/abs/1905.11946"};
  type.build = build;
  type.input = {3, 224, 224};
  type.has_dropout = true;
  type.has_stochastic_depth = true;
  return type;
}

}  // namespace

const NetworkType& efficientnet_b0() {
  static const NetworkType type = describe();
  return type;
}

}  // namespace melgraph
