#include <gmock/gmock.h>

#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/audio/networks.h"
#include "models/networks/builder.h"
#include "models/networks/weights_plan.h"
#include "models/waveform/networks.h"

// Networks over sound against what their authors published: counts, sizes, names.

namespace melgraph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

NetworkOptions published(const NetworkType& type) {
  NetworkOptions options;
  options.input = type.input;
  options.classes = type.classes;
  return options;
}

Network build(const NetworkType& type) {
  return type.build(published(type));
}

Network build_for(const NetworkType& type, Size input) {
  NetworkOptions options = published(type);
  options.input = std::move(input);
  return type.build(options);
}

const Size& size_of(const Network& network, const std::string& layer) {
  static const Size none;
  const int index = network.find(layer);
  EXPECT_GE(index, 0) << "no layer " << layer;
  return index < 0 ? none : network.layers[static_cast<std::size_t>(index)].size;
}

/// Weights of convolutions and linear layers, as tables of papers count them: no biases, no norms.
std::int64_t weight_count(const Network& network) {
  std::int64_t count = 0;
  for (const Layer& layer : network.layers) {
    if (layer.op != Op::convolution && layer.op != Op::linear) continue;
    std::int64_t weights = 1;
    for (const std::int64_t n : layer.state.front().shape) weights *= n;
    count += weights;
  }
  return count;
}

double multiplies(const Network& network) {
  return static_cast<double>(network.operation_count()) / 2;
}

/// Return `value` in `unit` with `digits` behind the point, as a table prints it.
double printed(double value, double unit, int digits) {
  const double scale = std::pow(10.0, digits);
  return std::round(value / unit * scale) / scale;
}

std::set<std::string> names_of(const Network& network) {
  std::set<std::string> names;
  for (const StateEntry& entry : network.state()) names.insert(entry.name);
  return names;
}

