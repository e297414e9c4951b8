#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "formula_weights.h"
#include "melgraph/testing/node_runner.h"
#include "melgraph/weights.h"
#include "models/audio/contract.h"
#include "models/audio/networks.h"
#include "models/audio/vggish_pca.h"
#include "models/networks/module.h"
#include "models/networks/node.h"
#include "models/networks/runner.h"
#include "models/waveform/networks.h"
#include "models_support.h"
#include "source_folder.h"

// Networks over sound against second implementations of them
// (tests/reference/make_audio_network_records.py), and as nodes.

namespace melgraph::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr double output_tolerance = 1e-4;
constexpr double train_tolerance = 1e-6;

struct Record {
  json values;
};

/// What a failed test prints of its record.
void PrintTo(const Record& record, std::ostream* stream) {
  *stream << record.values.at("id");
}

std::vector<Record> records() {
  const std::filesystem::path folder = source_folder();
  if (folder.empty()) return {};
  const json file = read_json_file(folder / "tests" / "plugins" / "audio" / "networks.json");
  std::vector<Record> all;
  for (const json& values : file.at("networks")) all.push_back({values});
  return all;
}

const NetworkType* type_of(const std::string& id) {
  std::vector<const NetworkType*> types = audio_networks();
  for (const NetworkType* type : waveform_networks()) types.push_back(type);
  for (const NetworkType* type : types) {
    if (type->id == id) return type;
  }
  return nullptr;
}

at::Tensor signal(const std::string& name, at::IntArrayRef shape) {
  return formula_tensor(name, shape, FormulaKind::signal);
}

void fill(NetworkModule& module, double gain) {
  const at::NoGradGuard no_grad;
  const auto fill_one = [gain](const std::string& name, at::Tensor& tensor) {
    const at::IntArrayRef shape = tensor.sizes();
    tensor.copy_(formula_tensor(name, shape, formula_kind(name, shape), gain));
  };
  for (auto& item : module.named_parameters()) fill_one(item.key(), item.value());
  for (auto& item : module.named_buffers()) fill_one(item.key(), item.value());
}

/// Compare some numbers of one item's output with a record.
void expect_output(const at::Tensor& output, const json& record) {
  const double largest = record.at("largest");
  const double tolerance = output_tolerance * largest;
  const at::Tensor wide = output.to(at::kDouble);
  ASSERT_EQ(wide.sizes(), at::IntArrayRef({record.at("size").get<std::int64_t>()}));
  const auto probes = record.at("probes").get<std::vector<double>>();
  std::int64_t at = 0;
  for (const double probe : probes) {
    EXPECT_NEAR(wide[at].item<double>(), probe, tolerance) << at;
    at += record.at("step").get<std::int64_t>();
  }
  EXPECT_NEAR(wide.mean().item<double>(), record.at("mean").get<double>(), tolerance);
  EXPECT_NEAR(wide.std(false).item<double>(), record.at("deviation").get<double>(), tolerance);
  EXPECT_NEAR(wide.abs().max().item<double>(), largest, tolerance);
}

class SecondImplementation : public ::testing::TestWithParam<Record> {
 protected:
  Network build(const json& input, double dropout = -1) const {
    NetworkOptions options;
    options.input = input.get<Size>();
    options.classes = type_.classes;
    options.bottleneck = record_.value("bottleneck", 0);
    options.dropout = dropout;
    return type_.build(options);
  }

  const json record_ = GetParam().values;
  const NetworkType& type_ = *type_of(record_.at("id"));
};

TEST_P(SecondImplementation, GivesTheSameOutputs) {
  const at::NoGradGuard no_grad;
  for (const json& run : record_.at("runs")) {
    SCOPED_TRACE(run.at("input").dump());
    NetworkModule module(build(run.at("input")));
    const Network& network = module.network();
    EXPECT_EQ(network.parameter_count(), record_.at("parameters").get<std::int64_t>());
    fill(module, record_.at("gain"));
    module.eval();
    Size shape = run.at("input").get<Size>();
    shape.insert(shape.begin(), 1);
    const at::Tensor input = signal("input", shape);
    for (const auto& item : run.at("outputs").items()) {
      SCOPED_TRACE(item.key());
      RunnerOptions options;
      options.wanted = {item.key() == "logits" ? network.logits : network.embedding};
      expect_output(module.forward(input, options.wanted).front().flatten(1)[0], item.value());
      SCOPED_TRACE("as inference runs it");
      expect_output(make_torch_runner(module, options)->run(input).front().flatten(1)[0],
                    item.value());
    }
  }
}

