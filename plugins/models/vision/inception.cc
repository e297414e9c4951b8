#include "models/vision/blocks.h"
#include "models/vision/networks.h"

namespace melgraph {
namespace {

/// One module of several branches: all take its input, their outputs are concatenated.
class Mixed {
 public:
  Mixed(NetworkBuilder& net, int from, const std::string& name)
      : net_(net), from_(from), name_(name) {}

  int from() const { return from_; }

  /// Append the convolution `branch` of this module. Its kernel is padded so that the size stays.
  int convolution(int from, const std::string& branch, std::int64_t channels, Size kernel) {
    Size padding;
    for (const std::int64_t n : kernel) padding.push_back(n / 2);
    return append(from, branch, channels, Window(std::move(kernel)).padding(std::move(padding)));
  }
  /// The same, 3 x 3 and halving both axes of space, without padding.
  int halving(int from, const std::string& branch, std::int64_t channels) {
    return append(from, branch, channels, Window(3).stride(2));
  }
  int averaged(std::int64_t channels) {
    const int pool = net_.average_pool(from_, Window(3).stride(1).padding(1));
    return convolution(pool, "branch_pool", channels, {1, 1});
  }
  int halved() { return net_.max_pool(from_, Window(3).stride(2)); }

  int concatenate(const std::vector<int>& branches) { return net_.concatenate(branches, name_); }
  int join(int left, int right) { return net_.concatenate({left, right}); }

 private:
  int append(int from, const std::string& branch, std::int64_t channels, Window window) {
    return basic_convolution(net_, from, name_ + "." + branch, channels,
                             window.init(Init::normal, 0.1));
  }

