#include "frontend_verify.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <utility>

#include "melgraph/error.h"
#include "melgraph/testing/node_runner.h"
#include "melgraph/testing/signals.h"
#include "run/resampler.h"

namespace melgraph::cli {

namespace {

constexpr double tolerance_of_cuda = 2;

std::vector<double> make_signal(const std::string& name, int sample_rate, std::int64_t samples) {
  if (name == "mix") return testing::mix(sample_rate, static_cast<std::size_t>(samples));
  if (name == "sine1k") {
    std::vector<double> sine = testing::sine1k(sample_rate);
    sine.resize(static_cast<std::size_t>(samples));
    return sine;
  }
  throw Error(ErrorCode::io, "the golden vectors want a signal that is not known here: " + name);
}

at::Tensor to_tensor(std::vector<double>& samples) {
  return at::from_blob(samples.data(), {1, 1, static_cast<std::int64_t>(samples.size())},
                       at::TensorOptions().dtype(at::kDouble))
      .clone();
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

double at_index(const double* data, const std::vector<std::int64_t>& shape,
                const std::vector<std::int64_t>& index) {
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) offset = offset * shape[i] + index[i];
  return data[offset];
}

/// Compare what was computed with the golden array: `found` is float64 and contiguous.
void compare(const at::Tensor& found, const GoldenArray& golden, Verdict& verdict) {
  if (found.sizes().vec() != golden.shape) {
    verdict.problem = "the shape is " + shape_text(found.sizes().vec()) + " instead of " +
                      shape_text(golden.shape);
    return;
  }
  const double* const data = found.const_data_ptr<double>();
  const auto size = static_cast<std::size_t>(found.numel());
  double sum = 0;
  double smallest = INFINITY;
  double largest = -INFINITY;
  for (std::size_t i = 0; i < size; ++i) {
    sum += data[i];
    smallest = std::min(smallest, data[i]);
    largest = std::max(largest, data[i]);
  }
  const double mean = sum / static_cast<double>(size);
  double squares = 0;
  for (std::size_t i = 0; i < size; ++i) squares += (data[i] - mean) * (data[i] - mean);

  verdict.ok = true;
  const auto see = [&verdict](double value, double wanted, double margin, double& worst) {
    const double error = std::abs(value - wanted);
    if (std::isnan(error) || error > worst) worst = error;  // what is no number stays the worst
    if (!(error <= margin)) verdict.ok = false;
  };
  const Tolerance& tolerance = verdict.tolerance;
  for (const GoldenArray::Probe& probe : golden.probes) {
    see(at_index(data, golden.shape, probe.index), probe.value, tolerance.at(probe.value),
        verdict.largest_error);
  }
  see(smallest, golden.min, tolerance.at(golden.min), verdict.largest_error);
  see(largest, golden.max, tolerance.at(golden.max), verdict.largest_error);
  const double margin = tolerance.at(golden.max);
  see(mean, golden.mean, margin, verdict.mean_error);
  see(std::sqrt(squares / static_cast<double>(size)), golden.std, margin, verdict.std_error);
}

std::string seconds_text(std::int64_t samples, int rate) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g s", static_cast<double>(samples) / rate);
  return text;
}

testing::NodeRunner open_node(const NodeType& type, const Settings& settings, const PortSpec& input,
                              c10::Device device) {
  testing::NodeRunner runner(type);
  for (const auto& [name, value] : settings) runner.set(name, value);
  runner.connect(type.descriptor.inputs.front().name, input).on(device);
  runner.open();
  return runner;
}

}  // namespace

FrontendVerifier::FrontendVerifier(Registry& registry, const FrontendCatalog& catalog,
                                   c10::Device device)
    : registry_(registry), catalog_(catalog), device_(device) {}

