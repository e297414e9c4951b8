#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/hann_window.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "melgraph/testing/signals.h"
#include "source_folder.h"

// What the tests of networks share: log-mel windows in float64, independent of the front ends, and
// the expected outputs of the shared folder.

namespace melgraph::testing {

/// Make log-mel windows [window, 1, 96, 64] of sound at 16 kHz as VGGish and YAMNet do: magnitude
/// STFT 400/160/512 with a periodic Hann window and no padding, 64 HTK mel bands of 125 to 7500 Hz
/// without DC, ln(x + offset); windows of 15600 samples, hop 7680; `pad` fills the last with zeros.
inline at::Tensor log_mel_windows(const std::vector<double>& samples, double offset, bool pad) {
  const auto wide = at::TensorOptions(at::kDouble);
  const auto mel_of = [](const at::Tensor& hertz) { return (hertz / 700.0).log1p() * 1127.0; };
  const at::Tensor bins = mel_of(at::linspace(0, 8000, 257, wide)).unsqueeze(1);
  const at::Tensor ends = mel_of(at::tensor({125.0, 7500.0}, wide));
  const at::Tensor edges = at::linspace(ends[0].item(), ends[1].item(), 66, wide);
  const at::Tensor low = edges.slice(0, 0, 64), centre = edges.slice(0, 1, 65),
                   high = edges.slice(0, 2, 66);
  at::Tensor bank =
      at::minimum((bins - low) / (centre - low), (high - bins) / (high - centre)).clamp_min(0);
  bank[0].zero_();

  at::Tensor sound = at::tensor(samples, wide).to(at::kFloat).to(at::kDouble);
  if (pad) {
    const std::int64_t hops = (sound.size(0) - 15600 + 7679) / 7680;
    sound = at::cat({sound, at::zeros({15600 + hops * 7680 - sound.size(0)}, wide)});
  }
  const at::Tensor frames = sound.unfold(0, 15600, 7680).unfold(1, 400, 160);
  const at::Tensor spectrum = at::fft_rfft(frames * at::hann_window(400, wide), 512).abs();
  return (spectrum.matmul(bank) + offset).log().to(at::kFloat).unsqueeze(1);
}

inline nlohmann::json read_json_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

/// Return the file `weights/NAME` of the shared folder; empty where it is missing.
inline std::filesystem::path shared_weights(const std::string& name) {
  const std::filesystem::path folder = shared_folder(source_folder());
  if (folder.empty()) return {};
  const std::filesystem::path file = folder / "weights" / name;
  return std::filesystem::exists(file) ? file : std::filesystem::path();
}

inline float largest_difference(const at::Tensor& a, const at::Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  return (a - b).abs().max().item<float>();
}

/// A path in the temporary folder that goes when the test ends.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& name) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string own =
        std::string("melgraph_") + test->test_suite_name() + "_" + test->name() + "_" + name;
    std::replace(own.begin(), own.end(), '/', '_');  // in names of tests with parameters
    path_ = std::filesystem::temp_directory_path() / own;
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string string() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

#define SKIP_WITHOUT(path) \
  if ((path).empty()) GTEST_SKIP() << "the shared weights are missing; set MELGRAPH_SHARED"

}  // namespace melgraph::testing