/// Sum the products of a tensor and the numbers of a name.
double checksum(const std::string& name, const at::Tensor& tensor) {
  const at::Tensor flat = tensor.detach().reshape(-1).to(at::kDouble);
  return (flat * signal(name + ".checksum", flat.sizes())).sum().item<double>();
}

/// Those that are small enough to be trained in a test.
class SecondImplementationInTraining : public SecondImplementation {};

TEST_P(SecondImplementationInTraining, LearnsTheSame) {
  const json& train = record_.at("train");
  NetworkModule module(build(train.at("input"), /*dropout=*/0));
  fill(module, record_.at("gain"));
  module.to(at::kDouble);
  module.train();
  Size shape = train.at("input").get<Size>();
  shape.insert(shape.begin(), 2);
  const at::Tensor logits =
      module.forward(signal("input", shape).to(at::kDouble), {module.network().logits}).front();
  (logits * signal("logits", logits.sizes())).sum().backward();

  std::map<std::string, at::Tensor> parameters;
  for (const auto& item : module.named_parameters()) parameters[item.key()] = item.value();
  const auto gradients = train.at("gradients").get<std::vector<double>>();
  ASSERT_EQ(parameters.size(), gradients.size());
  double largest = 0;
  for (const double gradient : gradients) largest = std::max(largest, std::abs(gradient));
  auto gradient = gradients.begin();
  for (const auto& [name, parameter] : parameters) {
    // Where a batch norm takes a bias away again its gradient is 0, but for rounding.
    EXPECT_NEAR(checksum(name, parameter.grad()), *gradient,
                train_tolerance * std::abs(*gradient) + 1e-10 * largest)
        << name;
    ++gradient;
  }
  double statistics = 0;
  for (const auto& item : module.named_buffers()) {
    // `Module::to` has made floats of the counters too.
    const FormulaKind kind = formula_kind(item.key(), item.value().sizes());
    if (kind != FormulaKind::counter) statistics += checksum(item.key(), item.value());
  }
  const double wanted = train.at("statistics");
  EXPECT_NEAR(statistics, wanted, train_tolerance * std::abs(wanted));
}

std::string record_name(const ::testing::TestParamInfo<Record>& info) {
  const json& values = info.param.values;
  std::string name = values.at("id").get<std::string>().substr(std::string("model.").size());
  if (values.count("bottleneck") != 0) name += "_bottleneck";
  return name;
}

std::vector<Record> trained_records() {
  std::vector<Record> all = records();
  all.erase(std::remove_if(all.begin(), all.end(),
                           [](const Record& record) { return record.values.count("train") == 0; }),
            all.end());
  return all;
}

INSTANTIATE_TEST_SUITE_P(All, SecondImplementation, ::testing::ValuesIn(records()), record_name);
INSTANTIATE_TEST_SUITE_P(All, SecondImplementationInTraining,
                         ::testing::ValuesIn(trained_records()), record_name);
// There are no records where there are no sources.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SecondImplementation);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SecondImplementationInTraining);

template <const NetworkType& (*type)()>
NodeRunner node_of() {
  return {describe_network(type()), infer_network_of<type>, make_network_node_of<type>};
}

StateDict weights_of(const Network& network) {
  StateDict state;
  for (const StateEntry& entry : network.state()) {
    state.tensors[entry.name] =
        formula_tensor(entry.name, entry.shape, formula_kind(entry.name, entry.shape));
  }
  return state;
}

NetworkOptions options_for(Size input, std::int64_t classes) {
  NetworkOptions options;
  options.input = std::move(input);
  options.classes = classes;
  return options;
}

