#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "frontends/waveform/contract.h"
#include "frontends/waveform/node.h"
#include "frontends_testing.h"

namespace frontends_test {
namespace {

using ::testing::HasSubstr;

NodeRunner waveform(const Settings& settings, std::int64_t samples, std::int64_t channels = 1) {
  NodeRunner node(melgraph::describe_waveform(), melgraph::infer_waveform, melgraph::make_waveform);
  for (const auto& setting : settings) node.set(setting.first, setting.second);
  melgraph::PortSpec spec = melgraph::testing::audio_spec(16000, channels, samples);
  node.connect("audio", spec);
  return node;
}

at::Tensor sound(std::int64_t samples, std::uint32_t seed = 1) {
  return item(noise(static_cast<std::size_t>(samples), seed)).to(at::kFloat);
}

at::Tensor run_waveform(const Settings& settings, const at::Tensor& audio) {
  return waveform(settings, audio.size(2), audio.size(1)).run(audio);
}

TEST(FrontendWaveform, PassesSamplesOnAsFeatures) {
  NodeRunner node = waveform({}, 1000);
  ASSERT_TRUE(node.infer()) << node.findings_text();
  EXPECT_EQ(to_string(node.output()), "features float32 [window, channel 1, sample 1000]");
  EXPECT_TRUE(at::equal(node.run(sound(1000)), sound(1000)));
}

TEST(FrontendWaveform, NormalisesByFixedNumbersAndByTheItem) {
  const at::Tensor audio = at::cat({sound(1000), sound(1000, 2).mul(0.25)}, 1).mul(0.5).add(0.1);
  EXPECT_TRUE(at::allclose(
      run_waveform(
          {{"scale", ParamValue(2.0)}, {"mean", ParamValue(0.5)}, {"std", ParamValue(4.0)}}, audio),
      audio.mul(2).sub(0.5).div(4)));
  EXPECT_TRUE(at::allclose(run_waveform({{"normalize", text("peak")}}, audio),
                           audio.div(audio.abs().max())));
  EXPECT_TRUE(at::allclose(run_waveform({{"normalize", text("rms")}}, audio),
                           audio.div(audio.square().mean().add(1e-7).sqrt())));
  const at::Tensor centred = audio.sub(audio.mean(2, true));
  EXPECT_TRUE(
      at::allclose(run_waveform({{"remove_mean", ParamValue(true)}}, audio), centred, 1e-5, 1e-7));
  EXPECT_TRUE(at::allclose(run_waveform({{"normalize", text("mean_variance")}}, audio),
                           centred.div(centred.square().mean(2, true).add(1e-7).sqrt()), 1e-5,
                           1e-6));
}

TEST(FrontendWaveform, ItemsOfABatchAreNormalisedApart) {
  for (const char* kind : {"peak", "rms", "mean_variance"}) {
    NodeRunner node = waveform({{"normalize", text(kind)}}, 1000);
    const at::Tensor quiet = sound(1000, 3).mul(1e-3);
    const at::Tensor both = node.run(at::cat({sound(1000), quiet}, 0));
    EXPECT_TRUE(at::equal(both.narrow(0, 1, 1), node.run(quiet))) << kind;
    EXPECT_EQ(node.run(at::zeros({1, 1, 1000})).abs().max().item<double>(), 0) << kind;
  }
}

TEST(FrontendWaveform, CutsFramesWhichAreThePatches) {
  const Settings settings{{"frame_length", whole(400)}, {"hop_length", whole(160)}};
  NodeRunner node = waveform(settings, 1000, 2);
  ASSERT_TRUE(node.infer()) << node.findings_text();
  EXPECT_EQ(to_string(node.output()), "features float32 [window, patch 4, channel 2, sample 400]");
  EXPECT_DOUBLE_EQ(node.output().patch_hop, 0.01);
  EXPECT_DOUBLE_EQ(node.output().patch_length, 0.025);
  const at::Tensor audio = at::cat({sound(1000), sound(1000, 2)}, 1);
  const at::Tensor frames = node.run(audio);
  for (std::int64_t k = 0; k < 4; ++k) {
    EXPECT_TRUE(at::equal(frames.select(1, k), audio.narrow(2, 160 * k, 400)));
  }
  Settings padded = settings;
  padded.emplace_back("frame_tail", text("pad"));
  const at::Tensor more = run_waveform(padded, audio);
  ASSERT_EQ(more.size(1), 5);
  EXPECT_TRUE(at::equal(more.select(1, 4).narrow(2, 0, 360), audio.narrow(2, 640, 360)));
  EXPECT_EQ(more.select(1, 4).narrow(2, 360, 40).abs().max().item<double>(), 0);
}

// The runner compares every tensor with the spec that was inferred for its length.
TEST(FrontendWaveform, ShapesAreTheInferredOnesForEveryLength) {
  for (const char* tail : {"drop", "pad"}) {
    for (const std::int64_t hop : {1, 30, 100, 250}) {
      for (const std::int64_t samples : {1, 99, 100, 101, 199, 350, 351}) {
        const Settings settings{
            {"frame_length", whole(100)}, {"hop_length", whole(hop)}, {"frame_tail", text(tail)}};
        EXPECT_NO_THROW(run_waveform(settings, sound(samples))) << samples << " by " << hop;
      }
    }
  }
}

TEST(FrontendWaveform, RefusesWhatCannotWork) {
  const auto findings = [](const Settings& settings, std::int64_t samples) {
    NodeRunner node = waveform(settings, samples);
    node.infer();
    return node.findings_text();
  };
  EXPECT_THAT(findings({{"sample_rate", whole(8000)}}, 100),
              HasSubstr("sample_rate: the front end is for sound of 8000 Hz, its view has 16000"));
  EXPECT_THAT(findings({{"hop_length", whole(8)}}, 100),
              HasSubstr("hop_length: hop_length has no effect without frame_length"));
  EXPECT_THAT(findings({}, 0), HasSubstr("audio: there are no samples"));
  EXPECT_NE(findings({{"std", ParamValue(0.0)}}, 100), "");
  at::Tensor audio = sound(100);
  audio[0][0][5] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(run_waveform({}, audio), melgraph::Error);
  EXPECT_THROW(run_waveform({{"scale", ParamValue(1e38)}}, sound(100).mul(1e3)), melgraph::Error);
  EXPECT_THROW(waveform({}, melgraph::unknown_size).run(at::zeros({1, 1, 0})), melgraph::Error);
}

}  // namespace
}  // namespace frontends_test
