#include "models/vision/blocks.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

Network build(const NetworkOptions& options) {
  const double p = probability(options.dropout, 0.5);
  const Window pool = Window(3).stride(2);
  NetworkBuilder net(options.input);
  int x = net.convolution(net.input(), "features.0", 64, Window(11).stride(4).padding(2));
  x = net.relu(x, "features.1");
  x = net.max_pool(x, pool, "features.2");
  x = net.convolution(x, "features.3", 192, Window(5).padding(2));
  x = net.relu(x, "features.4");
  x = net.max_pool(x, pool, "features.5");
  int index = 6;
  for (const int channels : {384, 256, 256}) {
    x = net.convolution(x, "features." + std::to_string(index++), channels, Window(3).padding(1));
    x = net.relu(x, "features." + std::to_string(index++));
  }
  x = net.max_pool(x, pool, "features.12");
  net.call("features", x);
  x = net.flatten(net.adaptive_average_pool(x, {6, 6}, "avgpool"));
  x = net.dropout(x, p, "classifier.0");
  x = net.relu(net.linear(x, "classifier.1", 4096), "classifier.2");
  x = net.dropout(x, p, "classifier.3");
  x = net.relu(net.linear(x, "classifier.4", 4096), "classifier.5");
  x = net.linear(x, "classifier.6", options.classes);
  net.call("classifier", x);
  return net.finish(x, {"classifier.6"});
}

NetworkType describe() {
  NetworkType type;
  type.id = "model.alexnet";
  type.summary = "AlexNet: five convolutions, three linear layers";
  type.description =
      "The one-column variant of torchvision: 64, 192, 384, 256 and 256 channels, a mean over a "
      "grid of 6 x 6, two layers of 4096. The smallest input is 63 x 63.";
  type.references = {
      "A. Krizhevsky, I. Sutskever, G. Hinton, ImageNet classification with deep convolutional "
      "neural networks, 2012",
      "A. Krizhevsky, One weird trick for parallelizing convolutional neural networks, 2014, "
      "https://arxiv.org/abs/1404.5997"};
  type.build = build;
  type.input = {3, 224, 224};
  type.has_dropout = true;
  return type;
}

}  // namespace

const NetworkType& alexnet() {
  static const NetworkType type = describe();
  return type;
}

}  // namespace melgraph
