#include <cmath>

#include "models/networks/builder.h"
#include "models/waveform/networks.h"

namespace melgraph {
namespace {

class EnvNet {
 public:
  explicit EnvNet(const Size& input) : b_(input) {}

  NetworkBuilder& builder() { return b_; }

  int convolve(int x, std::int64_t channels, const Window& window) {
    const std::string name = "conv" + std::to_string(++number_);
    x = b_.convolution(x, name + ".conv", channels,
                       Window(window).without_bias().init(Init::kaiming_fan_in));
    // Chainer's eps and decay.
    x = b_.relu(b_.batch_norm(x, name + ".bn", 2e-5, 0.1));
    b_.call(name, x);
    return x;
  }

  /// Two convolutions of the same kernel, then a pooling whose last, incomplete
  /// window counts.
  int group(int x, std::int64_t channels, const Size& kernel, const Size& pool) {
    for (int i = 0; i < 2; ++i) x = convolve(x, channels, Window(kernel));
    x = b_.max_pool(x, Window(pool).stride(pool).ceil_mode());
    b_.call("pool" + std::to_string(number_), x);
    return x;
  }

  int linear(int x, const std::string& name, std::int64_t features) {
    const auto fan_in = static_cast<double>(b_.channels(x));
    return b_.linear(x, name, features, true, Init::normal, 1 / std::sqrt(fan_in));
  }

 private:
  NetworkBuilder b_;
  int number_ = 0;
};

Network build(const NetworkOptions& options) {
  EnvNet net(options.input);
  NetworkBuilder& b = net.builder();
  const double dropout = options.dropout < 0 ? 0.5 : options.dropout;
  // As a picture of height 1: the authors' convolutions have two axes.
  int x = b.unsqueeze(b.input(), 1);
  x = net.convolve(x, 32, Window(Size{1, 64}).stride(Size{1, 2}));
  x = net.convolve(x, 64, Window(Size{1, 16}).stride(Size{1, 2}));
  x = b.max_pool(x, Window(Size{1, 64}).stride(Size{1, 64}).ceil_mode());
  b.call("pool2", x);
  // What the channels found becomes the frequencies of a picture.
  x = b.permute(x, {1, 0, 2});
  x = net.group(x, 32, {8, 8}, {5, 3});
  x = net.group(x, 64, {1, 4}, {1, 2});
  x = net.group(x, 128, {1, 2}, {1, 2});
  x = net.group(x, 256, {1, 2}, {1, 2});
  x = b.flatten(x);
  for (const char* name : {"fc11", "fc12"}) {
    x = b.dropout(b.relu(net.linear(x, name, 4096)), dropout);
  }
  return b.finish(net.linear(x, "fc13", options.classes), {"fc13"});
}

}  // namespace

const NetworkType& envnet_v2() {
  static const NetworkType type = [] {
    NetworkType t;
    t.id = "model.envnet_v2";
    t.summary = "EnvNet-v2: 66650 samples to environmental sounds";
    t.description =
        "Two convolutions along time, whose 64 channels become an "
        "axis of space, eight more over "
        "time and that axis, three linear layers. Takes 66650 "
        "samples at 44100 Hz, one channel "
        "(1.511 s), in [-1, 1]. The authors train it with "
        "between-class learning and classify "
        "ESC-50. Wire it to the source itself; the view is of "
        "44100 Hz with \"window\": "
        "1.5113378684807257.";
    t.references = {
        "Y. Tokozume, Y. Ushiku, T. Harada, Learning from "
        "Between-class Examples for Deep Sound "
        "Recognition, ICLR 2018, https://arxiv.org/abs/1711.10282",
        "https://github.com/mil-tokyo/bc_learning_sound"};
    t.build = build;
    t.classes = 50;
    t.input = {1, 66650};
    t.takes_sound = true;
    t.has_dropout = true;
    // Chainer's names.
    t.renames = {{"(conv[0-9]+)/conv/W", "$1.conv.weight"},
                 {"(conv[0-9]+)/bn/gamma", "$1.bn.weight"},
                 {"(conv[0-9]+)/bn/beta", "$1.bn.bias"},
                 {"(conv[0-9]+)/bn/avg_mean", "$1.bn.running_mean"},
                 {"(conv[0-9]+)/bn/avg_var", "$1.bn.running_var"},
                 {"(fc[0-9]+)/W", "$1.weight"},
                 {"(fc[0-9]+)/b", "$1.bias"}};
    // Chainer counts the batches of a norm.
    t.ignored = {"conv1/bn/N", "conv2/bn/N", "conv3/bn/N", "conv4/bn/N", "conv5/bn/N",
                 "conv6/bn/N", "conv7/bn/N", "conv8/bn/N", "conv9/bn/N", "conv10/bn/N"};
    return t;
  }();
  return type;
}

}  // namespace melgraph
