#include <ATen/core/grad_mode.h>
#include <ATen/ops/dot.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/sha256.h"
#include "formula_weights.h"
#include "melgraph/weights.h"
#include "models/networks/load.h"
#include "models/networks/module.h"
#include "models/networks/runner.h"
#include "models/vision/networks.h"
#include "models_support.h"
#include "source_folder.h"

// Every network against what torchvision gives (tests/reference/make_network_records.py).

namespace melgraph::testing {
namespace {

using nlohmann::json;

constexpr double eval_tolerance = 1e-4;
constexpr double train_tolerance = 1e-6;

/// Return the records by id; empty where there are no sources.
const std::map<std::string, json>& records() {
  static const std::map<std::string, json> all = [] {
    std::map<std::string, json> made;
    const std::filesystem::path folder = source_folder();
    if (folder.empty()) return made;
    const json file = read_json_file(folder / "tests" / "plugins" / "vision" / "torchvision.json");
    for (const json& record : file.at("networks")) made[record.at("id")] = record;
    return made;
  }();
  return all;
}

NetworkOptions options_of(const NetworkType& type, const json& record) {
  NetworkOptions options;
  options.input = record.at("input").get<Size>();
  options.classes = type.classes;
  options.auxiliary_heads = type.has_auxiliary_heads && record.count("outputs") != 0;
  options.transform_input = record.value("transform_input", false);
  return options;
}

at::Tensor signal(const std::string& name, at::IntArrayRef shape) {
  return formula_tensor(name, shape, FormulaKind::signal);
}

void fill(NetworkModule& module, double gain) {
  const auto fill_one = [gain](const std::string& name, at::Tensor& tensor) {
    const std::vector<std::int64_t> shape = tensor.sizes().vec();
    tensor.set_data(formula_tensor(name, shape, formula_kind(name, shape), gain));
  };
  for (auto& item : module.named_parameters()) fill_one(item.key(), item.value());
  for (auto& item : module.named_buffers()) fill_one(item.key(), item.value());
}

/// Sum the products of a tensor and the numbers of its name.
double checksum(const std::string& name, const at::Tensor& tensor) {
  constexpr std::int64_t chunk = 1 << 20;
  const at::Tensor flat = tensor.detach().reshape(-1);
  const at::Tensor numbers = signal(name + ".grad", flat.sizes());
  double sum = 0;
  for (std::int64_t i = 0; i < flat.size(0); i += chunk) {
    const std::int64_t end = std::min(i + chunk, flat.size(0));
    sum += at::dot(flat.slice(0, i, end), numbers.slice(0, i, end).to(at::kDouble)).item<double>();
  }
  return sum;
}

/// Compare the first of one item's logits, their mean, deviation and largest with a record.
void expect_logits(const at::Tensor& logits, const json& record) {
  const at::Tensor wide = logits.to(at::kDouble);
  const double largest = record.at("largest");
  const double tolerance = eval_tolerance * largest;
  const auto wanted = record.at("logits").get<std::vector<double>>();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_NEAR(wide[static_cast<std::int64_t>(i)].item<double>(), wanted[i], tolerance) << i;
  }
  EXPECT_NEAR(wide.mean().item<double>(), record.at("mean").get<double>(), tolerance);
  EXPECT_NEAR(wide.std(false).item<double>(), record.at("deviation").get<double>(), tolerance);
  EXPECT_NEAR(wide.abs().max().item<double>(), largest, tolerance);
}

std::string sha256_of(const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("melgraph_vision_" + std::to_string(std::hash<std::string>()(text)));
  std::ofstream(path, std::ios::binary) << text;
  const std::string digest = sha256_file(path.string());
  std::filesystem::remove(path);
  return digest;
}

/// Compare names and shapes with a record: how many there are, and the SHA-256 of all.
void expect_lines(const std::map<std::string, Size>& found, const json& record) {
  std::string text;
  for (const auto& [name, shape] : found) {
    text += (text.empty() ? "" : "\n") + name;
    for (const std::int64_t n : shape) text += " " + std::to_string(n);
  }
  EXPECT_EQ(found.size(), record.at("count").get<std::size_t>());
  EXPECT_EQ(sha256_of(text), record.at("sha256").get<std::string>()) << "ours:\n" << text;
}

void expect_probabilities(const Network& network, Op op, const json& wanted) {
  std::vector<double> found;
  for (const Layer& layer : network.layers) {
    if (layer.op == op) found.push_back(layer.probability);
  }
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], wanted[i].get<double>(), 1e-9) << i;
  }
}

