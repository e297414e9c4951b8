#include <ATen/ops/abs.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "frontends_testing.h"
#include "melgraph/testing/signals.h"
#include "source_folder.h"

// Numbers of published front ends, made with the original programs in float64. Where an original
// builds its mel bank in float32 even so (torchaudio's Kaldi, librosa, PaSST), float64 cannot come
// closer to it than that bank's rounding.

namespace frontends_test {
namespace {

struct Case {
  const char* name;    // of the test
  const char* golden;  // in the file of golden numbers
  const char* type;
  Settings settings;
  int sample_rate;
  std::size_t samples;  // of the test mix; 0: the sine of 1 kHz
  double tolerance32;
  double tolerance64;
  double relative = 0;
  bool swapped = false;  // the golden array is [.., band, time]
  int delta_order = 0;   // of librosa's deltas of the features; 0: the features
};

void PrintTo(const Case& value, std::ostream* out) {
  *out << value.name;
}

Settings preset(const char* name) {
  return {{"preset", text(name)}};
}

Settings preset(const char* name, const Settings& more) {
  Settings settings = preset(name);
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

const char* const mel = "frontend.mel";
const char* const mfcc = "frontend.mfcc";

std::vector<Case> cases() {
  return {
      {"vggish", "vggish/mix10s", mel, preset("vggish", {{"patch_frames", null()}}), 16000, 160000,
       1e-4, 1e-11},
      {"vggish_sine", "vggish/sine1k", mel, preset("vggish", {{"patch_frames", null()}}), 16000, 0,
       1e-3, 1e-11},
      {"yamnet", "yamnet/mix10s/patches", mel, preset("yamnet"), 16000, 160000, 3e-4, 1e-11},
      {"panns_32k", "panns-32k", mel, preset("panns-32k"), 32000, 320000, 1e-3, 1e-4},
      {"panns_16k", "panns-16k", mel, preset("panns-16k"), 16000, 160000, 1e-3, 1e-4},
      {"kaldi_fbank_80", "kaldi-fbank-80/int16scale", mel, preset("kaldi-fbank-80"), 16000, 160000,
       5e-3, 3e-5},
      {"kaldi_fbank_80_all_frames", "kaldi-fbank-80/snip_edges=false", mel,
       preset("kaldi-fbank-80",
              {{"snip_edges", ParamValue(false)}, {"pad_mode", text("reflect_edge")}}),
       16000, 160000, 5e-3, 3e-5},
      {"kaldi_mfcc_13", "kaldi-mfcc-13 (torchaudio defaults, use_energy=false)", mfcc,
       preset("kaldi-mfcc-13"), 16000, 160000, 3e-3, 3e-4},
      {"ast_audioset", "ast-audioset 1024x128", mel, preset("ast-audioset"), 16000, 160000, 1e-3,
       1e-5},
      {"beats", "beats", mel, preset("beats"), 16000, 160000, 1e-3, 1e-5},
      {"passt", "passt / efficientat-32k (fmax 15000)", mel, preset("passt"), 32000, 320000, 5e-4,
       1e-5, 0, true},
      {"ced", "ced / dasheng-16k", mel, preset("ced-16k"), 16000, 160000, 2e-3, 2e-3, 0, true},
      {"whisper_80", "whisper-80", mel, preset("whisper-80"), 16000, 480000, 2e-4, 1e-6, 0, true},
      {"whisper_128", "whisper-128", mel, preset("whisper-128"), 16000, 480000, 2e-4, 1e-6, 0,
       true},
      {"librosa_mel", "librosa melspectrogram default", mel,
       preset("librosa-default", {{"log", text("none")}, {"top_db", null()}}), 22050, 44100, 1e-6,
       1e-6, 2e-5, true},
      {"librosa_db", "librosa power_to_db(ref=1,top_db=80)", mel, preset("librosa-default"), 22050,
       44100, 1e-3, 1e-4, 0, true},
      {"librosa_mfcc", "librosa mfcc n=20", mfcc, preset("librosa-default"), 22050, 44100, 2e-3,
       2e-4, 0, true},
      {"torchaudio_mel", "torchaudio MelSpectrogram() default", mel, preset("torchaudio-default"),
       16000, 32000, 1e-4, 1e-4, 1e-4, true},
      {"torchaudio_mfcc", "torchaudio MFCC(16000) default", mfcc, preset("torchaudio-default"),
       16000, 32000, 5e-3, 5e-3, 0, true},
      {"librosa_delta", "librosa delta w9 interp", mfcc, preset("librosa-default"), 22050, 44100,
       1e-3, 1e-4, 0, true, 1},
      {"librosa_delta2", "librosa delta2 w9 interp", mfcc, preset("librosa-default"), 22050, 44100,
       1e-3, 1e-4, 0, true, 2},
      {"palanisamy_esc50", "palanisamy-esc50", mel, preset("palanisamy-esc50"), 44100, 220500, 1e-3,
       1e-3, 0, true},
      {"palanisamy_us8k", "palanisamy-us8k", mel, preset("palanisamy-us8k"), 22050, 88200, 1e-3,
       1e-3, 0, true},
      {"palanisamy_us8k_short", "palanisamy-us8k-short", mel, preset("palanisamy-us8k"), 22050,
       2206, 1e-3, 1e-3, 0, true},
      {"palanisamy_gtzan", "palanisamy-gtzan", mel, preset("palanisamy-gtzan"), 22050, 661794, 1e-3,
       1e-3, 0, true},
  };
}

// Read once; an empty value where the file is missing.
const nlohmann::json& golden_file() {
  static const nlohmann::json file = [] {
    const std::filesystem::path folder =
        melgraph::testing::shared_folder(melgraph::testing::source_folder());
    std::ifstream in(folder / "reference" / "frontends_golden.json");
    return in ? nlohmann::json::parse(in) : nlohmann::json();
  }();
  return file;
}

const nlohmann::json& golden_case(const std::string& name) {
  for (const nlohmann::json& entry : golden_file().at("cases")) {
    if (entry.at("name") == name) return entry;
  }
  throw std::runtime_error("no golden case " + name);
}

class Golden : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (golden_file().is_null()) GTEST_SKIP() << "the shared folder of golden numbers is missing";
  }

