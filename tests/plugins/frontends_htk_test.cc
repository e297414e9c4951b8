#include <ATen/ops/cat.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "frontends_testing.h"
#include "melgraph/testing/signals.h"
#include "source_folder.h"

// Features that HTK itself computed, from Kaldi's test data.

namespace frontends_test {
namespace {

std::filesystem::path folder() {
  return melgraph::testing::source_folder() / "tests" / "plugins" / "htk";
}

std::vector<unsigned char> read(const std::string& name) {
  std::ifstream in(folder() / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Samples in the range of 16 bits, as HTK takes them, from a canonical WAV file.
at::Tensor test_sound() {
  const std::vector<unsigned char> bytes = read("test.wav");
  std::vector<double> samples;
  for (std::size_t i = 44; i + 1 < bytes.size(); i += 2) {
    samples.push_back(static_cast<std::int16_t>(bytes[i] | bytes[i + 1] << 8));
  }
  return item(samples).to(at::kFloat);
}

// [time, value], big-endian float32 after a header of 12 bytes.
at::Tensor htk_features(const std::string& name) {
  const std::vector<unsigned char> bytes = read(name);
  const auto big_endian = [&bytes](std::size_t at) {
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
           std::uint32_t{bytes[at + 2]} << 8 | std::uint32_t{bytes[at + 3]};
  };
  const std::int64_t frames = big_endian(0);
  const std::int64_t values = (bytes[8] << 8 | bytes[9]) / 4;
  at::Tensor features = at::empty({frames, values});
  auto* data = features.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < frames * values; ++i) {
    const std::uint32_t word = big_endian(12 + 4 * static_cast<std::size_t>(i));
    std::memcpy(data + i, &word, sizeof word);
  }
  return features;
}

Settings htk() {
  return {{"n_fft", whole(512)},
          {"win_length", whole(400)},
          {"hop_length", whole(160)},
          {"window", text("hamming")},
          {"window_symmetry", text("symmetric")},
          {"center", ParamValue(false)},
          {"win_align", text("left")},
          {"n_mels", whole(23)},
          {"mel_scale", text("kaldi")},
          {"mel_domain", text("mel")},
          {"mel_nyquist", text("drop")},
          {"htk_bug", ParamValue(true)},
          {"log", text("ln_floor")},
          {"log_eps", ParamValue(1.0)}};
}

Settings htk(const Settings& more) {
  Settings settings = htk();
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

class Htk : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(std::filesystem::exists(folder() / "test.wav")) << folder(); }
};

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return a.sub(b).abs().max().item<double>();
}

TEST_F(Htk, FilterBankFromZeroHz) {
  const at::Tensor features = run("frontend.mel", htk(), 16000, test_sound())[0][0];
  const at::Tensor expected = htk_features("test.wav.fbank_htk.1");
  ASSERT_EQ(features.sizes(), expected.sizes());
  EXPECT_LT(largest_difference(features, expected), 2e-4);
}

TEST_F(Htk, FilterBankFrom25HzNeedsHtksBug) {
  const at::Tensor expected = htk_features("test.wav.fbank_htk.2");
  const Settings settings = htk({{"f_min", ParamValue(25.0)}});
  const at::Tensor features = run("frontend.mel", settings, 16000, test_sound())[0][0];
  EXPECT_LT(largest_difference(features, expected), 2e-4);
  Settings right = settings;
  right.emplace_back("htk_bug", ParamValue(false));
  const at::Tensor other = run("frontend.mel", right, 16000, test_sound())[0][0];
  EXPECT_GT(largest_difference(other.narrow(1, 0, 1), expected.narrow(1, 0, 1)), 1);
  EXPECT_LT(largest_difference(other.narrow(1, 1, 22), expected.narrow(1, 1, 22)), 2e-4);
}

// HTK's cut-offs of 100 and 7500 Hz in Kaldi's terms. HTK bends its line at 2 c / (1 + 1 / warp),
// Kaldi at vtln_low max(1, warp) and vtln_high min(1, warp).
Settings warp_settings(double warp) {
  const double knee = 2 / (1 + 1 / warp);
  return {{"vtln_warp", ParamValue(warp)},
          {"vtln_low", ParamValue(100 * knee / std::max(1.0, warp))},
          {"vtln_high", ParamValue(7500 * knee / std::min(1.0, warp))}};
}

Settings warped(double warp) {
  Settings settings = htk({{"f_min", ParamValue(25.0)}});
  const Settings more = warp_settings(warp);
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

TEST_F(Htk, FilterBankWithWarpedFrequencies) {
  const at::Tensor low = run("frontend.mel", warped(0.9), 16000, test_sound())[0][0];
  EXPECT_LT(largest_difference(low, htk_features("test.wav.fbank_htk.3")), 2e-4);
  const at::Tensor high = run("frontend.mel", warped(1.1), 16000, test_sound())[0][0];
  EXPECT_LT(largest_difference(high, htk_features("test.wav.fbank_htk.4")), 2e-4);
  EXPECT_GT(largest_difference(high, htk_features("test.wav.fbank_htk.3")), 1);
}

// HTK puts coefficient 0, times sqrt(2), or the energy after coefficient 12, and smooths deltas
// at the ends in another way.
at::Tensor cepstra_and_deltas(const Settings& more, double factor) {
  Settings settings = htk({{"n_mfcc", whole(13)}, {"lifter", ParamValue(22.0)}});
  settings.insert(settings.end(), more.begin(), more.end());
  const at::Tensor mfcc = run("frontend.mfcc", settings, 16000, test_sound());
  const at::Tensor ordered = at::cat({mfcc.narrow(3, 1, 12), mfcc.narrow(3, 0, 1).mul(factor)}, 3);
  NodeRunner delta(node_type("frontend.delta"));
  delta.set("method", "kaldi").set("order", 2);
  delta.connect("features", melgraph::testing::features_spec(1, ordered.size(2), 13));
  return delta.run(ordered)[0][0];
}

void compare_inside(const at::Tensor& features, const std::string& name) {
  const at::Tensor expected = htk_features(name);
  ASSERT_EQ(features.sizes(), expected.sizes());
  const std::int64_t inside = features.size(0) - 20;
  EXPECT_LT(largest_difference(features.narrow(0, 10, inside), expected.narrow(0, 10, inside)),
            2e-3);
}

TEST_F(Htk, CepstraAndDeltas) {
  compare_inside(cepstra_and_deltas({}, std::sqrt(2.0)), "test.wav.fea_htk.1");
}

TEST_F(Htk, EnergyInPlaceOfCoefficientZero) {
  compare_inside(cepstra_and_deltas({{"use_energy", ParamValue(true)}}, 1), "test.wav.fea_htk.2");
}

TEST_F(Htk, CepstraFrom20Hz) {
  compare_inside(
      cepstra_and_deltas({{"f_min", ParamValue(20.0)}, {"use_energy", ParamValue(true)}}, 1),
      "test.wav.fea_htk.3");
}

TEST_F(Htk, CepstraWithWarpedFrequencies) {
  Settings settings = warp_settings(1.1);
  settings.emplace_back("preemphasis", ParamValue(0.97));
  settings.emplace_back("use_energy", ParamValue(true));
  compare_inside(cepstra_and_deltas(settings, 1), "test.wav.fea_htk.5");
}

// 125 Hz lies on a bin, and HTK loses none.
TEST_F(Htk, CepstraOfANarrowBank) {
  compare_inside(cepstra_and_deltas({{"preemphasis", ParamValue(0.97)},
                                     {"n_mels", whole(24)},
                                     {"htk_bug", ParamValue(false)},
                                     {"f_min", ParamValue(125.0)},
                                     {"f_max", ParamValue(7800.0)}},
                                    std::sqrt(2.0)),
                 "test.wav.fea_htk.6");
}

TEST_F(Htk, PreemphasisedCepstra) {
  compare_inside(
      cepstra_and_deltas({{"preemphasis", ParamValue(0.97)}, {"use_energy", ParamValue(true)}}, 1),
      "test.wav.fea_htk.4");
}

}  // namespace
}  // namespace frontends_test