TEST(PannsNode, RunsACheckpointWithItsFrontEndAtAnyLength) {
  const TemporaryFile file("weights.safetensors");
  StateDict state = weights_of(panns_cnn6().build(options_for({1, 1001, 64}, 20)));
  state.tensors["spectrogram_extractor.stft.conv_real.weight"] = signal("real", {513, 1, 1024});
  state.tensors["logmel_extractor.melW"] = signal("mel", {513, 64});
  write_weights(file.path(), state);
  for (const std::int64_t frames : {101, 250}) {
    NodeRunner node = node_of<panns_cnn6>();
    node.set("weights", file.string()).connect("features", features_spec(1, frames, 64));
    ASSERT_TRUE(node.infer()) << node.findings_text();
    EXPECT_EQ(node.output("scores").size_of("class"), 20);
    EXPECT_EQ(node.output("embedding").size_of("embedding"), 512);
    const Outputs outputs = node.process({{"features", {signal("input", {3, 1, frames, 64})}}});
    EXPECT_LT(largest_difference(outputs.at("scores"), outputs.at("logits").sigmoid()), 1e-6f);
  }
}

TEST(PannsNode, RefusesFeaturesWithTheAxesTheOtherWayRound) {
  PortSpec spec = features_spec(1, 64, 101);
  std::swap(spec.axes[2].name, spec.axes[3].name);
  NodeRunner node = node_of<panns_cnn6>();
  node.set("init", "authors").connect("features", spec);
  EXPECT_FALSE(node.infer());
  EXPECT_THAT(node.findings_text(), HasSubstr("time, mel in this order"));
}

TEST(Mn10Node, GivesTheAuthorsEmbeddingAndNamedBlocks) {
  NodeRunner node = node_of<efficientat_mn10>();
  node.set("init", "authors")
      .set("layers", std::vector<std::string>{"features.4"})
      .connect("features", features_spec(1, 100, 128));
  ASSERT_TRUE(node.infer()) << node.findings_text();
  const Outputs outputs = node.process({{"features", {signal("input", {2, 1, 100, 128})}}});
  EXPECT_EQ(outputs.at("embedding").sizes(), at::IntArrayRef({2, 960}));
  EXPECT_EQ(outputs.at("layer1").sizes(), at::IntArrayRef({2, 40, 16, 13}));
}

TEST(VggishNode, GivesAnEmbeddingAndNoScores) {
  NodeRunner node = node_of<vggish>();
  node.set("init", "authors")
      .set("layers", std::vector<std::string>{"embeddings.5"})
      .connect("features", features_spec(1, 96, 64));
  ASSERT_TRUE(node.infer()) << node.findings_text();
  const Outputs outputs = node.process({{"features", {signal("input", {2, 1, 96, 64})}}});
  EXPECT_EQ(outputs.count("scores"), 0U);
  EXPECT_EQ(outputs.at("embedding").sizes(), at::IntArrayRef({2, 128}));
  EXPECT_LT(outputs.at("embedding").min().item<float>(), 0);
  EXPECT_LT(largest_difference(outputs.at("layer1"), outputs.at("embedding").relu()), 1e-6f);
}

TEST(SampleCnnNode, TakesSound) {
  NodeRunner node = node_of<samplecnn>();
  node.set("init", "authors").connect("audio", audio_spec(22050, 1, 59049));
  ASSERT_TRUE(node.infer()) << node.findings_text();
  EXPECT_EQ(node.output("scores").size_of("class"), 50);
  EXPECT_EQ(node.process({{"audio", {signal("input", {2, 1, 59049})}}}).at("scores").sizes(),
            at::IntArrayRef({2, 50}));
}

TEST(SampleCnnNode, SaysWhichSoundIsTooShort) {
  NodeRunner node = node_of<samplecnn>();
  node.set("init", "authors").connect("audio", audio_spec(22050, 1, 22050));
  EXPECT_FALSE(node.infer());
  EXPECT_THAT(node.findings_text(), HasSubstr("1 x 22050 is too small"));
}

TEST(EnvNetV2, CountsTheLastIncompleteWindowOfAPooling) {
  // At the authors' length, 66650, every window is full.
  const Network network = envnet_v2().build(options_for({1, 66700}, 50));
  const auto size_of = [&](const char* name) {
    return network.layers.at(static_cast<std::size_t>(network.find(name))).size;
  };
  EXPECT_EQ(size_of("pool2"), (Size{64, 1, 261}));  // of 16652 / 64
  EXPECT_EQ(size_of("pool4"), (Size{32, 10, 83}));  // of 247 / 3
}