  // Compare [.., time, band] with the probes, and where it is whole with the statistics. All
  // tolerances are taken `times`.
  void compare(const at::Tensor& features, double absolute, double times = 1) {
    const Case& test = GetParam();
    const double tolerance = times * absolute;
    const double relative = times * test.relative;
    const nlohmann::json& golden = golden_case(test.golden);
    at::Tensor array = features.to(at::kDouble).squeeze(2).squeeze(0).squeeze(0);
    if (test.swapped) array = array.transpose(-1, -2);
    ASSERT_EQ(array.sizes().vec(), golden.at("shape").get<std::vector<std::int64_t>>());
    int compared = 0;
    for (const nlohmann::json& probe : golden.at("probes")) {
      at::Tensor value = array;
      for (const nlohmann::json& i : probe.at("index")) value = value.select(0, i);
      const double expected = probe.at("value").get<double>();
      EXPECT_NEAR(value.item<double>(), expected, tolerance + relative * std::abs(expected))
          << "at " << probe.at("index");
      ++compared;
    }
    EXPECT_GE(compared, 20);
    const double largest = golden.at("max").get<double>();
    const double margin = tolerance + relative * largest;
    EXPECT_NEAR(array.mean().item<double>(), golden.at("mean").get<double>(), margin);
    EXPECT_NEAR(array.std(/*unbiased=*/false).item<double>(), golden.at("std").get<double>(),
                margin);
    EXPECT_NEAR(array.min().item<double>(), golden.at("min").get<double>(), margin);
    EXPECT_NEAR(array.max().item<double>(), largest, margin);
  }

  at::Tensor sound() const {
    const Case& test = GetParam();
    if (test.samples == 0) return item(sine1k(), /*exact=*/true);
    return item(mix(test.sample_rate, test.samples));
  }

  at::Tensor result(const at::Tensor& audio) const {
    const Case& test = GetParam();
    const at::Tensor features = run(test.type, test.settings, test.sample_rate, audio);
    if (test.delta_order == 0) return features;
    NodeRunner delta(node_type("frontend.delta"));
    delta.set("method", "savgol").set("width", 9).set("edge", "interp").set("keep_input", false);
    delta.set("order", test.delta_order);
    melgraph::PortSpec spec =
        melgraph::testing::features_spec(1, features.size(2), features.size(3));
    if (audio.scalar_type() == at::kDouble) spec.dtype = melgraph::DType::float64;
    delta.connect("features", spec);
    return delta.on(audio.device()).run(features);
  }
};

TEST_P(Golden, AgreesInFloat32) {
  compare(result(sound().to(at::kFloat)), GetParam().tolerance32);
}

TEST_P(Golden, AgreesInFloat64) {
  compare(result(sound()), GetParam().tolerance64);
}

TEST_P(Golden, AgreesOnADevice) {
  std::string why;
  const std::optional<c10::Device> device = cuda_device(why);
  if (!device) GTEST_SKIP() << why;
  compare(result(sound().to(at::kFloat).to(*device)).cpu(), GetParam().tolerance32, 2);
}

INSTANTIATE_TEST_SUITE_P(Frontends, Golden, ::testing::ValuesIn(cases()),
                         [](const ::testing::TestParamInfo<Case>& tested) {
                           return std::string(tested.param.name);
                         });

// A few of the numbers stand here too, for runs without the shared folder.
TEST(FrontendsGolden, VggishOfTheTestMixIsAsPublished) {
  const at::Tensor features = run(mel, preset("vggish", {{"patch_frames", null()}}), 16000,
                                  item(mix(16000, 160000)).to(at::kFloat));
  EXPECT_NEAR(features[0][0][175][4].item<double>(), -2.4172056748287796, 1e-4);
  EXPECT_NEAR(features[0][0][537][54].item<double>(), -0.9076336188309616, 1e-4);
  EXPECT_NEAR(features.mean().item<double>(), -1.300412287377658, 1e-4);
}

TEST(FrontendsGolden, VggishOfTheSineIsAsPublished) {
  const at::Tensor features =
      run(mel, preset("vggish", {{"patch_frames", null()}}), 16000, item(sine1k(), /*exact=*/true));
  EXPECT_NEAR(features[0][0][175][4].item<double>(), -4.475019745458077, 1e-9);
  EXPECT_NEAR(features.std(/*unbiased=*/false).item<double>(), 2.1265773357599715, 1e-9);
  EXPECT_NEAR(features.max().item<double>(), 4.811117725147968, 1e-9);
}

TEST(FrontendsGolden, YamnetOfTheTestMixIsAsPublished) {
  const at::Tensor patches =
      run(mel, preset("yamnet"), 16000, item(mix(16000, 160000)).to(at::kFloat));
  ASSERT_EQ(patches.sizes(), at::IntArrayRef({1, 20, 1, 96, 64}));
  EXPECT_NEAR(patches[0][15][0][68][25].item<double>(), -2.4446129397336325, 3e-4);
  EXPECT_NEAR(patches[0][3][0][83][23].item<double>(), -1.8602882299844083, 3e-4);
}

}  // namespace
}  // namespace frontends_test
