#include <cmath>
#include <initializer_list>

#include "models/networks/builder.h"
#include "models/waveform/networks.h"

namespace melgraph {
namespace {

Network build(const NetworkOptions& options) {
  NetworkBuilder b(options.input);
  int number = 0;
  const auto block = [&](int x, std::int64_t channels, std::int64_t kernel, std::int64_t stride) {
    const std::string name = "conv" + std::to_string(++number);
    const auto fan_in = static_cast<double>(b.channels(x) * kernel);
    x = b.convolution(x, name + ".0", channels,
                      Window(kernel)
                          .stride(stride)
                          .padding(stride == 1 ? kernel / 2 : 0)
                          .init(Init::uniform, std::sqrt(6 / fan_in)));
    return b.relu(b.batch_norm(x, name + ".1", 1e-3, 0.01), name + ".2");
  };
  const auto call = [&](int x) { b.call("conv" + std::to_string(number), x); };

  int x = block(b.input(), 128, 3, 3);
  call(x);
  for (const std::int64_t channels : {128, 128, 256, 256, 256, 256, 256, 256, 512}) {
    x = block(x, channels, 3, 1);
    x = b.max_pool(x, Window(3).stride(3), "conv" + std::to_string(number) + ".3");
    call(x);
  }
  x = block(x, 512, 1, 1);
  call(x);
  x = b.dropout(x, options.dropout < 0 ? 0.5 : options.dropout);
  x = b.flatten(x);
  return b.finish(b.linear(x, "fc", options.classes, true, Init::xavier), {"fc"});
}

}  // namespace

const NetworkType& samplecnn() {
  static const NetworkType type = [] {
    NetworkType t;
    t.id = "model.samplecnn";
    t.summary = "SampleCNN: 59049 samples to 50 music tags";
    t.description =
        "Convolutions of three samples, each but the first and the last followed by a pooling of "
        "three: the model 3^9 of the paper, whose input is 3^10 = 59049 samples at 22050 Hz, one "
        "channel (2.678 s). Each tag by itself (sigmoid). Wire it to the source itself, or to "
        "`frontend.waveform`; the view is of 22050 Hz with \"window\": 2.677959183673469.";
    t.references = {
        "J. Lee, J. Park, K. L. Kim, J. Nam, Sample-level Deep Convolutional Neural Networks for "
        "Music Auto-tagging Using Raw Waveforms, SMC 2017, https://arxiv.org/abs/1703.01789",
        "https://github.com/jongpillee/sampleCNN",
        "https://github.com/kyungyunlee/sampleCNN-pytorch (names of the weights)"};
    t.build = build;
    t.classes = 50;
    t.input = {1, 59049};
    t.scores = Scores::sigmoid;
    t.takes_sound = true;
    t.has_dropout = true;
    return t;
  }();
  return type;
}

}  // namespace melgraph