class TorchvisionNetwork : public ::testing::TestWithParam<const NetworkType*> {
 protected:
  void SetUp() override {
    if (records().empty()) GTEST_SKIP() << "no source folder; set MELGRAPH_SOURCE_DIR";
    ASSERT_EQ(records().count(type_.id), 1U) << "make the records anew";
    record_ = records().at(type_.id);
  }

  const NetworkType& type_ = *GetParam();
  json record_;
};

TEST_P(TorchvisionNetwork, HasItsNamesAndShapes) {
  const json& train = record_.at("train");
  const Network network = type_.build(options_of(type_, train));
  EXPECT_EQ(network.parameter_count(), record_.at("parameters").get<std::int64_t>());

  std::map<std::string, Size> state;
  std::set<std::string> ours, theirs;
  for (const StateEntry& entry : network.state()) {
    state[entry.name] = entry.shape;
    if (!entry.buffer) ours.insert(entry.name);
  }
  for (const auto& item : train.at("tensors").items()) theirs.insert(item.key());
  EXPECT_EQ(ours, theirs);
  expect_lines(state, record_.at("state"));

  std::map<std::string, Size> modules;
  for (const auto& [name, layer] : network.names) {
    modules[name] = network.layers[static_cast<std::size_t>(layer)].size;
  }
  expect_lines(modules, record_.at("modules"));
  expect_probabilities(network, Op::dropout, record_.at("dropout"));
  expect_probabilities(network, Op::stochastic_depth, record_.at("stochastic_depth"));
}

void expect_fresh(const NetworkModule& module, const json& tensors) {
  constexpr double between_uniform_and_normal = 2.3;  // largest over mean magnitude: 2, above 3
  for (const auto& item : module.named_parameters()) {
    const json& wanted = tensors.at(item.key());
    const at::Tensor magnitudes = item.value().detach().abs();
    const double mean = magnitudes.mean().item<double>();
    const double spread = 5 / std::sqrt(static_cast<double>(magnitudes.numel())) + 1e-3;
    const double wanted_mean = wanted[1];
    EXPECT_NEAR(mean, wanted_mean, spread * wanted_mean) << "fresh " << item.key();
    if (wanted.size() < 3) continue;
    EXPECT_EQ(magnitudes.max().item<double>() / mean < between_uniform_and_normal,
              wanted[2].get<double>() < between_uniform_and_normal)
        << "fresh " << item.key() << ": uniform or normal";
  }
}

void expect_eval(const NetworkType& type, const json& record, double gain) {
  SCOPED_TRACE("eval " + record.at("input").dump());
  const at::NoGradGuard no_grad;
  NetworkModule module(type.build(options_of(type, record)), std::nullopt);
  fill(module, gain);
  module.eval();
  Size shape = module.network().layers.front().size;
  shape.insert(shape.begin(), 1);
  const at::Tensor input = signal("input", shape);
  const int logits = module.network().logits;
  expect_logits(module.forward(input, {logits}).front()[0], record);

  SCOPED_TRACE("as inference runs it");
  RunnerOptions options;
  options.wanted = {logits};
  expect_logits(make_torch_runner(module, options)->run(input).front()[0], record);
}

void expect_train(NetworkModule& module, const json& record) {
  const Network& network = module.network();
  module.to(at::kDouble);
  module.train();
  std::vector<std::string> heads;
  std::vector<int> wanted;
  for (const auto& item : record.at("outputs").items()) {
    heads.push_back(item.key());
    wanted.push_back(item.key() == "logits" ? network.logits : network.find(item.key()));
  }
  Size shape = network.layers.front().size;
  shape.insert(shape.begin(), 2);
  const std::vector<at::Tensor> outputs =
      module.forward(signal("input", shape).to(at::kDouble), wanted);
  at::Tensor loss;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const auto first = record.at("outputs").at(heads[i]).get<std::vector<double>>();
    for (std::size_t k = 0; k < first.size(); ++k) {
      EXPECT_NEAR(outputs[i][1][static_cast<std::int64_t>(k)].item<double>(), first[k],
                  train_tolerance * std::abs(first[k]))
          << heads[i];
    }
    const at::Tensor part =
        (outputs[i] * signal(heads[i], outputs[i].sizes()).to(at::kDouble)).sum();
    loss = loss.defined() ? loss + part : part;
  }
  loss.backward();

  const json& tensors = record.at("tensors");
  double largest = 0;
  for (const json& tensor : tensors) largest = std::max(largest, std::abs(tensor[0].get<double>()));
  for (const auto& item : module.named_parameters()) {
    const double gradient = tensors.at(item.key())[0];
    // Where a batch norm takes a bias away again its gradient is 0, but for rounding.
    EXPECT_NEAR(checksum(item.key(), item.value().grad()), gradient,
                train_tolerance * std::abs(gradient) + 1e-10 * largest)
        << item.key();
  }
  double statistics = 0;
  for (const auto& item : module.named_buffers()) {
    if (item.value().dim() == 0) {
      EXPECT_EQ(item.value().item<double>(), 1) << item.key();
    } else {
      statistics += checksum(item.key(), item.value());
    }
  }
  const double wanted_statistics = record.at("statistics");
  EXPECT_NEAR(statistics, wanted_statistics, train_tolerance * std::abs(wanted_statistics));
}

