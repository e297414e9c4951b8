#include <initializer_list>

#include "models/audio/networks.h"
#include "models/networks/builder.h"

namespace melgraph {
namespace {

/// The parts that the networks of PANNs share. Features are [1, time, mel].
class Panns {
 public:
  explicit Panns(const NetworkOptions& options) : options_(options), b_(options.input) {
    if (options.input.back() < 1) {
      throw NetworkError{"the number of mel bands of the input is unknown",
                         "wire a front end with a fixed number of bands, such as preset panns-32k"};
    }
    x_ = b_.batch_norm(b_.input(), "bn0", 1e-5, 0.1, /*axis=*/2);
  }

  Panns& convolve(const std::string& convolution, const std::string& norm, std::int64_t channels,
                  std::int64_t kernel) {
    x_ = b_.convolution(x_, convolution, channels, square(kernel));
    x_ = b_.relu(b_.batch_norm(x_, norm));
    return *this;
  }

  /// One or two convolutions, mean pooling, dropout.
  Panns& block(int number, std::int64_t channels, std::int64_t kernel, bool twice, bool pool) {
    const std::string name = "conv_block" + std::to_string(number);
    convolve(name + ".conv1", name + ".bn1", channels, kernel);
    if (twice) convolve(name + ".conv2", name + ".bn2", channels, kernel);
    if (pool) x_ = b_.average_pool(x_, Window(2).stride(2));
    b_.call(name, x_);
    x_ = b_.dropout(x_, dropout(0.2));
    return *this;
  }

  /// As a block of MobileNet, where strides are mean pooling.
  Panns& feature(int number, std::int64_t channels, std::int64_t stride, bool depthwise) {
    const std::string name = "features." + std::to_string(number);
    const std::int64_t before = b_.channels(x_);
    x_ = depthwise ? b_.convolution(x_, name + ".0", before, square(3).groups(before))
                   : b_.convolution(x_, name + ".0", channels, square(3));
    if (stride > 1) x_ = b_.average_pool(x_, Window(stride).stride(stride), name + ".1");
    x_ = b_.relu(b_.batch_norm(x_, name + ".2"), name + ".3");
    if (depthwise) {
      x_ = b_.convolution(x_, name + ".4", channels, square(1));
      x_ = b_.relu(b_.batch_norm(x_, name + ".5"), name + ".6");
    }
    b_.call(name, x_);
    return *this;
  }

  /// Mean over mel, then mean and largest over time; the embedding; the classes.
  Network finish(std::int64_t embedding) {
    b_.call("features", x_);
    const int in_time = b_.mean(x_, {2});
    x_ = b_.add(b_.maximum(in_time, {1}), b_.mean(in_time, {1}));
    b_.call("pooling", x_);
    x_ = b_.dropout(x_, dropout(0.5));
    x_ = b_.relu(b_.linear(x_, "fc1", embedding, true, Init::xavier));
    return b_.finish(b_.linear(x_, "fc_audioset", options_.classes, true, Init::xavier),
                     {"fc_audioset"});
  }

 private:
  static Window square(std::int64_t kernel) {
    return Window(kernel).padding(kernel / 2).without_bias().init(Init::xavier);
  }

  double dropout(double authors) const { return options_.dropout < 0 ? authors : options_.dropout; }

  const NetworkOptions& options_;
  NetworkBuilder b_;
  int x_ = 0;
};

Network build_cnn6(const NetworkOptions& options) {
  Panns network(options);
  int number = 0;
  for (const std::int64_t channels : {64, 128, 256, 512}) {
    network.block(++number, channels, 5, /*twice=*/false, /*pool=*/true);
  }
  return network.finish(512);
}

Network build_cnn10(const NetworkOptions& options) {
  Panns network(options);
  int number = 0;
  for (const std::int64_t channels : {64, 128, 256, 512}) {
    network.block(++number, channels, 3, /*twice=*/true, /*pool=*/true);
  }
  return network.finish(512);
}

Network build_cnn14(const NetworkOptions& options) {
  Panns network(options);
  int number = 0;
  for (const std::int64_t channels : {64, 128, 256, 512, 1024, 2048}) {
    ++number;
    network.block(number, channels, 3, /*twice=*/true, /*pool=*/number < 6);
  }
  return network.finish(2048);
}

Network build_mobilenet_v1(const NetworkOptions& options) {
  struct Block {
    std::int64_t channels, stride;
  };
  Panns network(options);
  network.feature(0, 32, 2, /*depthwise=*/false);
  int number = 0;
  for (const Block& block : std::initializer_list<Block>{{64, 1},
                                                         {128, 2},
                                                         {128, 1},
                                                         {256, 2},
                                                         {256, 1},
                                                         {512, 2},
                                                         {512, 1},
                                                         {512, 1},
                                                         {512, 1},
                                                         {512, 1},
                                                         {512, 1},
                                                         {1024, 2},
                                                         {1024, 1}}) {
    network.feature(++number, block.channels, block.stride, /*depthwise=*/true);
  }
  return network.finish(1024);
}

NetworkType describe(const char* id, const char* name, const char* structure,
                     Network (*build)(const NetworkOptions&)) {
  NetworkType t;
  t.id = id;
  t.summary = std::string(name) + " of PANNs, 527 AudioSet classes";
  t.description =
      std::string(structure) +
      " over log-mel features of any length, normalised for each band; mean over bands, then mean "
      "and largest over time added. Each class by itself (sigmoid). Names of the weights: those of "
      "the published checkpoints, whose own front end (`spectrogram_extractor`, "
      "`logmel_extractor`) is left out: feed it with `frontend.mel`, preset `panns-32k` (or "
      "`panns-16k`, `panns-8k`, which the checkpoint's name tells), from a view of that rate. The "
      "authors take 10 s.";
  t.references = {
      "Q. Kong et al., PANNs: Large-Scale Pretrained Audio Neural Networks for Audio Pattern "
      "Recognition, IEEE/ACM TASLP 2020, https://arxiv.org/abs/1912.10211",
      "https://github.com/qiuqiangkong/audioset_tagging_cnn"};
  t.build = build;
  t.classes = 527;
  t.input = {1, 1001, 64};
  t.scores = Scores::sigmoid;
  t.axes = {"time", "mel"};
  t.has_dropout = true;
  t.ignored = {"spectrogram_extractor.*", "logmel_extractor.*"};
  return t;
}

}  // namespace

const NetworkType& panns_cnn6() {
  static const NetworkType type = describe(
      "model.panns_cnn6", "CNN6", "Four convolutions 5x5 of 64 to 512 channels", build_cnn6);
  return type;
}

const NetworkType& panns_cnn10() {
  static const NetworkType type =
      describe("model.panns_cnn10", "CNN10", "Four pairs of convolutions 3x3 of 64 to 512 channels",
               build_cnn10);
  return type;
}

const NetworkType& panns_cnn14() {
  static const NetworkType type =
      describe("model.panns_cnn14", "CNN14", "Six pairs of convolutions 3x3 of 64 to 2048 channels",
               build_cnn14);
  return type;
}

const NetworkType& panns_mobilenet_v1() {
  static const NetworkType type =
      describe("model.panns_mobilenet_v1", "MobileNetV1",
               "MobileNet-v1 with mean pooling in place of strides", build_mobilenet_v1);
  return type;
}

}  // namespace melgraph
