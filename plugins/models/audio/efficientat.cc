#include <algorithm>
#include <initializer_list>

#include "models/audio/networks.h"
#include "models/networks/builder.h"

namespace melgraph {
namespace {

/// One block of MobileNetV3-Large: 1x1 to `expanded`, depthwise, squeeze and excitation, 1x1.
struct Block {
  std::int64_t kernel, expanded, channels;
  bool squeeze;
  Activation activation;
  std::int64_t stride;
};

constexpr Activation re = Activation::relu;
constexpr Activation hs = Activation::hard_swish;

/// Return the multiple of 8 nearest to `value`, not below nine tenths of it.
std::int64_t divisible(std::int64_t value) {
  const std::int64_t nearest = std::max<std::int64_t>(8, (value + 4) / 8 * 8);
  return 10 * nearest < 9 * value ? nearest + 8 : nearest;
}

class Mn {
 public:
  explicit Mn(const Size& input) : b_(input) {}

  NetworkBuilder& builder() { return b_; }

  /// Convolution, batch norm and activation: the modules 0, 1 and 2 of `name`.
  int convolve(int x, const std::string& name, std::int64_t channels, Window window,
               const Activation* activation) {
    x = b_.convolution(x, name + ".0", channels, window.without_bias().init(Init::kaiming_fan_out));
    x = b_.batch_norm(x, name + ".1", 1e-3, 0.01);
    return activation == nullptr ? x : b_.activate(x, *activation, name + ".2");
  }

  int block(int input, const std::string& name, const Block& block) {
    int part = 0;
    const auto next = [&] { return name + ".block." + std::to_string(part++); };
    int x = input;
    if (block.expanded != b_.channels(x)) {
      x = convolve(x, next(), block.expanded, Window(1), &block.activation);
    }
    x = convolve(
        x, next(), block.expanded,
        Window(block.kernel).stride(block.stride).padding(block.kernel / 2).groups(block.expanded),
        &block.activation);
    if (block.squeeze) x = squeeze(x, next() + ".conc_se_layers.0");
    x = convolve(x, next(), block.channels, Window(1), nullptr);
    if (block.stride == 1 && b_.channels(input) == block.channels) x = b_.add(x, input);
    b_.call(name, x);
    return x;
  }

  int linear(int x, const std::string& name, std::int64_t features) {
    return b_.linear(x, name, features, true, Init::normal, 0.01);
  }

 private:
  /// Weigh the channels by what two linear layers make of their means.
  int squeeze(int input, const std::string& name) {
    const std::int64_t channels = b_.channels(input);
    // The channels last, as linear layers want them.
    int x = b_.permute(b_.adaptive_average_pool(input, {1, 1}), {1, 2, 0});
    x = b_.relu(linear(x, name + ".fc1", divisible(channels / 4)));
    x = b_.activate(linear(x, name + ".fc2", channels), Activation::sigmoid);
    x = b_.multiply(input, b_.permute(x, {2, 0, 1}));
    b_.call(name, x);
    return x;
  }

  NetworkBuilder b_;
};

Network build(const NetworkOptions& options) {
  Mn mn(options.input);
  NetworkBuilder& b = mn.builder();
  // The authors' image has the mel bands from top to bottom.
  int x = b.permute(b.input(), {0, 2, 1});
  x = mn.convolve(x, "features.0", 16, Window(3).stride(2).padding(1), &hs);
  b.call("features.0", x);
  int number = 0;
  for (const Block& block : std::initializer_list<Block>{{3, 16, 16, false, re, 1},
                                                         {3, 64, 24, false, re, 2},
                                                         {3, 72, 24, false, re, 1},
                                                         {5, 72, 40, true, re, 2},
                                                         {5, 120, 40, true, re, 1},
                                                         {5, 120, 40, true, re, 1},
                                                         {3, 240, 80, false, hs, 2},
                                                         {3, 200, 80, false, hs, 1},
                                                         {3, 184, 80, false, hs, 1},
                                                         {3, 184, 80, false, hs, 1},
                                                         {3, 480, 112, true, hs, 1},
                                                         {3, 672, 112, true, hs, 1},
                                                         {5, 672, 160, true, hs, 2},
                                                         {5, 960, 160, true, hs, 1},
                                                         {5, 960, 160, true, hs, 1}}) {
    x = mn.block(x, "features." + std::to_string(++number), block);
  }
  x = mn.convolve(x, "features.16", 960, Window(1), &hs);
  b.call("features.16", x);
  b.call("features", x);
  const int embedding =
      b.flatten(b.adaptive_average_pool(x, {1, 1}, "classifier.0"), "classifier.1");
  x = b.activate(mn.linear(embedding, "classifier.2", 1280), hs, "classifier.3");
  x = b.dropout(x, options.dropout < 0 ? 0.2 : options.dropout, "classifier.4");
  return b.finish(mn.linear(x, "classifier.5", options.classes), {"classifier.5"}, embedding);
}

}  // namespace

const NetworkType& efficientat_mn10() {
  static const NetworkType type = [] {
    NetworkType t;
    t.id = "model.efficientat_mn10";
    t.summary = "mn10 of EfficientAT: MobileNetV3 for sound, 527 AudioSet classes";
    t.description =
        "MobileNetV3-Large over log-mel features of any length, with squeeze and excitation of the "
        "channels by a sigmoid. Each class by itself (sigmoid). `embedding` is the mean of the "
        "last convolution over time and mel, 960 numbers, as the authors' program gives it. Named "
        "layers are [channel, mel, time]. Feed it with `frontend.mel`, preset `efficientat-32k`, "
        "from a view of 32000 Hz. The authors take 10 s. The weights are those of mn10_as and its "
        "like (width 1, head `mlp`).";
    t.references = {
        "F. Schmid, K. Koutini, G. Widmer, Efficient Large-Scale Audio Tagging Via "
        "Transformer-to-CNN Knowledge Distillation, ICASSP 2023, https://arxiv.org/abs/2211.04772",
        "https://github.com/fschmid56/EfficientAT",
        "A. Howard et al., Searching for MobileNetV3, ICCV 2019, https://arxiv.org/abs/1905.02244"};
    t.build = build;
    t.classes = 527;
    t.input = {1, 1000, 128};
    t.scores = Scores::sigmoid;
    t.axes = {"time", "mel"};
    t.has_dropout = true;
    return t;
  }();
  return type;
}

}  // namespace melgraph
