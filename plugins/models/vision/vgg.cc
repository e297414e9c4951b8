#include "models/vision/blocks.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

constexpr int group_channels[5] = {64, 128, 256, 512, 512};

/// Convolutions in each of the five groups.
struct Groups {
  int layers;
  int counts[5];
};
constexpr Groups groups_a{11, {1, 1, 2, 2, 2}};
constexpr Groups groups_b{13, {2, 2, 2, 2, 2}};
constexpr Groups groups_d{16, {2, 2, 3, 3, 3}};
constexpr Groups groups_e{19, {2, 2, 4, 4, 4}};

int append_features(NetworkBuilder& net, const Groups& groups, bool norm) {
  int x = net.input();
  int index = 0;
  const auto name = [&index] { return "features." + std::to_string(index++); };
  for (int group = 0; group < 5; ++group) {
    for (int i = 0; i < groups.counts[group]; ++i) {
      x = net.convolution(x, name(), group_channels[group],
                          Window(3).padding(1).init(Init::kaiming_fan_out));
      if (norm) x = net.batch_norm(x, name());
      x = net.relu(x, name());
    }
    x = net.max_pool(x, Window(2).stride(2), name());
  }
  net.call("features", x);
  return x;
}

template <const Groups& groups, bool norm>
Network build(const NetworkOptions& options) {
  constexpr double deviation = 0.01;
  const double p = probability(options.dropout, 0.5);
  NetworkBuilder net(options.input);
  int x = append_features(net, groups, norm);
  x = net.flatten(net.adaptive_average_pool(x, {7, 7}, "avgpool"));
  for (const int index : {0, 3}) {
    const auto name = [index](int i) { return "classifier." + std::to_string(index + i); };
    x = net.relu(net.linear(x, name(0), 4096, true, Init::normal, deviation), name(1));
    x = net.dropout(x, p, name(2));
  }
  x = net.linear(x, "classifier.6", options.classes, true, Init::normal, deviation);
  net.call("classifier", x);
  return net.finish(x, {"classifier.6"});
}

template <const Groups& groups, bool norm>
const NetworkType& type_of() {
  static const NetworkType type = [] {
    NetworkType made;
    const std::string layers = std::to_string(groups.layers);
    made.id = "model.vgg" + layers + (norm ? "_bn" : "");
    made.summary = "VGG of " + layers + " layers" + (norm ? ", with batch norm" : "");
    made.description =
        "Five groups of 3 x 3 convolutions of 64 to 512 channels, each ended by a pool, a mean "
        "over a grid of 7 x 7, two linear layers of 4096. The smallest input is 32 x 32.";
    made.references = {
        "K. Simonyan, A. Zisserman, Very deep convolutional networks for large-scale image "
        "recognition, 2014, https://arxiv.org/abs/1409.1556"};
    made.build = build<groups, norm>;
    made.input = {3, 224, 224};
    made.has_dropout = true;
    return made;
  }();
  return type;
}

}  // namespace

const NetworkType& vgg11() {
  return type_of<groups_a, false>();
}
const NetworkType& vgg13() {
  return type_of<groups_b, false>();
}
const NetworkType& vgg16() {
  return type_of<groups_d, false>();
}
const NetworkType& vgg19() {
  return type_of<groups_e, false>();
}
const NetworkType& vgg11_bn() {
  return type_of<groups_a, true>();
}
const NetworkType& vgg13_bn() {
  return type_of<groups_b, true>();
}
const NetworkType& vgg16_bn() {
  return type_of<groups_d, true>();
}
const NetworkType& vgg19_bn() {
  return type_of<groups_e, true>();
}

}  // namespace melgraph
