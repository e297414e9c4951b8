#include <cmath>

#include "models/vision/blocks.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

struct Depth {
  int layers;
  int growth;  ///< channels that each layer adds
  int first;   ///< channels of the first convolution
  int blocks[4];
};
constexpr Depth depth_121{121, 32, 64, {6, 12, 24, 16}};
constexpr Depth depth_161{161, 48, 96, {6, 12, 36, 24}};
constexpr Depth depth_169{169, 32, 64, {6, 12, 32, 32}};
constexpr Depth depth_201{201, 32, 64, {6, 12, 48, 32}};

constexpr int bottleneck = 4;  ///< channels between a layer's two convolutions, in growths

Window window(std::int64_t kernel) {
  return Window(kernel).padding(kernel / 2).without_bias().init(Init::kaiming_fan_in);
}

int append_layer(NetworkBuilder& net, int from, const std::string& name, int growth,
                 double dropout) {
  int x = net.relu(net.batch_norm(from, name + ".norm1"), name + ".relu1");
  x = net.convolution(x, name + ".conv1", std::int64_t{bottleneck} * growth, window(1));
  x = net.relu(net.batch_norm(x, name + ".norm2"), name + ".relu2");
  x = net.convolution(x, name + ".conv2", growth, window(3));
  if (dropout > 0) x = net.dropout(x, dropout);
  net.call(name, x);
  return x;
}

/// Halve the channels and both axes of space.
int append_transition(NetworkBuilder& net, int from, const std::string& name) {
  int x = net.relu(net.batch_norm(from, name + ".norm"), name + ".relu");
  x = net.convolution(x, name + ".conv", net.channels(x) / 2, window(1));
  x = net.average_pool(x, Window(2).stride(2), name + ".pool");
  net.call(name, x);
  return x;
}

template <const Depth& depth>
Network build(const NetworkOptions& options) {
  const double dropout = probability(options.dropout, 0);
  NetworkBuilder net(options.input);
  int x = net.convolution(net.input(), "features.conv0", depth.first, window(7).stride(2));
  x = net.relu(net.batch_norm(x, "features.norm0"), "features.relu0");
  x = net.max_pool(x, Window(3).stride(2).padding(1), "features.pool0");
  for (int block = 0; block < 4; ++block) {
    const std::string number = std::to_string(block + 1);
    const std::string name = "features.denseblock" + number;
    for (int i = 0; i < depth.blocks[block]; ++i) {
      const std::string layer = name + ".denselayer" + std::to_string(i + 1);
      x = net.concatenate({x, append_layer(net, x, layer, depth.growth, dropout)});
    }
    net.call(name, x);
    if (block < 3) x = append_transition(net, x, "features.transition" + number);
  }
  x = net.batch_norm(x, "features.norm5");
  net.call("features", x);
  x = net.flatten(average(net, net.relu(x)));
  const double bound = 1 / std::sqrt(static_cast<double>(net.channels(x)));
  x = net.linear(x, "classifier", options.classes, true, Init::uniform, bound);
  return net.finish(x, {"classifier"});
}

template <const Depth& depth>
const NetworkType& type_of() {
  static const NetworkType type = [] {
    NetworkType made;
    const std::string layers = std::to_string(depth.layers);
    made.id = "model.densenet" + layers;
    made.summary = "DenseNet of " + layers + " layers";
    made.description =
        "Four blocks in which each layer takes the output of all layers before it "
        "and adds " +
        std::to_string(depth.growth) +
        " channels; between them the channels and both axes of space are halved. "
        "The smallest input is 29 x 29. Dropout follows each layer; by default "
        "there is none.";
    made.references = {
        "G. Huang, Z. Liu, L. van der Maaten, K. Weinberger, Densely connected convolutional "
        "networks, 2016, https://arxiv.org/abs/1608.06993"};
    made.build = build<depth>;
    made.input = {3, 224, 224};
    made.has_dropout = true;
    // Files of before 2018 have a point inside the name of a module.
    made.renames = {{R"((.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*))", "$1$2"}};
    return made;
  }();
  return type;
}

}  // namespace

const NetworkType& densenet121() {
  return type_of<depth_121>();
}
const NetworkType& densenet161() {
  return type_of<depth_161>();
}
const NetworkType& densenet169() {
  return type_of<depth_169>();
}
const NetworkType& densenet201() {
  return type_of<depth_201>();
}

}  // namespace melgraph
