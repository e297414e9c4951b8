#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "constants.h"
#include "frame_plan.h"
#include "frontends_testing.h"
#include "log_scale.h"
#include "pipeline.h"

namespace frontends_test {
namespace {

const char* const mel = "frontend.mel";

at::Tensor sound(std::int64_t samples, std::uint32_t seed = 1) {
  return item(noise(static_cast<std::size_t>(samples), seed)).to(at::kFloat);
}

at::Tensor batch(std::int64_t items, std::int64_t samples) {
  std::vector<at::Tensor> all;
  for (std::int64_t i = 0; i < items; ++i) {
    // Items of very different level, so that a reduction over the batch would show.
    all.push_back(sound(samples, static_cast<std::uint32_t>(i + 1)).mul(i % 2 == 0 ? 1 : 0.01));
  }
  return at::cat(all, 0);
}

struct Variant {
  const char* id;
  Settings settings;
  int sample_rate;
};

std::vector<Variant> variants() {
  return {
      {"frontend.stft", {}, 16000},
      {"frontend.stft", {{"n_fft", whole(33)}, {"hop_length", whole(7)}}, 16000},
      {mel, {}, 16000},
      {mel, {{"preset", text("vggish")}}, 16000},
      {mel, {{"preset", text("yamnet")}}, 16000},
      {mel, {{"preset", text("ast-audioset")}, {"patch_frames", whole(50)}}, 16000},
      {mel, {{"preset", text("passt")}, {"layout", text("mel_time")}}, 32000},
      {mel, {{"preset", text("whisper-80")}}, 16000},
      {mel, {{"preset", text("panns-32k")}, {"patch_frames", whole(10)}}, 32000},
      {mel,
       {{"preset", text("passt")}, {"patch_frames", whole(10)}, {"patch_hop", whole(3)}},
       32000},
      {mel,
       {{"patch_frames", whole(10)}, {"patch_hop", whole(25)}, {"patch_tail", text("pad")}},
       16000},
      {mel,
       {{"preset", text("kaldi-fbank-80")},
        {"snip_edges", ParamValue(false)},
        {"pad_mode", text("reflect_edge")},
        {"patch_frames", whole(7)}},
       16000},
      {mel, {{"resize_width", whole(20)}, {"resize_height", whole(30)}}, 16000},
      {"frontend.mfcc", {{"preset", text("torchaudio-default")}}, 16000},
      {"frontend.mfcc",
       {{"preset", text("kaldi-mfcc-13")}, {"use_energy", ParamValue(true)}},
       16000},
  };
}

// The runner checks every tensor against the spec that was inferred for its length.
TEST(FrontendsShapes, AreTheInferredOnesForEveryLength) {
  int refused = 0;
  int ran = 0;
  for (const Variant& variant : variants()) {
    for (const std::int64_t samples :
         {1,   2,   16,   17,   33,    159,   160,   161,   200,   201,   399,   400,  401,
          512, 513, 1000, 2048, 15359, 15599, 15600, 15601, 15760, 23280, 23281, 31000}) {
      SCOPED_TRACE(std::to_string(samples) + " samples, " + variant.id);
      NodeRunner node = runner(variant.id, variant.settings, variant.sample_rate, samples);
      if (!node.infer()) {
        ASSERT_EQ(node.findings().size(), 1U) << node.findings_text();
        EXPECT_EQ(node.findings()[0].port, "audio") << node.findings_text();
        ++refused;
        continue;
      }
      at::Tensor features;
      ASSERT_NO_THROW(features = node.run(sound(samples)));
      EXPECT_TRUE(features.isfinite().all().item<bool>());
      ++ran;
    }
  }
  EXPECT_GT(refused, 20);
  EXPECT_GT(ran, 250);
}

TEST(FrontendsShapes, NodeOfUnknownLengthTakesAnyAndRefusesTooShort) {
  NodeRunner node = runner(mel, {}, 16000, melgraph::unknown_size);
  EXPECT_EQ(node.run(sound(1000)).size(2), 6);
  EXPECT_EQ(node.run(sound(16000)).size(2), 81);
  EXPECT_THROW(node.run(sound(200)), melgraph::Error);
}

TEST(FrontendsShapes, SamplesForFramesIsTheSmallestNumberThatGivesThem) {
  using namespace melgraph_frontends;
  for (int bits = 0; bits < 16; ++bits) {
    for (const std::int64_t n_fft : {16, 17, 40}) {
      FramingConfig framing;
      framing.n_fft = n_fft;
      framing.win_length = 16;
      framing.hop_length = 5;
      framing.center = (bits & 1) != 0;
      framing.snip_edges = framing.center || (bits & 2) != 0;
      framing.left_aligned = !framing.center && ((bits & 4) != 0 || !framing.snip_edges);
      framing.drop_last_frame = (bits & 8) != 0;
      framing.pad_mode = PadMode::constant;
      for (std::int64_t frames = 1; frames < 12; ++frames) {
        const std::int64_t samples = samples_for_frames(framing, frames);
        EXPECT_GE(count_frames(framing, samples), frames);
        EXPECT_LT(samples > 1 ? count_frames(framing, samples - 1) : 0, frames);
      }
    }
  }
}

TEST(FrontendsBatch, ItemsAloneGiveTheSameBits) {
  for (const Variant& variant : variants()) {
    SCOPED_TRACE(variant.id);
    const at::Tensor audio = batch(5, 15600);
    NodeRunner node = runner(variant.id, variant.settings, variant.sample_rate, 15600);
    const at::Tensor together = node.run(audio);
    for (std::int64_t i = 0; i < audio.size(0); ++i) {
      const at::Tensor alone = node.run(audio.narrow(0, i, 1).clone());
      EXPECT_TRUE(at::equal(alone, together.narrow(0, i, 1))) << "item " << i;
    }
  }
}

TEST(FrontendsBatch, ChannelsAreComputedApart) {
  const at::Tensor two = batch(2, 4000).transpose(0, 1).contiguous();
  NodeRunner node(node_type(mel));
  node.connect("audio", melgraph::testing::audio_spec(16000, 2, 4000));
  const at::Tensor both = node.run(two);
  const at::Tensor second = run(mel, {}, 16000, two.narrow(1, 1, 1));
  EXPECT_TRUE(at::allclose(both.narrow(1, 1, 1), second, 1e-5, 1e-6));
}

TEST(FrontendsBatch, BlocksOfFramesDoNotShow) {
  // Long enough for several blocks; frame t of the whole is frame 0 of the sound from t * hop on.
  const Settings settings{{"preset", text("vggish")}, {"patch_frames", null()}};
  const at::Tensor audio = sound(160000);
  const at::Tensor whole_sound = run(mel, settings, 16000, audio);
  for (const std::int64_t frame : {0, 255, 256, 511, 512, 997}) {
    const at::Tensor one = run(mel, settings, 16000, audio.narrow(2, frame * 160, 400));
    EXPECT_TRUE(at::allclose(whole_sound.narrow(2, frame, 1), one, 1e-5, 1e-5)) << frame;
  }
}

TEST(FrontendsPatches, AreCutFromTheFramesOfTheWholeSound) {
  const at::Tensor audio = sound(40000);
  const at::Tensor frames =
      run(mel, {{"preset", text("vggish")}, {"patch_frames", null()}}, 16000, audio);
  const at::Tensor patches = run(mel, {{"preset", text("vggish")}}, 16000, audio);
  ASSERT_EQ(patches.size(1), 2);
  EXPECT_TRUE(at::equal(patches.select(1, 1), frames.narrow(2, 96, 96)));
}

TEST(FrontendsPatches, ShortSoundIsPaddedWithZerosToOne) {
  const Settings settings{{"preset", text("vggish")}};
  const at::Tensor audio = sound(5000);
  const at::Tensor patch = run(mel, settings, 16000, audio);
  ASSERT_EQ(patch.size(1), 1);
  const at::Tensor padded = at::cat({audio, at::zeros({1, 1, 10600})}, 2);
  EXPECT_TRUE(at::equal(patch, run(mel, settings, 16000, padded)));
}

TEST(FrontendsPatches, PaddedTailIsNormalisedWhereItIsSaid) {
  Settings settings{{"preset", text("ast-audioset")}, {"patch_frames", whole(100)}};
  const at::Tensor after = run(mel, settings, 16000, sound(8000));
  EXPECT_NEAR(after[0][0][0][99][5].item<double>(), 4.2677393 / (2 * 4.5689974), 1e-6);
  settings.emplace_back("normalize_when", text("before_pad"));
  const at::Tensor before = run(mel, settings, 16000, sound(8000));
  EXPECT_EQ(before[0][0][0][99][5].item<double>(), 0);
  EXPECT_TRUE(at::equal(before.narrow(3, 0, 48), after.narrow(3, 0, 48)));
}

TEST(FrontendsOperators, TopDbCountsFromTheItemsOwnLargestValue) {
  const Settings settings{{"log", text("db")}, {"top_db", ParamValue(30.0)}};
  NodeRunner node = runner(mel, settings, 16000, 8000);
  const at::Tensor features = node.run(batch(2, 8000));
  for (std::int64_t i = 0; i < 2; ++i) {
    const double largest = features[i].max().item<double>();
    EXPECT_NEAR(features[i].min().item<double>(), largest - 30, 1e-4);
  }
  EXPECT_GT(features[0].max().item<double>(), features[1].max().item<double>() + 20);
}

// A node on a CPU computes item by item; elsewhere the operator sees the whole batch.
TEST(FrontendsOperators, LogarithmKeepsItemsOfABatchApart) {
  using namespace melgraph_frontends;
  LogConfig log;
  log.kind = LogKind::db;
  log.top_db = 10;
  const at::Tensor values = batch(3, 600).square().view({3, 1, 20, 30});
  const at::Tensor together = log_scale(values, log, 2);
  for (std::int64_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(at::equal(log_scale(values.narrow(0, i, 1), log, 2), together.narrow(0, i, 1)));
  }
}

TEST(FrontendsOperators, LogarithmsFollowTheirFormulas) {
  const at::Tensor audio = sound(1000).to(at::kDouble);
  const auto with = [&audio](const char* log, int power) {
    return run("frontend.stft",
               {{"log", text(log)},
                {"log_eps", ParamValue(1e-4)},
                {"power", whole(power)},
                {"n_fft", whole(64)}},
               16000, audio);
  };
  const at::Tensor power = with("none", 2);
  const at::Tensor magnitude = with("none", 1);
  EXPECT_TRUE(at::allclose(magnitude.square(), power, 1e-12, 1e-15));
  EXPECT_TRUE(at::allclose(with("ln_add", 2), power.add(1e-4).log(), 1e-12, 1e-14));
  EXPECT_TRUE(at::allclose(with("ln_floor", 2), power.clamp_min(1e-4).log(), 1e-12, 1e-14));
  EXPECT_TRUE(at::allclose(with("log10_floor", 2), power.clamp_min(1e-4).log10(), 1e-12, 1e-14));
  EXPECT_TRUE(at::allclose(with("log10_1p", 2), power.mul(1e4).add(1).log10(), 1e-12, 1e-14));
  EXPECT_TRUE(at::allclose(with("db", 2), power.clamp_min(1e-4).log10().mul(10), 1e-12, 1e-14));
  EXPECT_TRUE(at::allclose(with("db", 1), magnitude.clamp_min(1e-4).log10().mul(20), 1e-12, 1e-14));
}

TEST(FrontendsOperators, EnergyTakesThePlaceOfCoefficientZero) {
  const Settings settings{{"preset", text("kaldi-mfcc-13")}};
  Settings energy = settings;
  energy.emplace_back("use_energy", ParamValue(true));
  const at::Tensor audio = sound(4000).to(at::kDouble);
  const at::Tensor plain = run("frontend.mfcc", settings, 16000, audio);
  const at::Tensor with = run("frontend.mfcc", energy, 16000, audio);
  EXPECT_TRUE(at::equal(with.narrow(3, 1, 12), plain.narrow(3, 1, 12)));
  const at::Tensor frame = audio.narrow(2, 160, 400).mul(32768);
  const double expected = frame.sub(frame.mean()).square().sum().log().item<double>();
  EXPECT_NEAR(with[0][0][1][0].item<double>(), expected, 1e-9);
  energy.emplace_back("energy_floor", ParamValue(1e20));
  EXPECT_NEAR(run("frontend.mfcc", energy, 16000, audio)[0][0][1][0].item<double>(),
              20 * std::log(10.0), 1e-9);
}

TEST(FrontendsOperators, ClipMeanAndPreemphasisModesDoWhatTheySay) {
  const Settings base{{"n_fft", whole(64)}, {"center", ParamValue(false)}};
  const auto with = [&base](Settings more, const at::Tensor& audio) {
    more.insert(more.end(), base.begin(), base.end());
    return run("frontend.stft", more, 16000, audio);
  };
  const at::Tensor audio = sound(640).to(at::kDouble);
  EXPECT_TRUE(at::allclose(with({{"remove_clip_mean", ParamValue(true)}}, audio.add(0.5)),
                           with({}, audio.sub(audio.mean())), 1e-9, 1e-12));
  const at::Tensor later = audio.narrow(2, 1, 639).sub(audio.narrow(2, 0, 639), 0.9);
  const ParamValue c(0.9);
  EXPECT_TRUE(at::allclose(with({{"preemphasis", c}, {"preemphasis_mode", text("valid")}}, audio),
                           with({}, later)));
  EXPECT_TRUE(at::allclose(with({{"preemphasis", c}, {"preemphasis_mode", text("zero")}}, audio),
                           with({}, at::cat({audio.narrow(2, 0, 1), later}, 2))));
}

TEST(FrontendsGradient, ReachesTheSoundAndIsFiniteInSilence) {
  using namespace melgraph_frontends;
  NodeRunner node = runner(mel, {{"preset", text("vggish")}}, 16000, 15600);
  ASSERT_TRUE(node.infer());
  const Config config = read_config(node.params(), Output::mel);
  const auto constants = std::make_shared<Constants>(make_constants(config, 16000));
  const Pipeline pipeline(config, constants, at::kCPU);
  const at::Tensor audio = at::cat({sound(7800), at::zeros({1, 1, 7800})}, 2).requires_grad_(true);
  pipeline.run(audio).sum().backward();
  EXPECT_TRUE(audio.grad().isfinite().all().item<bool>());
  EXPECT_GT(audio.grad().abs().max().item<double>(), 0);
}

}  // namespace
}  // namespace frontends_test
