#include "models/vision/blocks.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

struct Depth {
  int layers;
  bool bottleneck;  ///< blocks of 1 x 1, 3 x 3, 1 x 1 instead of twice 3 x 3
  int blocks[4];
};
constexpr Depth depth_18{18, false, {2, 2, 2, 2}};
constexpr Depth depth_34{34, false, {3, 4, 6, 3}};
constexpr Depth depth_50{50, true, {3, 4, 6, 3}};
constexpr Depth depth_101{101, true, {3, 4, 23, 3}};
constexpr Depth depth_152{152, true, {3, 8, 36, 3}};

constexpr int expansion = 4;  ///< of a bottleneck's last convolution

Window window(std::int64_t kernel, std::int64_t stride) {
  return Window(kernel)
      .stride(stride)
      .padding(kernel / 2)
      .without_bias()
      .init(Init::kaiming_fan_out);
}

/// Append a block: convolutions whose result is added to what they take. The stride is that of the
/// 3 x 3 convolution ("ResNet v1.5").
int append_block(NetworkBuilder& net, int from, const std::string& name, bool bottleneck,
                 std::int64_t width, std::int64_t stride) {
  const auto convolution = [&](int x, int index, std::int64_t channels, std::int64_t kernel,
                               std::int64_t step) {
    const std::string number = std::to_string(index);
    x = net.convolution(x, name + ".conv" + number, channels, window(kernel, step));
    return net.batch_norm(x, name + ".bn" + number);
  };
  int x = from;
  if (bottleneck) {
    x = net.relu(convolution(x, 1, width, 1, 1));
    x = net.relu(convolution(x, 2, width, 3, stride));
    x = convolution(x, 3, width * expansion, 1, 1);
  } else {
    x = net.relu(convolution(x, 1, width, 3, stride));
    x = convolution(x, 2, width, 3, 1);
  }
  int identity = from;
  if (stride != 1 || net.channels(from) != net.channels(x)) {
    const std::string down = name + ".downsample";
    identity = net.convolution(from, down + ".0", net.channels(x), window(1, stride));
    identity = net.batch_norm(identity, down + ".1");
    net.call(down, identity);
  }
  return net.relu(net.add(x, identity), name);
}

template <const Depth& depth>
Network build(const NetworkOptions& options) {
  NetworkBuilder net(options.input);
  int x = net.convolution(net.input(), "conv1", 64, window(7, 2));
  x = net.relu(net.batch_norm(x, "bn1"), "relu");
  x = net.max_pool(x, Window(3).stride(2).padding(1), "maxpool");
  std::int64_t width = 64;
  for (int stage = 0; stage < 4; ++stage, width *= 2) {
    const std::string name = "layer" + std::to_string(stage + 1);
    for (int i = 0; i < depth.blocks[stage]; ++i) {
      x = append_block(net, x, name + "." + std::to_string(i), depth.bottleneck, width,
                       stage > 0 && i == 0 ? 2 : 1);
    }
    net.call(name, x);
  }
  x = net.flatten(average(net, x, "avgpool"));
  return net.finish(net.linear(x, "fc", options.classes), {"fc"});
}

template <const Depth& depth>
const NetworkType& type_of() {
  static const NetworkType type = [] {
    NetworkType made;
    const std::string layers = std::to_string(depth.layers);
    made.id = "model.resnet" + layers;
    made.summary = "ResNet of " + layers + " layers";
    made.description =
        std::string("Four stages of residual blocks, ") +
        (depth.bottleneck ? "each of a 1 x 1, a 3 x 3 and a 1 x 1 convolution; the stride is that "
                            "of the 3 x 3 convolution (\"v1.5\"). "
                          : "each of two 3 x 3 convolutions. ") +
        "A mean over space and one linear layer.";
    made.references = {
        "K. He, X. Zhang, S. Ren, J. Sun, Deep residual learning for image recognition, 2015, "
        "https://arxiv.org/abs/1512.03385"};
    made.build = build<depth>;
    made.input = {3, 224, 224};
    return made;
  }();
  return type;
}

}  // namespace

const NetworkType& resnet18() {
  return type_of<depth_18>();
}
const NetworkType& resnet34() {
  return type_of<depth_34>();
}
const NetworkType& resnet50() {
  return type_of<depth_50>();
}
const NetworkType& resnet101() {
  return type_of<depth_101>();
}
const NetworkType& resnet152() {
  return type_of<depth_152>();
}

}  // namespace melgraph
