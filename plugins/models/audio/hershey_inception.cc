#include "models/audio/hershey.h"
#include "models/audio/networks.h"

namespace melgraph {
namespace {

/// The blocks of Inception-v3, with torchvision's names.
class Inception {
 public:
  explicit Inception(const Size& input) : b_(input) {}

  NetworkBuilder& builder() { return b_; }

  int convolve(int x, const std::string& name, std::int64_t channels, Window window) {
    x = b_.convolution(x, name + ".conv", channels,
                       window.without_bias().init(Init::truncated_normal, 0.1));
    x = b_.relu(b_.batch_norm(x, name + ".bn", 1e-3));
    b_.call(name, x);
    return x;
  }

  int block_a(int x, const std::string& name, std::int64_t pool_channels) {
    const int one = convolve(x, name + ".branch1x1", 64, Window(1));
    int five = convolve(x, name + ".branch5x5_1", 48, Window(1));
    five = convolve(five, name + ".branch5x5_2", 64, Window(5).padding(2));
    int twice = convolve(x, name + ".branch3x3dbl_1", 64, Window(1));
    twice = convolve(twice, name + ".branch3x3dbl_2", 96, Window(3).padding(1));
    twice = convolve(twice, name + ".branch3x3dbl_3", 96, Window(3).padding(1));
    return b_.concatenate({one, five, twice, pool(x, name, pool_channels)}, name);
  }

  int block_b(int x, const std::string& name) {
    const int three = convolve(x, name + ".branch3x3", 384, Window(3).stride(2));
    int twice = convolve(x, name + ".branch3x3dbl_1", 64, Window(1));
    twice = convolve(twice, name + ".branch3x3dbl_2", 96, Window(3).padding(1));
    twice = convolve(twice, name + ".branch3x3dbl_3", 96, Window(3).stride(2));
    return b_.concatenate({three, twice, b_.max_pool(x, Window(3).stride(2))}, name);
  }

  int block_c(int x, const std::string& name, std::int64_t width) {
    const int one = convolve(x, name + ".branch1x1", 192, Window(1));
    int seven = convolve(x, name + ".branch7x7_1", width, Window(1));
    seven = convolve(seven, name + ".branch7x7_2", width, row(7));
    seven = convolve(seven, name + ".branch7x7_3", 192, column(7));
    int twice = convolve(x, name + ".branch7x7dbl_1", width, Window(1));
    twice = convolve(twice, name + ".branch7x7dbl_2", width, column(7));
    twice = convolve(twice, name + ".branch7x7dbl_3", width, row(7));
    twice = convolve(twice, name + ".branch7x7dbl_4", width, column(7));
    twice = convolve(twice, name + ".branch7x7dbl_5", 192, row(7));
    return b_.concatenate({one, seven, twice, pool(x, name, 192)}, name);
  }

  int block_d(int x, const std::string& name) {
    int three = convolve(x, name + ".branch3x3_1", 192, Window(1));
    three = convolve(three, name + ".branch3x3_2", 320, Window(3).stride(2));
    int seven = convolve(x, name + ".branch7x7x3_1", 192, Window(1));
    seven = convolve(seven, name + ".branch7x7x3_2", 192, row(7));
    seven = convolve(seven, name + ".branch7x7x3_3", 192, column(7));
    seven = convolve(seven, name + ".branch7x7x3_4", 192, Window(3).stride(2));
    return b_.concatenate({three, seven, b_.max_pool(x, Window(3).stride(2))}, name);
  }

  int block_e(int x, const std::string& name) {
    const int one = convolve(x, name + ".branch1x1", 320, Window(1));
    const int three = convolve(x, name + ".branch3x3_1", 384, Window(1));
    const int three_a = convolve(three, name + ".branch3x3_2a", 384, row(3));
    const int three_b = convolve(three, name + ".branch3x3_2b", 384, column(3));
    int twice = convolve(x, name + ".branch3x3dbl_1", 448, Window(1));
    twice = convolve(twice, name + ".branch3x3dbl_2", 384, Window(3).padding(1));
    const int twice_a = convolve(twice, name + ".branch3x3dbl_3a", 384, row(3));
    const int twice_b = convolve(twice, name + ".branch3x3dbl_3b", 384, column(3));
    return b_.concatenate({one, three_a, three_b, twice_a, twice_b, pool(x, name, 192)}, name);
  }

 private:
  static Window row(std::int64_t length) {
    return Window(Size{1, length}).padding(Size{0, length / 2});
  }
  static Window column(std::int64_t length) {
    return Window(Size{length, 1}).padding(Size{length / 2, 0});
  }

  int pool(int x, const std::string& name, std::int64_t channels) {
    return convolve(b_.average_pool(x, Window(3).padding(1)), name + ".branch_pool", channels,
                    Window(1));
  }

  NetworkBuilder b_;
};

Network build(const NetworkOptions& options) {
  Inception inception(options.input);
  NetworkBuilder& b = inception.builder();
  int x = inception.convolve(b.input(), "Conv2d_3b_1x1", 80, Window(1));
  x = inception.convolve(x, "Conv2d_4a_3x3", 192, Window(3));
  x = b.max_pool(x, Window(3).stride(2), "maxpool2");
  x = inception.block_a(x, "Mixed_5b", 32);
  x = inception.block_a(x, "Mixed_5c", 64);
  x = inception.block_a(x, "Mixed_5d", 64);
  x = inception.block_b(x, "Mixed_6a");
  x = inception.block_c(x, "Mixed_6b", 128);
  x = inception.block_c(x, "Mixed_6c", 160);
  x = inception.block_c(x, "Mixed_6d", 160);
  x = inception.block_c(x, "Mixed_6e", 192);
  x = inception.block_d(x, "Mixed_7a");
  x = inception.block_e(x, "Mixed_7b");
  x = inception.block_e(x, "Mixed_7c");
  x = b.flatten(b.adaptive_average_pool(x, {1, 1}, "avgpool"));
  return hershey_classifier(b, x, "fc", options, Init::truncated_normal, 0.1);
}

}  // namespace

const NetworkType& hershey_inception_v3() {
  static const NetworkType type = hershey_type(
      "model.hershey_inception_v3", "Inception-v3 over log-mel patches of 96 x 64",
      "Inception-v3 without the first four layers (three convolutions and a pooling) and without "
      "auxiliary head, so that 10 x 6 positions are left at the end. Names of the weights: those "
      "of torchvision's inception_v3.",
      build);
  return type;
}

}  // namespace melgraph
