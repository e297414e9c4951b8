#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "melgraph/node_type.h"
#include "melgraph/testing/node_runner.h"
#include "run/device.h"

// What the tests of the spectral front ends share.

extern "C" void melgraph_plugin_register(melgraph::Registrar& registrar);

namespace frontends_test {

using melgraph::ParamValue;
using melgraph::testing::NodeRunner;

class Types final : public melgraph::Registrar {
 public:
  using melgraph::Registrar::add;
  void add(melgraph::NodeType type) override { types.push_back(std::move(type)); }
  std::vector<melgraph::NodeType> types;
};

/// Return the node type `id` as the library registers it.
inline melgraph::NodeType node_type(const std::string& id) {
  Types registrar;
  melgraph_plugin_register(registrar);
  for (melgraph::NodeType& type : registrar.types) {
    if (type.descriptor.id == id) return std::move(type);
  }
  throw melgraph::Error(melgraph::ErrorCode::internal, "no node type " + id);
}

/// Make an item [1, 1, sample] of float64, rounded to float32 unless `exact`.
inline at::Tensor item(const std::vector<double>& samples, bool exact = false) {
  const auto size = static_cast<std::int64_t>(samples.size());
  at::Tensor tensor = at::empty({1, 1, size}, at::TensorOptions().dtype(at::kDouble));
  std::copy(samples.begin(), samples.end(), tensor.mutable_data_ptr<double>());
  return exact ? tensor : tensor.to(at::kFloat).to(at::kDouble);
}

// The signals that the golden numbers were made from, to the last bit of float64.

/// x = (1664525 x + 1013904223) mod 2^32, u = 2 x / 2^32 - 1.
inline std::vector<double> noise(std::size_t size, std::uint32_t seed = 1) {
  std::vector<double> samples(size);
  for (double& sample : samples) {
    seed = 1664525U * seed + 1013904223U;
    sample = 2.0 * seed / 4294967296.0 - 1.0;
  }
  return samples;
}

inline constexpr double two_pi = 6.283185307179586476925286766559;

/// Two tones, a sweep and noise; the first tenth is digital silence.
inline std::vector<double> mix(int sample_rate, std::size_t size, std::uint32_t seed = 1) {
  std::vector<double> samples = noise(size, seed);
  const double rate = sample_rate;
  const double duration = static_cast<double>(size) / rate;
  for (std::size_t i = 0; i < size; ++i) {
    const double t = static_cast<double>(i) / rate;
    const double sweep = 50 * t + (0.45 * rate - 50) * t * t / (2 * duration);
    samples[i] = 0.3 * std::sin(two_pi * 440 * t) + 0.1 * std::sin(two_pi * 3000 * t) +
                 0.2 * std::sin(two_pi * sweep) + 0.01 * samples[i];
    if (i < size / 10) samples[i] = 0;
  }
  return samples;
}

/// VGGish's smoke-test signal: three seconds of 1 kHz at 16000 Hz.
inline std::vector<double> sine1k() {
  std::vector<double> samples(48000);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = std::sin(two_pi * 1000 * (static_cast<double>(i) / 16000));
  }
  return samples;
}

using Settings = std::vector<std::pair<std::string, ParamValue>>;

inline ParamValue text(const char* value) {
  return ParamValue(std::string(value));
}
inline ParamValue whole(std::int64_t value) {
  return ParamValue(value);
}
inline ParamValue null() {
  return ParamValue();
}

/// Make a runner of `id` for sound of one channel; `samples` may be `unknown_size`.
inline NodeRunner runner(const std::string& id, const Settings& settings, int sample_rate,
                         std::int64_t samples, melgraph::DType dtype = melgraph::DType::float32) {
  NodeRunner result(node_type(id));
  for (const auto& setting : settings) result.set(setting.first, setting.second);
  melgraph::PortSpec spec = melgraph::testing::audio_spec(sample_rate, 1, samples);
  spec.whole_input = true;  // inputs of any length; windows that are too short are refused
  spec.dtype = dtype;
  result.connect("audio", spec);
  return result;
}

/// Run `id` over one item in the item's type and on its device.
inline at::Tensor run(const std::string& id, const Settings& settings, int sample_rate,
                      const at::Tensor& audio) {
  const bool exact = audio.scalar_type() == at::kDouble;
  NodeRunner result = runner(id, settings, sample_rate, audio.size(2),
                             exact ? melgraph::DType::float64 : melgraph::DType::float32);
  return result.on(audio.device()).run(audio);
}

/// Return the CUDA device; where there is none, nothing, and `why` tells.
inline std::optional<c10::Device> cuda_device(std::string& why) {
  try {
    return melgraph::choose_device("cuda");
  } catch (const melgraph::Error& error) {
    why = error.what();
    return std::nullopt;
  }
}

}  // namespace frontends_test
