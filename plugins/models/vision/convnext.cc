#include "models/vision/blocks.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

constexpr double norm_eps = 1e-6;
constexpr double deviation = 0.02;
constexpr double first_scale = 1e-6;

struct Stage {
  int channels, blocks;
};
constexpr Stage stages[] = {{96, 3}, {192, 3}, {384, 9}, {768, 3}};
constexpr int block_count = 18;

/// Append a layer norm over the channels of [channel, height, width].
int channel_norm(NetworkBuilder& net, int from, const std::string& name) {
  int x = net.layer_norm(net.permute(from, {1, 2, 0}), name, norm_eps);
  x = net.permute(x, {2, 0, 1});
  net.call(name, x);
  return x;
}

int append_block(NetworkBuilder& net, int from, const std::string& name, double dropped) {
  const std::int64_t channels = net.channels(from);
  const auto part = [&name](int index) { return name + ".block." + std::to_string(index); };
  int x = net.convolution(from, part(0), channels,
                          Window(7).padding(3).groups(channels).init(Init::normal, deviation));
  x = net.permute(x, {1, 2, 0}, part(1));
  x = net.layer_norm(x, part(2), norm_eps);
  x = net.linear(x, part(3), 4 * channels, true, Init::normal, deviation);
  x = net.activate(x, Activation::gelu, part(4));
  x = net.linear(x, part(5), channels, true, Init::normal, deviation);
  x = net.permute(x, {2, 0, 1}, part(6));
  net.call(name + ".block", x);
  x = net.scale(x, name + ".layer_scale", {channels, 1, 1}, first_scale);
  x = net.stochastic_depth(x, dropped, name + ".stochastic_depth");
  return net.add(x, from, name);
}

Network build(const NetworkOptions& options) {
  const double dropped = probability(options.stochastic_depth, 0.1);
  NetworkBuilder net(options.input);
  int x = net.convolution(net.input(), "features.0.0", stages[0].channels,
                          Window(4).stride(4).init(Init::normal, deviation));
  x = channel_norm(net, x, "features.0.1");
  net.call("features.0", x);
  int index = 1;
  int block_index = 0;
  for (const Stage& stage : stages) {
    if (index > 1) {
      const std::string down = "features." + std::to_string(index++);
      x = net.convolution(channel_norm(net, x, down + ".0"), down + ".1", stage.channels,
                          Window(2).stride(2).init(Init::normal, deviation));
      net.call(down, x);
    }
    const std::string name = "features." + std::to_string(index++);
    for (int i = 0; i < stage.blocks; ++i) {
      x = append_block(net, x, name + "." + std::to_string(i),
                       dropped * block_index++ / (block_count - 1));
    }
    net.call(name, x);
  }
  net.call("features", x);
  x = channel_norm(net, average(net, x, "avgpool"), "classifier.0");
  x = net.flatten(x, "classifier.1");
  x = net.linear(x, "classifier.2", options.classes, true, Init::normal, deviation);
  net.call("classifier", x);
  return net.finish(x, {"classifier.2"});
}

NetworkType describe() {
  NetworkType type;
  type.id = "model.convnext_tiny";
  type.summary = "ConvNeXt-Tiny: 7 x 7 convolutions of each channel, layer norm, GELU";
  type.description =
      "Eighteen blocks in four stages of 96 to 768 channels, each a 7 x 7 convolution of each "
      "channel by itself, layer norm and two linear layers. In training, block k of 18 (from 0) is "
      "left out with a probability of `stochastic_depth` k / 17. The smallest input is 32 x 32.";
  type.references = {
      "Z. Liu, H. Mao, C.-Y. Wu, C. Feichtenhofer, T. Darrell, S. Xie, A ConvNet for "
      "the 2020s, 2022, https://arxiv.org/abs/2201.03545"};
  type.build = build;
  type.input = {3, 224, 224};
  type.has_stochastic_depth = true;
  return type;
}

}  // namespace

const NetworkType& convnext_tiny() {
  static const NetworkType type = describe();
  return type;
}

}  // namespace melgraph