void FrontendVerifier::compute(const GoldenCase& golden, DType dtype, Verdict& verdict) const {
  const FrontendPreset* preset = catalog_.find(golden.type, golden.preset);
  if (preset == nullptr) {
    verdict.problem = "no installed plugin has this preset";
    return;
  }
  std::vector<double> samples = make_signal(golden.signal, golden.sample_rate, golden.samples);
  at::Tensor sound = to_tensor(samples);
  if (!golden.exact) sound = sound.to(at::kFloat).to(at::kDouble);
  if (dtype == DType::float32) sound = sound.to(at::kFloat);

  PortSpec spec = testing::audio_spec(golden.sample_rate, 1, golden.samples);
  spec.whole_input = true;
  spec.dtype = dtype;
  Settings settings = {{"preset", golden.preset}};
  settings.insert(settings.end(), golden.settings.begin(), golden.settings.end());
  testing::NodeRunner node = open_node(*preset->type, settings, spec, device_);
  at::Tensor features = node.run(sound.to(device_));
  PortSpec made = node.output();
  for (const auto& [id, more] : golden.then) {
    const NodeType* type = registry_.find(id);
    if (type == nullptr) {
      verdict.problem = "no installed plugin has the node type " + id;
      return;
    }
    testing::NodeRunner next = open_node(*type, more, made, device_);
    features = next.run(features);
    made = next.output();
  }
  compare(features.to(at::kCPU).to(at::kDouble).squeeze(0).contiguous(), golden.features, verdict);
}

Verdict FrontendVerifier::verify(const GoldenCase& golden, DType dtype) const {
  Verdict verdict;
  verdict.name = name_of(golden, catalog_);
  verdict.sound = describe_sound(golden);
  verdict.device = device_.str();
  verdict.numbers = to_string(dtype);
  verdict.oracle = golden.oracle;
  verdict.tolerance = dtype == DType::float32 ? golden.float32 : golden.float64;
  if (device_.is_cuda()) {
    verdict.tolerance.absolute *= tolerance_of_cuda;
    verdict.tolerance.relative *= tolerance_of_cuda;
  }
  try {
    compute(golden, dtype, verdict);
  } catch (const std::exception& error) {
    verdict.problem = error.what();
  }
  if (!verdict.problem.empty()) verdict.ok = false;
  return verdict;
}

Verdict FrontendVerifier::verify(const GoldenResampling& golden) {
  Verdict verdict;
  verdict.name = "resampler " + golden.resampler;
  verdict.sound = golden.signal + ' ' + seconds_text(golden.samples, golden.from) + ", " +
                  std::to_string(golden.from) + " to " + std::to_string(golden.to) + " Hz";
  verdict.device = "cpu";
  verdict.numbers = to_string(DType::float32);
  verdict.oracle = golden.oracle;
  verdict.tolerance = golden.float32;
  try {
    const std::vector<double> signal = make_signal(golden.signal, golden.from, golden.samples);
    const std::vector<float> samples(signal.begin(), signal.end());
    const auto resampler = make_resampler(golden.resampler, golden.from, golden.to);
    std::vector<float> out;
    resampler->push(samples.data(), samples.size(), out);
    resampler->finish(out);
    std::vector<double> found(out.begin(), out.end());
    compare(to_tensor(found).reshape({-1}), golden.sound, verdict);
  } catch (const std::exception& error) {
    verdict.problem = error.what();
  }
  if (!verdict.problem.empty()) verdict.ok = false;
  return verdict;
}

std::string describe_sound(const GoldenCase& golden) {
  std::string text = golden.signal + ' ' + seconds_text(golden.samples, golden.sample_rate);
  const auto value_text = [](const ParamValue& value) {
    const auto* string = std::get_if<std::string>(&value);
    return string != nullptr ? *string : to_json(value);
  };
  for (const auto& [name, value] : golden.settings) text += ", " + name + ' ' + value_text(value);
  for (const auto& [type, settings] : golden.then) {
    text += "; " + type;
    for (const auto& [name, value] : settings) text += ' ' + name + ' ' + value_text(value);
  }
  return text;
}

std::string name_of(const GoldenCase& golden, const FrontendCatalog& catalog) {
  const FrontendPreset* preset = catalog.find(golden.type, golden.preset);
  return preset != nullptr ? preset->name : golden.type + '/' + golden.preset;
}

}  // namespace melgraph::cli
