#include <algorithm>

#include "models/vision/blocks.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

constexpr Norm norm{1e-3, 0.01};

/// One inverted residual.
struct Block {
  int kernel, wide, channels;
  bool squeeze;
  Activation activation;
  int stride;
};
constexpr Activation relu = Activation::relu;
constexpr Activation swish = Activation::hard_swish;

struct Variant {
  const char* id;
  const char* name;
  std::int64_t features;  ///< of the layer before the last
  std::vector<Block> blocks;
};

const Variant& small() {
  static const Variant variant{"model.mobilenet_v3_small",
                               "small",
                               1024,
                               {{3, 16, 16, true, relu, 2},
                                {3, 72, 24, false, relu, 2},
                                {3, 88, 24, false, relu, 1},
                                {5, 96, 40, true, swish, 2},
                                {5, 240, 40, true, swish, 1},
                                {5, 240, 40, true, swish, 1},
                                {5, 120, 48, true, swish, 1},
                                {5, 144, 48, true, swish, 1},
                                {5, 288, 96, true, swish, 2},
                                {5, 576, 96, true, swish, 1},
                                {5, 576, 96, true, swish, 1}}};
  return variant;
}

const Variant& large() {
  static const Variant variant{"model.mobilenet_v3_large",
                               "large",
                               1280,
                               {{3, 16, 16, false, relu, 1},
                                {3, 64, 24, false, relu, 2},
                                {3, 72, 24, false, relu, 1},
                                {5, 72, 40, true, relu, 2},
                                {5, 120, 40, true, relu, 1},
                                {5, 120, 40, true, relu, 1},
                                {3, 240, 80, false, swish, 2},
                                {3, 200, 80, false, swish, 1},
                                {3, 184, 80, false, swish, 1},
                                {3, 184, 80, false, swish, 1},
                                {3, 480, 112, true, swish, 1},
                                {3, 672, 112, true, swish, 1},
                                {5, 672, 160, true, swish, 2},
                                {5, 960, 160, true, swish, 1},
                                {5, 960, 160, true, swish, 1}}};
  return variant;
}

Window window(std::int64_t kernel, std::int64_t stride = 1) {
  return Window(kernel).stride(stride).padding(kernel / 2).init(Init::kaiming_fan_out);
}

/// Round to a multiple of 8, down by no more than a tenth.
std::int64_t multiple_of_8(std::int64_t channels) {
  const std::int64_t rounded = std::max<std::int64_t>(8, (channels + 4) / 8 * 8);
  return 10 * rounded < 9 * channels ? rounded + 8 : rounded;
}

int append_block(NetworkBuilder& net, int from, const std::string& name, const Block& block) {
  int index = 0;
  const auto part = [&] { return name + ".block." + std::to_string(index++); };
  int x = from;
  if (block.wide != net.channels(from)) {
    x = convolution_norm(net, x, part(), block.wide, window(1), block.activation, norm);
  }
  x = convolution_norm(net, x, part(), block.wide,
                       window(block.kernel, block.stride).groups(block.wide), block.activation,
                       norm);
  if (block.squeeze) {
    x = squeeze_excitation(net, x, part(), multiple_of_8(block.wide / 4), Activation::relu,
                           Activation::hard_sigmoid);
  }
  x = convolution_norm(net, x, part(), block.channels, window(1), norm);
  net.call(name + ".block", x);
  if (block.stride == 1 && net.channels(from) == block.channels) x = net.add(x, from);
  net.call(name, x);
  return x;
}

template <const Variant& (*variant)()>
Network build(const NetworkOptions& options) {
  NetworkBuilder net(options.input);
  int x = convolution_norm(net, net.input(), "features.0", 16, window(3, 2), swish, norm);
  int index = 1;
  for (const Block& block : variant().blocks) {
    x = append_block(net, x, "features." + std::to_string(index++), block);
  }
  x = convolution_norm(net, x, "features." + std::to_string(index), 6 * net.channels(x), window(1),
                       swish, norm);
  net.call("features", x);
  x = net.flatten(average(net, x, "avgpool"));
  x = net.linear(x, "classifier.0", variant().features, true, Init::normal, 0.01);
  x = net.activate(x, swish, "classifier.1");
  x = net.dropout(x, probability(options.dropout, 0.2), "classifier.2");
  x = net.linear(x, "classifier.3", options.classes, true, Init::normal, 0.01);
  net.call("classifier", x);
  return net.finish(x, {"classifier.3"});
}

template <const Variant& (*variant)()>
const NetworkType& type_of() {
  static const NetworkType type = [] {
    NetworkType made;
    made.id = variant().id;
    made.summary = std::string("MobileNet-v3 ") + variant().name +
                   ": inverted residuals with squeeze and excitation";
    made.description = std::to_string(variant().blocks.size()) +
                       " blocks with ReLU, then hard swish, some of them with a gate for each "
                       "channel, and a layer of " +
                       std::to_string(variant().features) + " before the last.";
    made.references = {
        "A. Howard et al., Searching for MobileNetV3, 2019, "
        "https://arxiv.org/abs/1905.02244"};
    made.build = build<variant>;
    made.input = {3, 224, 224};
    made.has_dropout = true;
    return made;
  }();
  return type;
}

}  // namespace

const NetworkType& mobilenet_v3_small() {
  return type_of<small>();
}
const NetworkType& mobilenet_v3_large() {
  return type_of<large>();
}

}  // namespace melgraph
