#include "models/audio/networks.h"
#include "models/networks/builder.h"

namespace melgraph {
namespace {

/// Deviation of the authors' initial weights (vggish_params.py).
constexpr double deviation = 0.01;

Network build(const NetworkOptions& options) {
  NetworkBuilder b(options.input);
  int index = 0;
  const auto name = [&](const char* part) { return part + std::to_string(index++); };
  const auto convolve = [&](int x, std::int64_t channels) {
    x = b.convolution(x, name("features."), channels,
                      Window(3).padding(1).init(Init::truncated_normal, deviation));
    return b.relu(x, name("features."));
  };
  const auto pool = [&](int x) { return b.max_pool(x, Window(2).stride(2), name("features.")); };
  const auto linear = [&](int x, std::int64_t features) {
    return b.linear(x, name("embeddings."), features, true, Init::truncated_normal, deviation);
  };

  int x = pool(convolve(b.input(), 64));
  x = pool(convolve(x, 128));
  x = pool(convolve(convolve(x, 256), 256));
  x = pool(convolve(convolve(x, 512), 512));
  b.call("features", x);
  // TensorFlow keeps the channels last, and the weights behind are in this order.
  x = b.flatten(b.permute(x, {1, 2, 0}));
  index = 0;
  x = linear(x, 4096);
  x = b.relu(x, name("embeddings."));
  x = linear(x, 4096);
  x = b.relu(x, name("embeddings."));
  const int embedding = linear(x, 128);
  x = b.relu(embedding, name("embeddings."));
  if (options.classes > 0) {
    return b.finish(
        b.linear(x, "classifier", options.classes, true, Init::truncated_normal, deviation),
        {"classifier"}, embedding);
  }
  Network network = b.finish(embedding, {}, embedding);
  network.logits = -1;
  return network;
}

}  // namespace

const NetworkType& vggish() {
  static const NetworkType type = [] {
    NetworkType t;
    t.id = "model.vggish";
    t.summary = "VGGish: 128 numbers that describe 0.96 s of sound";
    t.description =
        "A VGG of six convolutions and three linear layers over log-mel patches of 96 frames by 64 "
        "bands, without classes of its own: its output is `embedding`, the 128 numbers before the "
        "last activation, as the authors' program gives them since 2018; the layer "
        "`embeddings.5` gives them after ReLU, as older programs do. Names of the weights: those "
        "of torchvggish. Feed it with `frontend.mel`, preset `vggish`, from a view of 16000 Hz, "
        "window 0.975; `post.vggish_pca` makes of it the embedding that AudioSet was published "
        "with. With `classes` (or labels) a linear layer `classifier` stands behind "
        "`embeddings.5`.";
    t.references = {
        "S. Hershey et al., CNN Architectures for Large-Scale Audio Classification, ICASSP 2017, "
        "https://arxiv.org/abs/1609.09430",
        "https://github.com/tensorflow/models/tree/master/research/audioset/vggish",
        "https://github.com/harritaylor/torchvggish"};
    t.build = build;
    t.classes = 0;
    t.input = {1, 96, 64};
    t.scores = Scores::sigmoid;
    t.axes = {"time", "mel"};
    // torchvggish keeps its post-processing beside the network.
    t.ignored = {"pproc.*"};
    return t;
  }();
  return type;
}

}  // namespace melgraph