class VggishPca : public ::testing::Test {
 protected:
  VggishPca() : file("pca.safetensors") {
    state.tensors["pca_eigen_vectors"] = signal("pca_eigen_vectors", {128, 128}) * 0.3;
    state.tensors["pca_means"] = signal("pca_means", {128, 1});
  }

  NodeRunner runner(const char* quantize) {
    write_weights(file.path(), state);
    NodeRunner made(describe_vggish_pca(), infer_vggish_pca, make_vggish_pca);
    made.set("weights", file.string()).set("quantize", quantize);
    made.connect("embedding", scores_spec(Kind::embedding, 128));
    return made;
  }

  /// E (x - m) of item `item`, in plain sums.
  double component(std::int64_t item, std::int64_t k) const {
    const at::Tensor row = state.tensors.at("pca_eigen_vectors")[k];
    double sum = 0;
    for (std::int64_t i = 0; i < 128; ++i) {
      sum += row[i].item<double>() *
             (x[item][i].item<double>() - state.tensors.at("pca_means")[i][0].item<double>());
    }
    return sum;
  }

  TemporaryFile file;
  StateDict state;
  const at::Tensor x = signal("embedding", {3, 128});
};

TEST_F(VggishPca, ProjectsAndCuts) {
  NodeRunner node = runner("none");
  const at::Tensor y = node.run(x);
  std::int64_t cut = 0;
  for (std::int64_t item = 0; item < 3; ++item) {
    for (std::int64_t k = 0; k < 128; ++k) {
      const double wanted = component(item, k);
      if (std::abs(wanted) > 2) ++cut;
      EXPECT_NEAR(y[item][k].item<double>(), std::clamp(wanted, -2.0, 2.0), 1e-6);
    }
  }
  EXPECT_GT(cut, 10);
}

TEST_F(VggishPca, QuantisesAsTheAuthorsOrAsTorchvggish) {
  NodeRunner truncating = runner("truncate");
  NodeRunner rounding = runner("round");
  const at::Tensor cut = truncating.run(x);
  const at::Tensor rounded = rounding.run(x);
  for (std::int64_t k = 0; k < 128; ++k) {
    const double steps = (std::clamp(component(1, k), -2.0, 2.0) + 2) * 255 / 4;
    EXPECT_EQ(cut[1][k].item<double>(), std::trunc(steps));
    EXPECT_EQ(rounded[1][k].item<double>(), std::nearbyint(steps));
  }
}

TEST_F(VggishPca, KeepsNan) {
  NodeRunner node = runner("truncate");
  at::Tensor broken = x.clone();
  broken[0][5] = NAN;
  const at::Tensor y = node.run(broken);
  EXPECT_TRUE(y[0].isnan().all().item<bool>());
  EXPECT_FALSE(y[1].isnan().any().item<bool>());
}

TEST_F(VggishPca, RefusesWeightsOfAnotherShape) {
  state.tensors["pca_means"] = signal("pca_means", {64, 1});
  NodeRunner node = runner("none");
  EXPECT_FALSE(node.infer());
  EXPECT_THAT(node.findings_text(), HasSubstr("`pca_means` has the shape [64, 1], not [128, 1]"));
  state.tensors.erase("pca_eigen_vectors");
  NodeRunner without = runner("none");
  EXPECT_FALSE(without.infer());
  EXPECT_THAT(without.findings_text(), HasSubstr("no tensor `pca_eigen_vectors`"));
}

TEST_F(VggishPca, RefusesEmbeddingsOfAnotherNetwork) {
  write_weights(file.path(), state);
  NodeRunner node(describe_vggish_pca(), infer_vggish_pca, make_vggish_pca);
  node.set("weights", file.string()).connect("embedding", scores_spec(Kind::embedding, 1024));
  EXPECT_FALSE(node.infer());
  EXPECT_THAT(node.findings_text(), HasSubstr("have 128 numbers, these have 1024"));
}

}  // namespace
}  // namespace melgraph::testing