TEST_P(TorchvisionNetwork, GivesItsLogits) {
  for (const json& record : record_.at("eval")) expect_eval(type_, record, record_.at("gain"));
}

TEST_P(TorchvisionNetwork, BeginsAndLearnsAsItDoes) {
  const json& train = record_.at("train");
  NetworkOptions options = options_of(type_, train);
  options.dropout = 0;
  options.stochastic_depth = 0;
  NetworkModule module(type_.build(options));
  expect_fresh(module, train.at("tensors"));
  fill(module, record_.at("gain"));
  expect_train(module, train);
}

std::string network_name(const ::testing::TestParamInfo<const NetworkType*>& info) {
  return info.param->id.substr(std::string("model.").size());
}

INSTANTIATE_TEST_SUITE_P(All, TorchvisionNetwork, ::testing::ValuesIn(vision_networks()),
                         network_name);

void load_all(NetworkModule& module, const NetworkType& type, const StateDict& weights) {
  std::map<std::string, Size> shapes;
  for (const auto& [name, tensor] : weights.tensors) shapes[name] = tensor.sizes().vec();
  const WeightsPlan plan = plan_weights(type, module.network(), shapes, {});
  ASSERT_TRUE(plan.fits()) << plan.findings_text();
  load_network(module, weights, plan, ChannelRule::none, "the published weights");
}

TEST(MobileNetV2, GivesTheRecordedLogitsWithPublishedWeights) {
  const std::filesystem::path file = shared_weights("mobilenet_v2_imagenet.safetensors");
  const std::filesystem::path expected = shared_weights("mobilenet_v2_expected.json");
  SKIP_WITHOUT(file);
  SKIP_WITHOUT(expected);
  const NetworkType& type = mobilenet_v2();
  const StateDict weights = read_weights(file);
  const json cases = read_json_file(expected).at("cases");  // `items` does not keep it
  ASSERT_FALSE(cases.empty());
  for (const auto& item : cases.items()) {
    SCOPED_TRACE(item.key());
    const at::NoGradGuard no_grad;
    NetworkOptions options;
    const std::size_t cross = item.key().find('x');
    options.input = {3, std::stoll(item.key().substr(0, cross)),
                     std::stoll(item.key().substr(cross + 1))};
    options.classes = type.classes;
    NetworkModule module(type.build(options));
    load_all(module, type, weights);
    module.eval();
    const Network& network = module.network();
    const std::vector<double> numbers =
        lcg(static_cast<std::size_t>(options.input[0] * options.input[1] * options.input[2]));
    const at::Tensor input = at::tensor(numbers, at::kDouble)
                                 .to(at::kFloat)
                                 .reshape({1, 3, options.input[1], options.input[2]});
    const std::vector<at::Tensor> outputs =
        module.forward(input, {network.logits, network.embedding});
    expect_logits(outputs[0][0], {{"logits", item.value().at("first_logits")},
                                  {"mean", item.value().at("logits_mean")},
                                  {"deviation", item.value().at("logits_std")},
                                  {"largest", item.value().at("largest_abs")}});
    EXPECT_EQ(outputs[0][0].argmax().item<std::int64_t>(),
              item.value().at("top5")[0][0].get<std::int64_t>());
    EXPECT_NEAR(outputs[1].mean().item<double>(), item.value().at("features_mean").get<double>(),
                1e-5);
  }
}

}  // namespace
}  // namespace melgraph::testing