void add_norm(std::set<std::string>& names, const std::string& norm) {
  for (const char* part : {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"})
    names.insert(norm + "." + part);
}

void add_linear(std::set<std::string>& names, const std::string& linear) {
  names.insert(linear + ".weight");
  names.insert(linear + ".bias");
}

struct Count {
  const NetworkType& (*type)();
  std::int64_t parameters;
};

TEST(AudioNetworks, HaveThePublishedNumberOfParameters) {
  // Table XII of the paper of PANNs; VGGish is published as 72.1M.
  for (const Count& c :
       {Count{vggish, 72141184}, Count{panns_cnn6, 4837455}, Count{panns_cnn10, 5219279},
        Count{panns_cnn14, 80753615}, Count{panns_mobilenet_v1, 4796303}}) {
    EXPECT_EQ(build(c.type()).parameter_count(), c.parameters) << c.type().id;
  }
}

TEST(AudioNetworks, HaveThePublishedNumberOfOperations) {
  struct Row {
    const NetworkType& (*type)();
    double operations;
  };
  // The table counts 10 s from the samples on: a transform of 1024 samples to 513 bins as two
  // convolutions, and 64 bands of them, for 1001 frames; the latter without their sums.
  const double front_end = 1001.0 * 513 * (2 * 2 * 1024 + 64);
  for (const Row& row : {Row{panns_cnn6, 21.986e9}, Row{panns_cnn10, 28.166e9},
                         Row{panns_cnn14, 42.220e9}, Row{panns_mobilenet_v1, 3.614e9}}) {
    const double operations = static_cast<double>(build(row.type()).operation_count()) + front_end;
    EXPECT_NEAR(operations / row.operations, 1, 1e-3) << row.type().id;
  }
}

TEST(AudioNetworks, Mn10CountsAsItsAuthorsTable) {
  const Network network = build(efficientat_mn10());
  EXPECT_EQ(printed(static_cast<double>(network.parameter_count()), 1e6, 2), 4.88);
  EXPECT_EQ(printed(multiplies(network), 1e9, 2), 0.54);
}

TEST(AudioNetworks, SampleCnnCountsAsItsPaper) {
  EXPECT_EQ(printed(static_cast<double>(build(samplecnn()).parameter_count()), 1e6, 1), 1.9);
}

TEST(HersheyNetworks, CountAsTheTableOfThePaper) {
  const Network fc = build(hershey_fc());
  EXPECT_EQ(printed(static_cast<double>(weight_count(fc)), 1e6, 1), 11.2);
  EXPECT_EQ(printed(multiplies(fc), 1e6, 1), 11.2);
  const Network vgg = build(hershey_vgg_e());
  EXPECT_EQ(printed(static_cast<double>(weight_count(vgg)), 1e6, 0), 62);
  EXPECT_EQ(printed(multiplies(vgg), 1e9, 1), 2.4);
  const Network resnet = build(hershey_resnet50());
  EXPECT_EQ(printed(static_cast<double>(weight_count(resnet)), 1e6, 0), 30);
  EXPECT_EQ(printed(multiplies(resnet), 1e9, 1), 1.9);
}

TEST(HersheyNetworks, AlexNetCountsAsTheTableWhichCutsItsDigits) {
  const Network network = build(hershey_alexnet());
  EXPECT_EQ(printed(static_cast<double>(weight_count(network)), 1e6, 1), 37.3);
  // 767.64M: the paper prints 767M.
  EXPECT_EQ(std::floor(multiplies(network) / 1e6), 767);
}

TEST(HersheyNetworks, InceptionHasTheWeightsOfTheTableAndMoreMultiplications) {
  const Network network = build(hershey_inception_v3());
  EXPECT_EQ(printed(static_cast<double>(weight_count(network)), 1e6, 0), 28);
  // The paper prints 4.7G. The blocks alone, whose sizes its 10 x 6 positions fix, need 4.63G; the
  // second convolution of 192 channels at 94 x 62 the rest. What of it the authors had, they do
  // not say.
  EXPECT_EQ(printed(multiplies(network), 1e9, 1), 5.4);
  constexpr double second_convolution = 94.0 * 62 * 192 * 80 * 9;
  EXPECT_EQ(printed(multiplies(network) - second_convolution, 1e9, 1), 4.6);
}

TEST(HersheyNetworks, HaveThePublishedSizesBeforeTheirPooling) {
  EXPECT_THAT(size_of(build(hershey_alexnet()), "conv1"), ElementsAre(96, 43, 54));
  EXPECT_THAT(size_of(build(hershey_vgg_e()), "features"), ElementsAre(512, 3, 2));
  EXPECT_THAT(size_of(build(hershey_inception_v3()), "Mixed_7c"), ElementsAre(2048, 10, 6));
  const Network resnet = build(hershey_resnet50());
  EXPECT_THAT(size_of(resnet, "conv1"), ElementsAre(64, 96, 64));
  EXPECT_THAT(size_of(resnet, "layer1"), ElementsAre(256, 48, 32));
  EXPECT_THAT(size_of(resnet, "layer4"), ElementsAre(2048, 6, 4));
}

TEST(HersheyNetworks, TakeABottleneckBeforeTheClassifier) {
  for (const auto type :
       {hershey_fc, hershey_alexnet, hershey_vgg_e, hershey_inception_v3, hershey_resnet50}) {
    NetworkOptions options = published(type());
    options.bottleneck = 128;
    const Network network = type().build(options);
    EXPECT_THAT(size_of(network, "bottleneck"), ElementsAre(128)) << type().id;
    EXPECT_EQ(network.embedding, network.find("bottleneck"));
    EXPECT_EQ(network.layers.back().state.front().shape, (Size{3087, 128}));
    EXPECT_EQ(network.head, std::vector<std::string>{network.layers.back().name});
  }
}

TEST(Panns, HaveThePublishedSizeBehindEachBlock) {
  const Network network = build(panns_cnn14());
  EXPECT_THAT(size_of(network, "conv_block1"), ElementsAre(64, 500, 32));
  EXPECT_THAT(size_of(network, "conv_block2"), ElementsAre(128, 250, 16));
  EXPECT_THAT(size_of(network, "conv_block3"), ElementsAre(256, 125, 8));
  EXPECT_THAT(size_of(network, "conv_block4"), ElementsAre(512, 62, 4));
  EXPECT_THAT(size_of(network, "conv_block5"), ElementsAre(1024, 31, 2));
  EXPECT_THAT(size_of(network, "conv_block6"), ElementsAre(2048, 31, 2));
  EXPECT_THAT(size_of(network, "pooling"), ElementsAre(2048));
  EXPECT_THAT(size_of(build(panns_cnn10()), "conv_block4"), ElementsAre(512, 62, 4));
  EXPECT_THAT(size_of(build(panns_mobilenet_v1()), "features.13"), ElementsAre(1024, 31, 2));
}

TEST(Panns, TakeWindowsOfAnyLengthAndSayWhichAreTooShort) {
  EXPECT_THAT(size_of(build_for(panns_cnn14(), {1, 101, 64}), "conv_block6"),
              ElementsAre(2048, 3, 2));
  EXPECT_THAT(size_of(build_for(panns_cnn14(), {1, -1, 64}), "fc1"), ElementsAre(2048));
  try {
    build_for(panns_cnn14(), {1, 20, 64});
    FAIL() << "20 frames were taken";
  } catch (const NetworkError& error) {
    EXPECT_THAT(error.message, HasSubstr("1 x 20 x 64 is too small"));
  }
  EXPECT_THROW(build_for(panns_cnn6(), {1, 1001, -1}), NetworkError);
}

std::set<std::string> panns_names(int blocks, int convolutions) {
  std::set<std::string> names;
  add_norm(names, "bn0");
  for (int block = 1; block <= blocks; ++block) {
    for (int i = 1; i <= convolutions; ++i) {
      const std::string module = "conv_block" + std::to_string(block);
      names.insert(module + ".conv" + std::to_string(i) + ".weight");
      add_norm(names, module + ".bn" + std::to_string(i));
    }
  }
  add_linear(names, "fc1");
  add_linear(names, "fc_audioset");
  return names;
}

TEST(Panns, HaveTheNamesOfThePublishedCheckpoints) {
  EXPECT_EQ(names_of(build(panns_cnn6())), panns_names(4, 1));
  EXPECT_EQ(names_of(build(panns_cnn10())), panns_names(4, 2));
  EXPECT_EQ(names_of(build(panns_cnn14())), panns_names(6, 2));
  std::set<std::string> mobilenet = panns_names(0, 0);
  mobilenet.insert("features.0.0.weight");
  add_norm(mobilenet, "features.0.2");
  for (int i = 1; i <= 13; ++i) {
    const std::string module = "features." + std::to_string(i);
    mobilenet.insert(module + ".0.weight");
    add_norm(mobilenet, module + ".2");
    mobilenet.insert(module + ".4.weight");
    add_norm(mobilenet, module + ".5");
  }
  EXPECT_EQ(names_of(build(panns_mobilenet_v1())), mobilenet);
}

std::map<std::string, Size> file_of(const Network& network) {
  std::map<std::string, Size> file;
  for (const StateEntry& entry : network.state()) file[entry.name] = entry.shape;
  return file;
}

TEST(Panns, TakeACheckpointWithItsFrontEnd) {
  const Network network = build(panns_cnn14());
  std::map<std::string, Size> file = file_of(network);
  file["spectrogram_extractor.stft.conv_real.weight"] = {513, 1, 1024};
  file["spectrogram_extractor.stft.conv_imag.weight"] = {513, 1, 1024};
  file["logmel_extractor.melW"] = {513, 64};
  EXPECT_EQ(plan_weights(panns_cnn14(), network, file, {}).findings_text(), "");
  file["conv_block7.conv1.weight"] = {1};
  EXPECT_THAT(plan_weights(panns_cnn14(), network, file, {}).findings_text(),
              HasSubstr("conv_block7"));
}

TEST(Panns, NormaliseEachBand) {
  const Network network = build_for(panns_cnn14(), {1, 1001, 128});
  const Layer& norm = network.layers[static_cast<std::size_t>(network.find("bn0"))];
  EXPECT_EQ(norm.axis, 2);
  EXPECT_EQ(norm.state.front().shape, (Size{128}));
}

TEST(Panns, OneDropoutProbabilityIsForAllOfThem) {
  NetworkOptions options = published(panns_cnn14());
  options.dropout = 0;
  for (const Layer& layer : panns_cnn14().build(options).layers) EXPECT_EQ(layer.probability, 0);
  std::vector<double> own;
  for (const Layer& layer : build(panns_cnn14()).layers) {
    if (layer.op == Op::dropout) own.push_back(layer.probability);
  }
  EXPECT_THAT(own, ElementsAre(0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.5));
}

TEST(Vggish, HasTheNamesOfTorchvggishAndNoClasses) {
  const Network network = build(vggish());
  std::set<std::string> names;
  for (const int i : {0, 3, 6, 8, 11, 13}) add_linear(names, "features." + std::to_string(i));
  for (const int i : {0, 2, 4}) add_linear(names, "embeddings." + std::to_string(i));
  EXPECT_EQ(names_of(network), names);
  EXPECT_EQ(network.logits, -1);
  EXPECT_THAT(network.head, IsEmpty());
  EXPECT_EQ(network.embedding, network.find("embeddings.4"));
  EXPECT_THAT(size_of(network, "features"), ElementsAre(512, 6, 4));
  EXPECT_THAT(size_of(network, "embeddings.5"), ElementsAre(128));
}

TEST(Vggish, GetsAClassifierWhereClassesAreWanted) {
  NetworkOptions options = published(vggish());
  options.classes = 10;
  const Network network = vggish().build(options);
  EXPECT_THAT(size_of(network, "classifier"), ElementsAre(10));
  EXPECT_EQ(network.logits, network.find("classifier"));
  EXPECT_EQ(network.embedding, network.find("embeddings.4"));
  EXPECT_THAT(network.head, ElementsAre("classifier"));
}

TEST(Vggish, RefusesWeightsForPatchesOfAnotherSize) {
  const Network wide = build_for(vggish(), {1, 80, 64});
  EXPECT_THAT(plan_weights(vggish(), wide, file_of(build(vggish())), {}).findings_text(),
              HasSubstr("embeddings.0.weight: the file has [4096, 12288], the network wants "
                        "[4096, 10240]"));
}

TEST(Mn10, HasTheSizesAndNamesOfItsAuthors) {
  const Network network = build(efficientat_mn10());
  EXPECT_THAT(size_of(network, "features.0"), ElementsAre(16, 64, 500));
  EXPECT_THAT(size_of(network, "features.3"), ElementsAre(24, 32, 250));
  EXPECT_THAT(size_of(network, "features.6"), ElementsAre(40, 16, 125));
  EXPECT_THAT(size_of(network, "features.12"), ElementsAre(112, 8, 63));
  EXPECT_THAT(size_of(network, "features.16"), ElementsAre(960, 4, 32));
  std::set<std::string> names;
  const auto convolution = [&](const std::string& module) {
    names.insert(module + ".0.weight");
    add_norm(names, module + ".1");
  };
  convolution("features.0");
  const std::set<int> with_squeeze{4, 5, 6, 11, 12, 13, 14, 15};
  for (int i = 1; i <= 15; ++i) {
    const std::string block = "features." + std::to_string(i) + ".block.";
    int part = 0;
    if (i > 1) convolution(block + std::to_string(part++));
    convolution(block + std::to_string(part++));
    if (with_squeeze.count(i) != 0) {
      const std::string squeeze = block + std::to_string(part++) + ".conc_se_layers.0.";
      add_linear(names, squeeze + "fc1");
      add_linear(names, squeeze + "fc2");
    }
    convolution(block + std::to_string(part));
  }
  convolution("features.16");
  add_linear(names, "classifier.2");
  add_linear(names, "classifier.5");
  EXPECT_EQ(names_of(network), names);
}

TEST(Mn10, SqueezesToMultiplesOfEight) {
  std::map<std::string, Size> file = file_of(build(efficientat_mn10()));
  EXPECT_EQ(file["features.4.block.2.conc_se_layers.0.fc1.weight"], (Size{24, 72}));
  EXPECT_EQ(file["features.5.block.2.conc_se_layers.0.fc1.weight"], (Size{32, 120}));
  EXPECT_EQ(file["features.11.block.2.conc_se_layers.0.fc1.weight"], (Size{120, 480}));
  EXPECT_EQ(file["features.12.block.2.conc_se_layers.0.fc2.weight"], (Size{672, 168}));
}

TEST(SampleCnn, HasThePublishedSizeBehindEachModule) {
  const Network network = build(samplecnn());
  std::int64_t samples = 59049;
  int number = 0;
  for (const std::int64_t channels : {128, 128, 128, 256, 256, 256, 256, 256, 256, 512}) {
    samples /= 3;
    EXPECT_THAT(size_of(network, "conv" + std::to_string(++number)),
                ElementsAre(channels, samples));
  }
  EXPECT_THAT(size_of(network, "conv11"), ElementsAre(512, 1));
  std::set<std::string> names;
  for (int i = 1; i <= 11; ++i) {
    add_linear(names, "conv" + std::to_string(i) + ".0");
    add_norm(names, "conv" + std::to_string(i) + ".1");
  }
  add_linear(names, "fc");
  EXPECT_EQ(names_of(network), names);
}

TEST(EnvNetV2, HasThePublishedSizeBehindEachPooling) {
  const Network network = build(envnet_v2());
  EXPECT_EQ(printed(static_cast<double>(network.parameter_count()), 1e6, 0), 101);
  EXPECT_THAT(size_of(network, "conv1"), ElementsAre(32, 1, 33294));
  EXPECT_THAT(size_of(network, "conv2"), ElementsAre(64, 1, 16640));
  EXPECT_THAT(size_of(network, "pool2"), ElementsAre(64, 1, 260));
  EXPECT_THAT(size_of(network, "pool4"), ElementsAre(32, 10, 82));
  EXPECT_THAT(size_of(network, "pool6"), ElementsAre(64, 10, 38));
  EXPECT_THAT(size_of(network, "pool8"), ElementsAre(128, 10, 18));
  EXPECT_THAT(size_of(network, "pool10"), ElementsAre(256, 10, 8));
  EXPECT_EQ(network.layers[static_cast<std::size_t>(network.find("fc11"))].state.front().shape,
            (Size{4096, 256 * 10 * 8}));
}

TEST(EnvNetV2, TakesTheNamesOfChainer) {
  const Network network = build(envnet_v2());
  std::map<std::string, Size> file;
  for (const StateEntry& entry : network.state()) {
    std::string name = entry.name;
    for (const auto& [part, chainer] :
         {std::pair{".conv.weight", "/conv/W"}, std::pair{".bn.weight", "/bn/gamma"},
          std::pair{".bn.bias", "/bn/beta"}, std::pair{".bn.running_mean", "/bn/avg_mean"},
          std::pair{".bn.running_var", "/bn/avg_var"},
          std::pair{".bn.num_batches_tracked", "/bn/N"}, std::pair{".weight", "/W"},
          std::pair{".bias", "/b"}}) {
      const std::size_t at = name.find(part);
      if (at == std::string::npos) continue;
      name.replace(at, std::string(part).size(), chainer);
      break;
    }
    file[name] = entry.shape;
  }
  EXPECT_EQ(file.count("conv1/conv/W"), 1U);
  EXPECT_EQ(plan_weights(envnet_v2(), network, file, {}).findings_text(), "");
  EXPECT_EQ(plan_weights(envnet_v2(), network, file_of(network), {}).findings_text(), "");
}

TEST(AudioNetworks, DescribeThemselves) {
  std::vector<const NetworkType*> types = audio_networks();
  for (const NetworkType* type : waveform_networks()) types.push_back(type);
  std::set<std::string> ids;
  for (const NetworkType* type : types) {
    EXPECT_TRUE(ids.insert(type->id).second) << type->id << " is there twice";
    EXPECT_THAT(type->id, ::testing::StartsWith("model."));
    EXPECT_FALSE(type->summary.empty() || type->description.empty() || type->references.empty());
    EXPECT_GT(build(*type).operation_count(), 0) << type->id;
  }
}

}  // namespace
}  // namespace melgraph
