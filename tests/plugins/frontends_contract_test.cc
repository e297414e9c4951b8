#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "frontends_testing.h"

namespace frontends_test {
namespace {

using melgraph::unknown_size;
using ::testing::HasSubstr;

const char* const mel = "frontend.mel";

// The findings of `settings` on sound of 16000 Hz, as text; empty where there are none.
std::string findings(const std::string& id, const Settings& settings, std::int64_t samples = 16000,
                     int sample_rate = 16000) {
  NodeRunner node = runner(id, settings, sample_rate, samples);
  node.infer();
  return node.findings_text();
}

std::string output(const Settings& settings, std::int64_t samples) {
  NodeRunner node = runner(mel, settings, 16000, samples);
  EXPECT_TRUE(node.infer()) << node.findings_text();
  return to_string(node.output());
}

TEST(FrontendsContract, DefaultsAreTorchaudios) {
  EXPECT_EQ(findings("frontend.stft", {}), "");
  EXPECT_EQ(findings("frontend.mel", {}), "");
  EXPECT_EQ(findings("frontend.mfcc", {}), "");
  EXPECT_EQ(output({}, 16000), "features float32 [window, channel 1, time 81, mel 128]");
}

TEST(FrontendsContract, EveryPresetIsValidForItsRateAndOnlyForIt) {
  for (const char* id : {"frontend.mel", "frontend.mfcc"}) {
    for (const melgraph::Preset& preset : node_type(id).descriptor.presets) {
      std::int64_t rate = 0;
      for (const auto& value : preset.values) {
        if (value.first == "sample_rate") rate = std::get<std::int64_t>(value.second);
      }
      ASSERT_GT(rate, 0) << preset.name;
      EXPECT_FALSE(preset.references.empty()) << preset.name;
      EXPECT_FALSE(preset.facts.empty()) << preset.name;
      const Settings settings{{"preset", text(preset.name.c_str())}};
      EXPECT_EQ(findings(id, settings, rate, static_cast<int>(rate)), "") << preset.name;
      EXPECT_THAT(findings(id, settings, 96000, 96000),
                  HasSubstr("sample_rate: the front end is for sound of " + std::to_string(rate) +
                            " Hz, its view has 96000 Hz; set \"sample_rate\": " +
                            std::to_string(rate) + " in the view"))
          << preset.name;
    }
  }
}

TEST(FrontendsContract, TablesOfTheTypesContainEachOther) {
  const auto names = [](const char* id) {
    std::set<std::string> result;
    for (const auto& param : node_type(id).descriptor.params) result.insert(param.name);
    return result;
  };
  const auto stft = names("frontend.stft");
  const auto bank = names("frontend.mel");
  const auto mfcc = names("frontend.mfcc");
  EXPECT_EQ(stft.size(), node_type("frontend.stft").descriptor.params.size());
  EXPECT_EQ(mfcc.size(), node_type("frontend.mfcc").descriptor.params.size());
  EXPECT_TRUE(std::includes(bank.begin(), bank.end(), stft.begin(), stft.end()));
  EXPECT_TRUE(std::includes(mfcc.begin(), mfcc.end(), bank.begin(), bank.end()));
}

TEST(FrontendsContract, ShapesAndTimesOfPresetsAreThePublishedOnes) {
  NodeRunner vggish = runner(mel, {{"preset", text("vggish")}}, 16000, 15600);
  ASSERT_TRUE(vggish.infer()) << vggish.findings_text();
  const melgraph::PortSpec& spec = vggish.output();
  EXPECT_EQ(to_string(spec), "features float32 [window, patch 1, channel 1, time 96, mel 64]");
  EXPECT_EQ(spec.sample_rate, 16000);
  EXPECT_DOUBLE_EQ(spec.hop, 0.01);
  EXPECT_DOUBLE_EQ(spec.patch_hop, 0.96);
  EXPECT_DOUBLE_EQ(spec.patch_length, 0.975);
  EXPECT_EQ(output({{"preset", text("yamnet")}}, 160000),
            "features float32 [window, patch 20, channel 1, time 96, mel 64]");
  EXPECT_EQ(output({{"preset", text("ast-audioset")}}, 160000),
            "features float32 [window, patch 1, channel 1, time 1024, mel 128]");
  EXPECT_EQ(output({{"preset", text("whisper-80")}}, 480000),
            "features float32 [window, channel 1, time 3000, mel 80]");
  EXPECT_EQ(output({{"preset", text("whisper-80")}, {"layout", text("mel_time")}}, 480000),
            "features float32 [window, channel 1, mel 80, time 3000]");
}

TEST(FrontendsContract, SizesAreUnknownWhereTheInputIs) {
  NodeRunner node = runner(mel, {{"preset", text("vggish")}}, 16000, unknown_size);
  ASSERT_TRUE(node.infer()) << node.findings_text();
  EXPECT_EQ(node.output().size_of("patch"), unknown_size);
  EXPECT_EQ(node.output().size_of("time"), 96);
  NodeRunner plain = runner(mel, {}, 16000, unknown_size);
  ASSERT_TRUE(plain.infer());
  EXPECT_EQ(plain.output().size_of("time"), unknown_size);
  EXPECT_EQ(plain.output().size_of("mel"), 128);
}

TEST(FrontendsContract, RefusesFramesThatDoNotFit) {
  EXPECT_THAT(findings(mel, {{"win_length", whole(512)}}),
              HasSubstr("win_length: win_length 512 is longer than n_fft 400; use n_fft 512"));
  EXPECT_THAT(findings(mel, {{"win_align", text("left")}}),
              HasSubstr("win_align: win_align left does not go with center true"));
  EXPECT_THAT(findings(mel, {{"snip_edges", ParamValue(false)}}),
              HasSubstr("snip_edges: snip_edges false does not go with center true"));
  EXPECT_THAT(findings(mel, {{"snip_edges", ParamValue(false)}, {"center", ParamValue(false)}}),
              HasSubstr("snip_edges: snip_edges false needs win_align left"));
}

TEST(FrontendsContract, RefusesSoundThatIsTooShort) {
  EXPECT_THAT(findings(mel, {}, 200),
              HasSubstr("audio: reflect padding for n_fft 400 needs more than 200 samples, the "
                        "window has 200; use a longer window, or pad_mode constant"));
  EXPECT_EQ(findings(mel, {}, 201), "");
  EXPECT_EQ(findings(mel, {{"pad_mode", text("constant")}}, 1), "");
  EXPECT_THAT(findings(mel, {{"center", ParamValue(false)}}, 399),
              HasSubstr("audio: the window has 399 samples, one frame needs 400"));
  EXPECT_THAT(findings(mel,
                       {{"center", ParamValue(false)},
                        {"win_align", text("left")},
                        {"snip_edges", ParamValue(false)}},
                       101),
              HasSubstr("audio: reflect padding needs more than"));
  EXPECT_THAT(findings(mel, {{"preset", text("ast-audioset")}}, 100),
              HasSubstr("audio: the window has 100 samples, one frame needs 400"));
}

TEST(FrontendsContract, RefusesBandsBeyondTheSound) {
  EXPECT_THAT(findings(mel, {{"f_max", ParamValue(9000.0)}}),
              HasSubstr("f_max: f_max 9000 Hz is above half the sample rate, 8000 Hz; lower "
                        "f_max, or give the view a sample_rate of 18000 or more"));
  EXPECT_THAT(findings(mel, {{"f_min", ParamValue(8000.0)}}),
              HasSubstr("f_min: f_min 8000 Hz is not below f_max 8000 Hz"));
  EXPECT_THAT(findings(mel, {}, 16000, 0), HasSubstr("audio: the sound has no sample rate"));
}

TEST(FrontendsContract, RefusesParametersWithoutEffect) {
  EXPECT_THAT(findings(mel, {{"top_db", ParamValue(80.0)}}),
              HasSubstr("top_db: top_db has no effect with log none"));
  EXPECT_THAT(findings(mel, {{"db_ref", ParamValue(2.0)}, {"log", text("ln_add")}}),
              HasSubstr("db_ref: db_ref has no effect with log ln_add"));
  EXPECT_THAT(findings(mel, {{"patch_hop", whole(3)}}),
              HasSubstr("patch_hop: patch_hop has no effect without patch_frames"));
  EXPECT_THAT(findings(mel, {{"patch_tail", text("pad")}}),
              HasSubstr("patch_tail: patch_tail has no effect without patch_frames"));
  EXPECT_THAT(findings(mel, {{"pad_to_patch", ParamValue(true)}}),
              HasSubstr("pad_to_patch: pad_to_patch has no effect without patch_frames"));
  EXPECT_THAT(findings("frontend.mfcc", {{"energy_floor", ParamValue(1.0)}}),
              HasSubstr("energy_floor: energy_floor has no effect without use_energy"));
  EXPECT_THAT(findings(mel, {{"pcen_gain", ParamValue(0.5)}, {"log", text("db")}}),
              HasSubstr("pcen_gain: pcen_gain has no effect with log db; set log to pcen"));
  EXPECT_THAT(findings(mel, {{"dither_seed", whole(3)}}),
              HasSubstr("dither_seed: dither_seed has no effect without dither"));
  EXPECT_THAT(findings(mel, {{"vtln_low", ParamValue(60.0)}}),
              HasSubstr("vtln_low: vtln_low has no effect without vtln_warp"));
  EXPECT_THAT(findings(mel, {{"resize_align_corners", ParamValue(true)}}),
              HasSubstr("resize_align_corners has no effect without resizing"));
}

TEST(FrontendsContract, RefusesWhatExcludesEachOther) {
  EXPECT_THAT(findings(mel, {{"patch_frames", whole(8)}, {"pad_to_patch", ParamValue(true)}}),
              HasSubstr("pad_to_patch: pad_to_patch needs center false and snip_edges true"));
  EXPECT_THAT(findings(mel, {{"preset", text("yamnet")}, {"patch_tail", text("pad")}}),
              HasSubstr("pad_to_patch: pad_to_patch and patch_tail pad exclude each other"));
  EXPECT_THAT(findings(mel, {{"patch_frames", whole(8)}, {"resize_width", whole(8)}}),
              HasSubstr("resize_width: resize_width gives every sound the same number of frames, "
                        "and does not go with patch_frames; leave patch_frames out"));
  EXPECT_EQ(findings(mel, {{"patch_frames", whole(8)}, {"resize_height", whole(8)}}), "");
  EXPECT_THAT(findings(mel, {{"preset", text("yamnet")}, {"patch_tail", text("repeat")}}),
              HasSubstr("pad_to_patch: pad_to_patch and patch_tail repeat exclude each other"));
  EXPECT_THAT(
      findings(mel, {{"resize_width", whole(8)}, {"resize_align_corners", ParamValue(true)}}),
      HasSubstr("resize_align_corners does not go with resize_kernel bilinear_aa"));
  EXPECT_THAT(findings("frontend.mfcc", {{"n_mfcc", whole(20)}, {"n_mels", whole(13)}}),
              HasSubstr("n_mfcc: n_mfcc 20 is more than n_mels 13; use 13 coefficients"));
}

Settings images(std::vector<std::int64_t> windows, std::vector<std::int64_t> hops,
                const Settings& more = {}) {
  Settings settings{{"channel_win_lengths", ParamValue(std::move(windows))},
                    {"channel_hop_lengths", ParamValue(std::move(hops))},
                    {"resize_width", whole(30)}};
  settings.insert(settings.end(), more.begin(), more.end());
  return settings;
}

TEST(FrontendsContract, SeveralResolutionsBecomeTheChannels) {
  EXPECT_EQ(output(images({400, 200, 100}, {200, 100, 50}), 16000),
            "features float32 [window, channel 3, time 30, mel 128]");
  NodeRunner node = runner(
      mel, {{"preset", text("palanisamy-esc50")}, {"layout", text("mel_time")}}, 44100, 220500);
  ASSERT_TRUE(node.infer()) << node.findings_text();
  EXPECT_EQ(to_string(node.output()), "features float32 [window, channel 3, mel 128, time 250]");
  EXPECT_NEAR(node.output().hop, 0.01 * 501 / 250, 1e-12);
}

TEST(FrontendsContract, RefusesResolutionsThatDoNotFit) {
  EXPECT_THAT(findings(mel, {{"channel_win_lengths", std::vector<std::int64_t>{400, 200}}}),
              HasSubstr("channel_win_lengths: there is no channel_hop_lengths"));
  EXPECT_THAT(findings(mel, images({400, 200}, {200})),
              HasSubstr("there are 2 windows and 1 steps, and must be 2 to 8 of each"));
  EXPECT_THAT(findings(mel, images({400}, {200})), HasSubstr("must be 2 to 8 of each"));
  EXPECT_THAT(findings(mel, images({401, 200}, {200, 100})),
              HasSubstr("the window of 401 samples is longer than n_fft 400"));
  EXPECT_THAT(findings(mel, images({400, 200}, {200, 100}, {{"resize_width", null()}})),
              HasSubstr("the images have different numbers of frames; set resize_width"));
  EXPECT_THAT(findings(mel, images({400, 200}, {200, 100}, {{"hop_length", whole(7)}})),
              HasSubstr("hop_length: hop_length has no effect with channel_win_lengths"));
  EXPECT_THAT(findings(mel, images({400, 200}, {200, 100}, {{"patch_frames", whole(7)}})),
              HasSubstr("does not go with patch_frames"));
  NodeRunner stereo(node_type(mel));
  for (const auto& setting : images({400, 200}, {200, 100}))
    stereo.set(setting.first, setting.second);
  stereo.connect("audio", melgraph::testing::audio_spec(16000, 2, 16000));
  EXPECT_FALSE(stereo.infer());
  EXPECT_THAT(stereo.findings_text(),
              HasSubstr("audio: channel_win_lengths makes the channels from one, the sound has 2; "
                        "set \"channels\": 1 in the view"));
  EXPECT_THAT(findings(mel,
                       images({400, 50}, {100, 50},
                              {{"center", ParamValue(false)}, {"win_align", text("left")}}),
                       120),
              HasSubstr("audio: the window has 120 samples, one frame needs 400"));
}

TEST(FrontendsContract, RefusesWarpsThatKaldiCannotDo) {
  const ParamValue warp(1.2);
  EXPECT_EQ(findings(mel, {{"vtln_warp", warp}}), "");
  EXPECT_THAT(findings(mel, {{"vtln_warp", warp}, {"f_min", ParamValue(100.0)}}),
              HasSubstr("vtln_low: vtln_low 100 Hz is not above f_min 100 Hz"));
  EXPECT_THAT(findings(mel, {{"vtln_warp", warp}, {"f_max", ParamValue(7000.0)}}),
              HasSubstr("vtln_high: vtln_high, 7500 Hz, is not below f_max 7000 Hz"));
  EXPECT_THAT(findings(mel, {{"vtln_warp", ParamValue(0.5)}, {"vtln_low", ParamValue(4000.0)}}),
              HasSubstr("vtln_warp: vtln_warp 0.5 leaves nothing between vtln_low 4000 Hz and"));
}

TEST(FrontendsContract, TellsEverythingThatIsWrongAtOnce) {
  const std::string all = findings(
      mel, {{"win_length", whole(512)}, {"f_max", ParamValue(9000.0)}, {"patch_hop", whole(3)}});
  EXPECT_THAT(all, HasSubstr("win_length"));
  EXPECT_THAT(all, HasSubstr("f_max"));
  EXPECT_THAT(all, HasSubstr("patch_hop"));
}

TEST(FrontendsContract, RangesBoundTheMemory) {
  EXPECT_NE(findings(mel, {{"n_fft", whole(1 << 30)}}), "");
  EXPECT_NE(findings(mel, {{"n_mels", whole(1 << 30)}}), "");
  EXPECT_NE(findings(mel, {{"patch_frames", whole(1 << 30)}}), "");
  EXPECT_NE(findings(mel, {{"resize_width", whole(1 << 30)}}), "");
  EXPECT_NE(findings(mel, {{"hop_length", whole(0)}}), "");
  EXPECT_NE(findings(mel, {{"std", ParamValue(0.0)}}), "");
}

}  // namespace
}  // namespace frontends_test
