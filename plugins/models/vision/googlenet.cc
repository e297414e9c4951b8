#include "models/vision/blocks.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

constexpr double deviation = 0.01;

/// Channels of a module: branch 1, then those between and after the convolutions of branches 2
/// and 3, then those after the pool.
struct Channels {
  const char* name;
  int branch1, between2, branch2, between3, branch3, pooled;
};
constexpr Channels modules[] = {
    {"inception3a", 64, 96, 128, 16, 32, 32},     {"inception3b", 128, 128, 192, 32, 96, 64},
    {"inception4a", 192, 96, 208, 16, 48, 64},    {"inception4b", 160, 112, 224, 24, 64, 64},
    {"inception4c", 128, 128, 256, 24, 64, 64},   {"inception4d", 112, 144, 288, 32, 64, 64},
    {"inception4e", 256, 160, 320, 32, 128, 128}, {"inception5a", 256, 160, 320, 32, 128, 128},
    {"inception5b", 384, 192, 384, 48, 128, 128}};

Window window(std::int64_t kernel) {
  return Window(kernel).padding(kernel / 2).init(Init::normal, deviation);
}

int append_module(NetworkBuilder& net, int from, const Channels& channels) {
  const std::string name = channels.name;
  const int branch1 = basic_convolution(net, from, name + ".branch1", channels.branch1, window(1));
  // torchvision has 3 x 3 where the paper has 5 x 5.
  const auto pair = [&](const std::string& branch, int between, int after) {
    const int x = basic_convolution(net, from, branch + ".0", between, window(1));
    const int end = basic_convolution(net, x, branch + ".1", after, window(3));
    net.call(branch, end);
    return end;
  };
  const int branch2 = pair(name + ".branch2", channels.between2, channels.branch2);
  const int branch3 = pair(name + ".branch3", channels.between3, channels.branch3);
  const std::string last = name + ".branch4";
  int branch4 = net.max_pool(from, Window(3).stride(1).padding(1).ceil_mode(), last + ".0");
  branch4 = basic_convolution(net, branch4, last + ".1", channels.pooled, window(1));
  net.call(last, branch4);
  return net.concatenate({branch1, branch2, branch3, branch4}, name);
}

void append_auxiliary(NetworkBuilder& net, int from, const std::string& name,
                      const NetworkOptions& options) {
  const int first = net.next();
  int x = net.adaptive_average_pool(from, {4, 4});
  x = net.flatten(basic_convolution(net, x, name + ".conv", 128, window(1)));
  x = net.relu(net.linear(x, name + ".fc1", 1024, true, Init::normal_weight, deviation));
  x = net.dropout(x, probability(options.dropout, 0.7), name + ".dropout");
  x = net.linear(x, name + ".fc2", options.classes, true, Init::normal_weight, deviation);
  net.call(name, x);
  net.auxiliary(first, x);
}

Network build(const NetworkOptions& options) {
  const Window pool = Window(3).stride(2).ceil_mode();
  NetworkBuilder net(options.input);
  int x = transformed_input(net, options);
  x = basic_convolution(net, x, "conv1", 64, window(7).stride(2));
  x = net.max_pool(x, pool, "maxpool1");
  x = basic_convolution(net, x, "conv2", 64, window(1));
  x = basic_convolution(net, x, "conv3", 192, window(3));
  x = net.max_pool(x, pool, "maxpool2");
  for (const Channels& channels : modules) {
    const std::string name = channels.name;
    if (name == "inception4a") x = net.max_pool(x, pool, "maxpool3");
    if (name == "inception5a") x = net.max_pool(x, Window(2).stride(2).ceil_mode(), "maxpool4");
    x = append_module(net, x, channels);
    if (!options.auxiliary_heads) continue;
    if (name == "inception4a") append_auxiliary(net, x, "aux1", options);
    if (name == "inception4d") append_auxiliary(net, x, "aux2", options);
  }
  x = net.flatten(average(net, x, "avgpool"));
  x = net.dropout(x, probability(options.dropout, 0.2), "dropout");
  x = net.linear(x, "fc", options.classes, true, Init::normal_weight, deviation);
  std::vector<std::string> head{"fc"};
  if (options.auxiliary_heads) head.insert(head.end(), {"aux2.fc2", "aux1.fc2"});
  return net.finish(x, std::move(head));
}

NetworkType describe() {
  NetworkType type;
  type.id = "model.googlenet";
  type.summary = "GoogLeNet (Inception-v1), with batch norm";
  type.description =
      "Nine modules whose branches of 1 x 1 and 3 x 3 convolutions are concatenated. Two auxiliary "
      "heads, for training, sit behind inception4a and inception4d; `dropout` holds for these too "
      "(torchvision: 0.7 there, 0.2 before the last layer). Weights ported from TensorFlow take "
      "numbers from -1 to 1: `transform_input` makes these of ImageNet's normalisation.";
  type.references = {
      "C. Szegedy et al., Going deeper with convolutions, 2014, https://arxiv.org/abs/1409.4842",
      "https://github.com/pytorch/vision/issues/906 (3 x 3 where the paper has 5 x 5)"};
  type.build = build;
  type.input = {3, 224, 224};
  type.has_dropout = true;
  type.has_auxiliary_heads = true;
  type.has_transform_input = true;
  type.ignored = {"aux1.*", "aux2.*"};
  return type;
}

}  // namespace

const NetworkType& googlenet() {
  static const NetworkType type = describe();
  return type;
}

}  // namespace melgraph
