#include "models/audio/hershey.h"

#include <array>
#include <initializer_list>

#include "models/audio/networks.h"

namespace melgraph {
namespace {

Network build_fc(const NetworkOptions& options) {
  NetworkBuilder b(options.input);
  int x = b.flatten(b.input());
  for (const char* name : {"fc1", "fc2", "fc3"}) {
    x = b.relu(b.linear(x, name, 1000, true, Init::kaiming_fan_in));
  }
  return hershey_classifier(b, x, "classifier", options);
}

Network build_alexnet(const NetworkOptions& options) {
  NetworkBuilder b(options.input);
  int number = 0;
  const auto convolve = [&](int x, std::int64_t channels, Window window) {
    const std::string name = std::to_string(++number);
    x = b.convolution(x, "conv" + name, channels, window.without_bias().init(Init::kaiming_fan_in));
    return b.relu(b.batch_norm(x, "bn" + name));
  };
  const auto pool = [&](int x, const char* name) {
    return b.max_pool(x, Window(3).stride(2), name);
  };
  int x = pool(convolve(b.input(), 96, Window(11).stride(Size{2, 1})), "pool1");
  x = pool(convolve(x, 256, Window(5).padding(2)), "pool2");
  for (const std::int64_t channels : {384, 384, 256}) {
    x = convolve(x, channels, Window(3).padding(1));
    b.call("block" + std::to_string(number), x);
  }
  x = pool(x, "pool5");
  // 37.3M weights leave 2 x 2 positions before `fc6`; how they come about, the paper leaves open.
  x = b.flatten(b.adaptive_average_pool(x, {2, 2}, "avgpool"));
  for (const char* name : {"fc6", "fc7"}) {
    x = b.relu(b.linear(x, name, 4096, true, Init::kaiming_fan_in));
  }
  return hershey_classifier(b, x, "classifier", options);
}

Network build_vgg_e(const NetworkOptions& options) {
  NetworkBuilder b(options.input);
  int number = 0;
  const auto name = [&] { return "features." + std::to_string(number++); };
  int x = b.input();
  struct Group {
    std::int64_t channels;
    int convolutions;
  };
  for (const Group& group :
       std::initializer_list<Group>{{64, 2}, {128, 2}, {256, 4}, {512, 4}, {512, 4}}) {
    for (int i = 0; i < group.convolutions; ++i) {
      x = b.convolution(x, name(), group.channels,
                        Window(3).padding(1).init(Init::kaiming_fan_out));
      x = b.batch_norm(x, name());
      x = b.relu(x, name());
    }
    x = b.max_pool(x, Window(2).stride(2), name());
  }
  b.call("features", x);
  x = b.flatten(x);
  x = b.relu(b.linear(x, "classifier.0", 4096, true, Init::normal, 0.01), "classifier.1");
  x = b.relu(b.linear(x, "classifier.3", 4096, true, Init::normal, 0.01), "classifier.4");
  return hershey_classifier(b, x, "classifier.6", options, Init::normal, 0.01);
}

/// Residual block of three convolutions; a stride lies at the first, as in the paper of ResNet.
int bottleneck_block(NetworkBuilder& b, int input, const std::string& name, std::int64_t width,
                     std::int64_t stride) {
  constexpr std::int64_t expansion = 4;
  const auto convolve = [&](int x, const std::string& convolution, const std::string& norm,
                            std::int64_t channels, Window window) {
    x = b.convolution(x, name + convolution, channels,
                      window.without_bias().init(Init::kaiming_fan_out));
    return b.batch_norm(x, name + norm);
  };
  int x = b.relu(convolve(input, ".conv1", ".bn1", width, Window(1).stride(stride)));
  x = b.relu(convolve(x, ".conv2", ".bn2", width, Window(3).padding(1)));
  x = convolve(x, ".conv3", ".bn3", width * expansion, Window(1));
  const bool same = stride == 1 && b.channels(input) == width * expansion;
  const int shortcut = same ? input
                            : convolve(input, ".downsample.0", ".downsample.1", width * expansion,
                                       Window(1).stride(stride));
  x = b.relu(b.add(x, shortcut));
  b.call(name, x);
  return x;
}

Network build_resnet50(const NetworkOptions& options) {
  NetworkBuilder b(options.input);
  int x = b.convolution(b.input(), "conv1", 64,
                        Window(7).padding(3).without_bias().init(Init::kaiming_fan_out));
  x = b.relu(b.batch_norm(x, "bn1"), "relu");
  x = b.max_pool(x, Window(3).stride(2).padding(1), "maxpool");
  constexpr std::array<int, 4> blocks{3, 4, 6, 3};
  std::int64_t width = 64;
  for (std::size_t group = 0; group < blocks.size(); ++group, width *= 2) {
    const std::string name = "layer" + std::to_string(group + 1);
    for (int i = 0; i < blocks[group]; ++i) {
      x = bottleneck_block(b, x, name + "." + std::to_string(i), width,
                           group > 0 && i == 0 ? 2 : 1);
    }
    b.call(name, x);
  }
  x = b.flatten(b.adaptive_average_pool(x, {1, 1}, "avgpool"));
  return hershey_classifier(b, x, "fc", options);
}

}  // namespace

Network hershey_classifier(NetworkBuilder& builder, int embedding, const std::string& name,
                           const NetworkOptions& options, Init init, double init_scale) {
  if (options.bottleneck > 0) {
    embedding = builder.linear(embedding, "bottleneck", options.bottleneck, true, init, init_scale);
  }
  return builder.finish(builder.linear(embedding, name, options.classes, true, init, init_scale),
                        {name});
}

NetworkType hershey_type(const char* id, const char* summary, const char* structure,
                         Network (*build)(const NetworkOptions&)) {
  NetworkType t;
  t.id = id;
  t.summary = summary;
  t.description =
      std::string(structure) +
      " Each class by itself (sigmoid). `bottleneck`: 128 puts the linear layer of 128 numbers of "
      "the paper before the classifier; it is then `embedding`. The authors published no weights. "
      "Feed it with `frontend.mel`, preset `vggish`, from a view of 16000 Hz, window 0.975.";
  t.references = {
      "S. Hershey et al., CNN Architectures for Large-Scale Audio Classification, ICASSP 2017, "
      "https://arxiv.org/abs/1609.09430"};
  t.build = build;
  t.classes = 3087;
  t.input = {1, 96, 64};
  t.scores = Scores::sigmoid;
  t.axes = {"time", "mel"};
  t.has_bottleneck = true;
  return t;
}

const NetworkType& hershey_fc() {
  static const NetworkType type =
      hershey_type("model.hershey_fc", "Three linear layers of 1000 over log-mel patches",
                   "The baseline of the paper: three linear layers of 1000 with ReLU over patches "
                   "of 96 frames by 64 bands.",
                   build_fc);
  return type;
}

const NetworkType& hershey_alexnet() {
  static const NetworkType type = hershey_type(
      "model.hershey_alexnet", "AlexNet over log-mel patches of 96 x 64",
      "AlexNet without groups, with batch norm behind each convolution and a stride of 2 x 1 (time "
      "x mel) at the first, without dropout.",
      build_alexnet);
  return type;
}

const NetworkType& hershey_vgg_e() {
  static const NetworkType type = hershey_type(
      "model.hershey_vgg_e", "VGG-19 over log-mel patches of 96 x 64",
      "Configuration E of VGG with batch norm behind each convolution, without dropout. The "
      "convolutions have the names of torchvision's vgg19_bn and load from it, with "
      "`adapt_channels` and `load_until`: \"features\".",
      build_vgg_e);
  return type;
}

const NetworkType& hershey_resnet50() {
  static const NetworkType type = hershey_type(
      "model.hershey_resnet50", "ResNet-50 over log-mel patches of 96 x 64",
      "ResNet-50 without the stride of the first convolution, so that 6 x 4 positions are left at "
      "the end. Strides lie at the first convolution of a block, as in the paper of ResNet. Names "
      "of the weights: those of torchvision's resnet50.",
      build_resnet50);
  return type;
}

}  // namespace melgraph
