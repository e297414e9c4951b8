#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "frontends_testing.h"

// Input and sizes at the limits: a documented result or a clear error.

namespace frontends_test {
namespace {

using ::testing::HasSubstr;

const char* const mel = "frontend.mel";

std::int64_t rate_of(const melgraph::Preset& preset) {
  for (const auto& value : preset.values) {
    if (value.first == "sample_rate") return std::get<std::int64_t>(value.second);
  }
  return 0;
}

at::Tensor sound(std::int64_t samples) {
  return item(noise(static_cast<std::size_t>(samples))).to(at::kFloat);
}

bool all_finite(const at::Tensor& values) {
  return values.isfinite().all().item<bool>();
}

// The message of the error of running over `audio`; empty where there is none.
std::string error_of(const std::string& id, const Settings& settings, const at::Tensor& audio,
                     int rate = 16000) {
  NodeRunner node = runner(id, settings, rate, melgraph::unknown_size);
  try {
    EXPECT_TRUE(all_finite(node.run(audio)));
    return {};
  } catch (const melgraph::Error& error) {
    EXPECT_EQ(error.code(), melgraph::ErrorCode::input);
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
}

class Presets : public ::testing::TestWithParam<std::pair<std::string, std::string>> {
 protected:
  const std::string& id() const { return GetParam().first; }
  Settings settings() const { return {{"preset", ParamValue(GetParam().second)}}; }
  int rate() const {
    return static_cast<int>(rate_of(*node_type(id()).descriptor.find_preset(GetParam().second)));
  }
};

TEST_P(Presets, RunInBothTypes) {
  const at::Tensor audio = sound(rate());
  const at::Tensor single = run(id(), settings(), rate(), audio);
  EXPECT_TRUE(all_finite(single));
  const at::Tensor exact = run(id(), settings(), rate(), audio.to(at::kDouble));
  const double difference = single.to(at::kDouble).sub(exact).abs().max().item<double>();
  EXPECT_LT(difference, 2e-2);
  EXPECT_GT(exact.std().item<double>(), 0.05);
}

TEST_P(Presets, GiveFiniteFeaturesOfSilenceAndOfFewSamples) {
  EXPECT_TRUE(all_finite(run(id(), settings(), rate(), at::zeros({1, 1, rate()}))));
  for (const std::int64_t samples : {0, 1, 100, 1000}) {
    const std::string error = error_of(id(), settings(), at::zeros({1, 1, samples}), rate());
    if (error.empty()) continue;
    EXPECT_THAT(error, HasSubstr("samples")) << samples;
  }
}

// Samples of 1e30 have a power beyond float32, whose logarithm would be infinite.
TEST_P(Presets, RefuseSamplesThatAreTooLargeOrNoNumbers) {
  at::Tensor audio = sound(rate());
  const bool cut = GetParam().second == "laion-clap-48k";  // to [-1, 1]
  EXPECT_THAT(error_of(id(), settings(), audio.mul(1e30), rate()),
              HasSubstr(cut ? "" : "the sound has samples too large for its features"));
  audio[0][0][rate() / 2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error_of(id(), settings(), audio, rate()),
            "the sound has samples that are infinite or no numbers");
  // Float64 goes through LibTorch's operators, whatever the front end.
  EXPECT_THROW(run(id(), settings(), rate(), audio.to(at::kDouble)), melgraph::Error);
}

std::vector<std::pair<std::string, std::string>> all_presets() {
  std::vector<std::pair<std::string, std::string>> result;
  for (const char* id : {"frontend.mel", "frontend.mfcc"}) {
    for (const auto& preset : node_type(id).descriptor.presets) {
      result.emplace_back(id, preset.name);
    }
  }
  return result;
}

INSTANTIATE_TEST_SUITE_P(Frontends, Presets, ::testing::ValuesIn(all_presets()),
                         [](const auto& tested) {
                           std::string name = tested.param.first + "_" + tested.param.second;
                           for (char& c : name) c = std::isalnum(c) != 0 ? c : '_';
                           return name;
                         });

TEST(FrontendsLimits, PresetsAreThoseOfTheReferences) {
  EXPECT_EQ(node_type("frontend.mel").descriptor.presets.size(), 38U);
  EXPECT_EQ(node_type("frontend.mfcc").descriptor.presets.size(), 3U);
}

TEST(FrontendsLimits, NaNInOneItemIsAnErrorAndNotInTheOthers) {
  const at::Tensor bad = at::full({1, 1, 16000}, std::numeric_limits<float>::infinity());
  EXPECT_EQ(error_of(mel, {{"log", text("db")}}, bad),
            "the sound has samples that are infinite or no numbers");
  EXPECT_EQ(error_of(mel, {{"log", text("db")}}, sound(16000)), "");
}

TEST(FrontendsLimits, LargeSamplesWorkWithASmallerScaleAndInFloat64) {
  const at::Tensor audio = sound(16000).mul(1e30);
  EXPECT_EQ(error_of(mel, {{"log", text("db")}, {"scale", ParamValue(1e-30)}}, audio), "");
  EXPECT_TRUE(all_finite(run(mel, {{"log", text("db")}}, 16000, audio.to(at::kDouble))));
}

TEST(FrontendsLimits, TransformsOfAnyLengthAgreeWithFloat64) {
  for (const std::int64_t n_fft : {2, 3, 5, 17, 257, 401, 1021, 2205, 4099, 44100, 65536}) {
    SCOPED_TRACE(n_fft);
    const Settings settings{{"n_fft", whole(n_fft)},
                            {"hop_length", whole(std::max<std::int64_t>(n_fft / 2, 1))},
                            {"n_mels", whole(10)},
                            {"log", text("db")}};
    const at::Tensor audio = sound(std::max<std::int64_t>(n_fft, 1000));
    const at::Tensor single = run(mel, settings, 44100, audio);
    const at::Tensor exact = run(mel, settings, 44100, audio.to(at::kDouble));
    EXPECT_LT(single.to(at::kDouble).sub(exact).abs().max().item<double>(), 0.01);
  }
  EXPECT_NE(error_of(mel, {{"n_fft", whole(65536)}}, sound(1000)), "");
}

TEST(FrontendsLimits, RatesFrom8To192KilohertzWork) {
  for (const int rate : {8000, 11025, 22050, 48000, 96000, 192000}) {
    for (const char* grid : {"exact", "sr_floor"}) {
      const Settings settings{{"log", text("ln_add")}, {"mel_grid", text(grid)}};
      EXPECT_TRUE(all_finite(run(mel, settings, rate, sound(rate / 4)))) << rate;
    }
  }
}

}  // namespace
}  // namespace frontends_test