  NetworkBuilder& net_;
  int from_;
  std::string name_;
};

int append_a(Mixed m, std::int64_t pooled) {
  const int branch1 = m.convolution(m.from(), "branch1x1", 64, {1, 1});
  int branch5 = m.convolution(m.from(), "branch5x5_1", 48, {1, 1});
  branch5 = m.convolution(branch5, "branch5x5_2", 64, {5, 5});
  int branch3 = m.convolution(m.from(), "branch3x3dbl_1", 64, {1, 1});
  branch3 = m.convolution(branch3, "branch3x3dbl_2", 96, {3, 3});
  branch3 = m.convolution(branch3, "branch3x3dbl_3", 96, {3, 3});
  return m.concatenate({branch1, branch5, branch3, m.averaged(pooled)});
}

int append_b(Mixed m) {
  const int branch3 = m.halving(m.from(), "branch3x3", 384);
  int twice = m.convolution(m.from(), "branch3x3dbl_1", 64, {1, 1});
  twice = m.convolution(twice, "branch3x3dbl_2", 96, {3, 3});
  twice = m.halving(twice, "branch3x3dbl_3", 96);
  return m.concatenate({branch3, twice, m.halved()});
}

int append_c(Mixed m, std::int64_t width) {
  const int branch1 = m.convolution(m.from(), "branch1x1", 192, {1, 1});
  int branch7 = m.convolution(m.from(), "branch7x7_1", width, {1, 1});
  branch7 = m.convolution(branch7, "branch7x7_2", width, {1, 7});
  branch7 = m.convolution(branch7, "branch7x7_3", 192, {7, 1});
  int twice = m.convolution(m.from(), "branch7x7dbl_1", width, {1, 1});
  twice = m.convolution(twice, "branch7x7dbl_2", width, {7, 1});
  twice = m.convolution(twice, "branch7x7dbl_3", width, {1, 7});
  twice = m.convolution(twice, "branch7x7dbl_4", width, {7, 1});
  twice = m.convolution(twice, "branch7x7dbl_5", 192, {1, 7});
  return m.concatenate({branch1, branch7, twice, m.averaged(192)});
}

int append_d(Mixed m) {
  int branch3 = m.convolution(m.from(), "branch3x3_1", 192, {1, 1});
  branch3 = m.halving(branch3, "branch3x3_2", 320);
  int branch7 = m.convolution(m.from(), "branch7x7x3_1", 192, {1, 1});
  branch7 = m.convolution(branch7, "branch7x7x3_2", 192, {1, 7});
  branch7 = m.convolution(branch7, "branch7x7x3_3", 192, {7, 1});
  branch7 = m.halving(branch7, "branch7x7x3_4", 192);
  return m.concatenate({branch3, branch7, m.halved()});
}

int append_e(Mixed m) {
  const auto split = [&m](int from, const std::string& branch) {
    const int wide = m.convolution(from, branch + "a", 384, {1, 3});
    return m.join(wide, m.convolution(from, branch + "b", 384, {3, 1}));
  };
  const int branch1 = m.convolution(m.from(), "branch1x1", 320, {1, 1});
  const int branch3 = split(m.convolution(m.from(), "branch3x3_1", 384, {1, 1}), "branch3x3_2");
  int twice = m.convolution(m.from(), "branch3x3dbl_1", 448, {1, 1});
  twice = split(m.convolution(twice, "branch3x3dbl_2", 384, {3, 3}), "branch3x3dbl_3");
  return m.concatenate({branch1, branch3, twice, m.averaged(192)});
}

void append_auxiliary(NetworkBuilder& net, int from, std::int64_t classes) {
  const int first = net.next();
  const auto convolution = [&net](int x, const std::string& name, std::int64_t channels,
                                  std::int64_t kernel) {
    return basic_convolution(net, x, name, channels, Window(kernel).init(Init::normal, 0.1));
  };
  int x = net.average_pool(from, Window(5).stride(3));
  x = convolution(x, "AuxLogits.conv0", 128, 1);
  x = convolution(x, "AuxLogits.conv1", 768, 5);
  x = net.flatten(average(net, x));
  x = net.linear(x, "AuxLogits.fc", classes, true, Init::normal_weight, 0.001);
  net.call("AuxLogits", x);
  net.auxiliary(first, x);
}

int append_stem(NetworkBuilder& net, int x) {
  const auto convolution = [&net, &x](const std::string& name, std::int64_t channels,
                                      Window window) {
    x = basic_convolution(net, x, name, channels, window.init(Init::normal, 0.1));
  };
  convolution("Conv2d_1a_3x3", 32, Window(3).stride(2));
  convolution("Conv2d_2a_3x3", 32, Window(3));
  convolution("Conv2d_2b_3x3", 64, Window(3).padding(1));
  x = net.max_pool(x, Window(3).stride(2), "maxpool1");
  convolution("Conv2d_3b_1x1", 80, Window(1));
  convolution("Conv2d_4a_3x3", 192, Window(3));
  return net.max_pool(x, Window(3).stride(2), "maxpool2");
}

Network build(const NetworkOptions& options) {
  NetworkBuilder net(options.input);
  const auto mixed = [&net](int from, const char* name) { return Mixed(net, from, name); };
  int x = append_stem(net, transformed_input(net, options));
  x = append_a(mixed(x, "Mixed_5b"), 32);
  x = append_a(mixed(x, "Mixed_5c"), 64);
  x = append_a(mixed(x, "Mixed_5d"), 64);
  x = append_b(mixed(x, "Mixed_6a"));
  x = append_c(mixed(x, "Mixed_6b"), 128);
  x = append_c(mixed(x, "Mixed_6c"), 160);
  x = append_c(mixed(x, "Mixed_6d"), 160);
  x = append_c(mixed(x, "Mixed_6e"), 192);
  if (options.auxiliary_heads) append_auxiliary(net, x, options.classes);
  x = append_d(mixed(x, "Mixed_7a"));
  x = append_e(mixed(x, "Mixed_7b"));
  x = append_e(mixed(x, "Mixed_7c"));
  x = average(net, x, "avgpool");
  x = net.flatten(net.dropout(x, probability(options.dropout, 0.5), "dropout"));
  x = net.linear(x, "fc", options.classes, true, Init::normal_weight, 0.1);
  std::vector<std::string> head{"fc"};
  if (options.auxiliary_heads) head.push_back("AuxLogits.fc");
  return net.finish(x, std::move(head));
}

NetworkType describe() {
  NetworkType type;
  type.id = "model.inception_v3";
  type.summary = "Inception-v3: modules of parallel, factored convolutions";
  type.description =
      "Eleven modules whose branches of 1 x 1, 3 x 3, 5 x 5, 1 x 7 and 7 x 1 convolutions are "
      "concatenated. The smallest input is 75 x 75; an auxiliary head, for training, takes one of "
      "at least 299 x 299. Weights ported from TensorFlow take numbers from -1 to 1: "
      "`transform_input` makes these of ImageNet's normalisation.";
  type.references = {
      "C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens, Z. Wojna, Rethinking the Inception "
      "architecture for computer vision, 2015, https://arxiv.org/abs/1512.00567"};
  type.build = build;
  type.input = {3, 299, 299};
  type.has_dropout = true;
  type.has_auxiliary_heads = true;
  type.has_transform_input = true;
  type.ignored = {"AuxLogits.*"};
  return type;
}

}  // namespace

const NetworkType& inception_v3() {
  static const NetworkType type = describe();
  return type;
}

}  // namespace melgraph
