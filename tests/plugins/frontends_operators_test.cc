#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "cmvn.h"
#include "dither.h"
#include "frontends_testing.h"
#include "image.h"
#include "mel_filterbank.h"
#include "pcen.h"
#include "philox.h"
#include "window_function.h"

// Operators against numbers of librosa, torch and torchaudio, and against closed forms.

namespace frontends_test {
namespace {

using namespace melgraph_frontends;
using ::testing::ElementsAre;

const char* const mel = "frontend.mel";

at::Tensor sound(std::int64_t samples, std::uint32_t seed = 1) {
  return item(noise(static_cast<std::size_t>(samples), seed)).to(at::kFloat);
}

double at(const at::Tensor& values, std::int64_t time, std::int64_t band) {
  return values[0][0][time][band].item<double>();
}

struct PcenCase {
  PcenConfig config;
  double sum;
  double values[6];  // at time and band 0 0, 1 1, 63 2, 64 3, 65 4, 299 0
};

// librosa 0.11: pcen(noise of 300 frames by 5 bands, squared, times 1e6, plus 1, sr=16000,
// hop_length=160).
TEST(FrontendsPcen, GivesLibrosasNumbers) {
  const at::Tensor energies =
      item(noise(1500), /*exact=*/true).square().mul(1e6).add(1).view({1, 1, 300, 5});
  const std::vector<PcenCase> cases = {
      {{},
       740.6094242999117,
       {5.679655051762298, 5.051808135683201, 0.003158549882224431, 1.0045534996279062,
        0.4987697903076176, 0.10129689360398722}},
      {{0.8, 10, 0.25, 0.06, 1e-3},
       533.205658783673,
       {1.060889862996976, 0.9883312933813322, 0.0043436665425870945, 0.6552935366033682,
        0.35329067420501215, 0.1695820252891436}},
      {{0.98, 2, 0, 0.4, 1e-6},
       1231.3524230348376,
       {3.8983899342790767, 3.708913343876077, 0.008903946553429819, 1.5790682061442374,
        0.978140130924335, 0.25987805500528166}},
      {{0.98, 0, 0.5, 0.4, 1e-6},
       1719.471848611347,
       {6.951472643592519, 6.309471974716648, 0.09457116156157733, 1.962252302896077,
        1.2882178804975262, 0.5447677873882266}},
  };
  for (const PcenCase& test : cases) {
    SCOPED_TRACE("power " + std::to_string(test.config.power));
    const double smoothing = pcen_smoothing(test.config, 100);
    const at::Tensor result = pcen(energies, test.config, smoothing);
    const std::int64_t times[] = {0, 1, 63, 64, 65, 299};
    const std::int64_t bands[] = {0, 1, 2, 3, 4, 0};
    for (std::size_t i = 0; i < 6; ++i) {
      EXPECT_NEAR(at(result, times[i], bands[i]), test.values[i], 1e-11) << i;
    }
    EXPECT_NEAR(result.sum().item<double>(), test.sum, 1e-9);
    const at::Tensor single = pcen(energies.to(at::kFloat), test.config, smoothing);
    EXPECT_TRUE(at::allclose(single.to(at::kDouble), result, 1e-4, 1e-5));
  }
}

TEST(FrontendsPcen, StartsAtTheLevelOfOneAndIsFiniteInSilence) {
  const at::Tensor silence = at::zeros({1, 1, 200, 3}, at::kFloat);
  const at::Tensor result = pcen(silence, {}, 0.025);
  EXPECT_EQ(result.abs().max().item<double>(), 0);
  const Settings settings{{"log", text("pcen")}, {"scale", ParamValue(2147483648.0)}};
  EXPECT_TRUE(run(mel, settings, 16000, sound(8000)).isfinite().all().item<bool>());
}

TEST(FrontendsCmvn, GivesEachBandMeanZeroAndDeviationOne) {
  const Settings base{{"log", text("ln_add")}, {"n_mels", whole(20)}};
  const auto with = [&base](const char* cmvn, const at::Tensor& audio) {
    Settings settings = base;
    settings.emplace_back("cmvn", text(cmvn));
    return run(mel, settings, 16000, audio);
  };
  const at::Tensor audio = sound(8000).to(at::kDouble);
  const at::Tensor plain = run(mel, base, 16000, audio);
  const at::Tensor centred = plain.sub(plain.mean(2, true));
  EXPECT_TRUE(at::allclose(with("mean", audio), centred, 0, 1e-12));
  const at::Tensor deviation = centred.square().mean(2, true).sqrt();
  EXPECT_TRUE(at::allclose(with("mean_variance", audio), centred.div(deviation), 1e-12, 1e-12));
}

TEST(FrontendsCmvn, OfABandThatDoesNotChangeIsZero) {
  const at::Tensor flat = at::zeros({2, 1, 997, 4}, at::kFloat).sub(15.942385);
  EXPECT_EQ(normalize_bands(flat, Cmvn::mean_variance).abs().max().item<double>(), 0);
  const at::Tensor one_frame = flat.narrow(2, 0, 1);
  EXPECT_EQ(normalize_bands(one_frame, Cmvn::mean_variance).abs().max().item<double>(), 0);
}

// Known answers of Random123, philox4x32 with 10 rounds.
TEST(FrontendsDither, GeneratorGivesThePublishedBlocks) {
  EXPECT_THAT(philox({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5U, 0xe169c58dU, 0xbc57ac4cU, 0x9b00dbd8U));
  EXPECT_THAT(philox({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
              ElementsAre(0x408f276dU, 0x41c83b0eU, 0xa20bc7c6U, 0x6d5451fdU));
  EXPECT_THAT(
      philox({0x243f6a88U, 0x85a308d3U, 0x13198a2eU, 0x03707344U}, {0xa4093822U, 0x299f31d0U}),
      ElementsAre(0xd16cfe09U, 0x94fdccebU, 0x5001e420U, 0x24126ea1U));
}

TEST(FrontendsDither, IsNormalNoiseOfTheAskedDeviation) {
  SampleConfig samples;
  samples.dither = 3;
  samples.dither_seed = 7;
  const at::Tensor drawn = add_dither(at::zeros({1, 1, 500, 400}, at::kDouble), samples, 0);
  EXPECT_NEAR(drawn.mean().item<double>(), 0, 0.03);
  EXPECT_NEAR(drawn.std().item<double>(), 3, 0.02);
  EXPECT_NEAR(drawn.abs().lt(3).to(at::kDouble).mean().item<double>(), 0.6827, 0.004);
  const at::Tensor next = drawn.narrow(3, 1, 399).mul(drawn.narrow(3, 0, 399)).mean();
  EXPECT_NEAR(next.item<double>() / 9, 0, 0.01);
  samples.dither_seed = 8;
  EXPECT_FALSE(at::equal(add_dither(at::zeros({1, 1, 500, 400}, at::kDouble), samples, 0), drawn));
}

TEST(FrontendsDither, DependsOnSeedFrameAndSampleAlone) {
  const Settings settings{{"preset", text("kaldi-fbank-23")}, {"dither", ParamValue(1.0)}};
  const at::Tensor silence = at::zeros({1, 1, 48000}, at::kFloat);
  const at::Tensor alone = run(mel, settings, 16000, silence);
  EXPECT_GT(alone.min().item<double>(), -10);  // no floor of silence any more
  NodeRunner node = runner(mel, settings, 16000, 48000);
  const at::Tensor both = node.run(at::cat({sound(48000), silence}, 0));
  EXPECT_TRUE(at::equal(both.narrow(0, 1, 1), alone));
  // Frame 250 does not lie in the first block of frames.
  SampleConfig samples;
  samples.dither = 1;
  const at::Tensor frames = at::zeros({1, 1, 2, 5}, at::kDouble);
  const at::Tensor late = add_dither(frames, samples, 250);
  EXPECT_EQ(late[0][0][1][3].item<double>(), dither_noise(0, 251, 3));
}

// Dither comes after the scale and before the frame's mean and energy, in Kaldi's order.
TEST(FrontendsDither, StandsBeforeTheEnergy) {
  const Settings settings{{"preset", text("kaldi-mfcc-13")},
                          {"use_energy", ParamValue(true)},
                          {"dither", ParamValue(2.0)},
                          {"dither_seed", whole(5)}};
  const at::Tensor result =
      run("frontend.mfcc", settings, 16000, at::zeros({1, 1, 400}, at::kDouble));
  std::vector<double> frame(400);
  for (std::size_t i = 0; i < 400; ++i) {
    frame[i] = 2 * dither_noise(5, 0, static_cast<std::int64_t>(i));
  }
  const double mean = std::accumulate(frame.begin(), frame.end(), 0.0) / 400;
  double energy = 0;
  for (const double sample : frame) energy += (sample - mean) * (sample - mean);
  EXPECT_NEAR(at(result, 0, 0), std::log(energy), 1e-10);
}

// torch.nn.functional.interpolate of 4 frames by 3 bands to 7 by 2, in float64.
TEST(FrontendsResize, GivesTorchsNumbers) {
  const at::Tensor features = item(noise(12), /*exact=*/true).view({1, 1, 4, 3});
  const auto with = [&features](ResizeKernel kernel, bool align_corners) {
    ImageConfig image;
    image.width = 7;
    image.height = 2;
    image.kernel = kernel;
    image.align_corners = align_corners;
    return ImageResize(image).run(features);
  };
  const at::Tensor cubic = with(ResizeKernel::bicubic, false);
  EXPECT_NEAR(at(cubic, 0, 0), -0.5326766349828788, 1e-14);
  EXPECT_NEAR(at(cubic, 3, 1), -0.6776870404173678, 1e-14);
  EXPECT_NEAR(at(cubic, 6, 1), -0.21312519855726952, 1e-14);
  const at::Tensor aligned = with(ResizeKernel::bicubic, true);
  EXPECT_NEAR(at(aligned, 1, 0), -0.07176365457416978, 1e-14);
  EXPECT_NEAR(at(aligned, 3, 1), -0.7153524494497105, 1e-14);
  const at::Tensor linear = with(ResizeKernel::bilinear, false);
  EXPECT_NEAR(at(linear, 3, 1), -0.5588082576869056, 1e-14);
  EXPECT_NEAR(at(with(ResizeKernel::bilinear, true), 1, 1), -0.12623961339704692, 1e-14);
}

TEST(FrontendsPatches, TailIsFilledWithTheItemsFramesFromItsFirst) {
  Settings plain{{"preset", text("kaldi-fbank-80")}};
  const at::Tensor audio = sound(400 + 160 * 24);  // 25 frames
  const at::Tensor frames = run(mel, plain, 16000, audio);
  plain.emplace_back("patch_frames", whole(10));
  plain.emplace_back("patch_tail", text("repeat"));
  const at::Tensor patches = run(mel, plain, 16000, audio);
  ASSERT_EQ(patches.sizes(), at::IntArrayRef({1, 3, 1, 10, 80}));
  EXPECT_TRUE(at::equal(patches.select(1, 2).narrow(2, 0, 5), frames.narrow(2, 20, 5)));
  EXPECT_TRUE(at::equal(patches.select(1, 2).narrow(2, 5, 5), frames.narrow(2, 0, 5)));
  // Sound shorter than a patch goes round several times.
  plain.emplace_back("patch_frames", whole(60));
  const at::Tensor one = run(mel, plain, 16000, audio);
  ASSERT_EQ(one.size(1), 1);
  EXPECT_TRUE(at::equal(one.select(1, 0).narrow(2, 50, 10), frames.narrow(2, 0, 10)));
}

TEST(FrontendsPatches, BandsAreResizedBeforeTheyAreCut) {
  Settings settings{{"preset", text("kaldi-fbank-80")}, {"resize_height", whole(32)}};
  const at::Tensor frames = run(mel, settings, 16000, sound(8000));
  settings.emplace_back("patch_frames", whole(10));
  const at::Tensor patches = run(mel, settings, 16000, sound(8000));
  ASSERT_EQ(patches.sizes(), at::IntArrayRef({1, 4, 1, 10, 32}));
  EXPECT_TRUE(at::equal(patches.select(1, 3), frames.narrow(2, 30, 10)));
}

struct Peak {
  std::int64_t band;
  std::size_t bin;
  double weight;
  double sum;
};

// torchaudio.compliance.kaldi.get_mel_banks(10, 512, 16000, 20, 8000, 100, -500, warp), float64.
TEST(FrontendsVtln, BankIsKaldis) {
  MelConfig config;
  config.n_mels = 10;
  config.f_min = 20;
  config.scale = MelScale::kaldi;
  config.triangles_in_mel = true;
  config.drop_nyquist = true;
  const auto check = [&config](double warp, const std::vector<Peak>& peaks) {
    config.vtln_warp = warp;
    const std::vector<double> bank = mel_filterbank(config, 512, 16000);
    for (const Peak& peak : peaks) {
      double sum = 0;
      for (std::size_t k = 0; k < 257; ++k) {
        sum += bank[k * 10 + static_cast<std::size_t>(peak.band)];
      }
      EXPECT_NEAR(bank[peak.bin * 10 + static_cast<std::size_t>(peak.band)], peak.weight, 1e-9);
      EXPECT_NEAR(sum, peak.sum, 1e-9) << warp << ", band " << peak.band;
    }
  };
  check(0.8, {{0, 8, 0.9857452745364393, 8.321270072248021},
              {4, 61, 0.9807868139729101, 20.33314931212066},
              {9, 242, 0.992127664262739, 32.15304986759182}});
  check(1.25, {{0, 5, 0.9600828211514794, 5.193715096303402},
               {4, 39, 0.9773349237090199, 13.013963430907689},
               {9, 160, 0.9955257524121535, 63.4298531552934}});
}

TEST(FrontendsBank, UnitTriangleHasAreaOneWhereItIsLinear) {
  MelConfig config;
  config.n_mels = 4;
  config.scale = MelScale::slaney;
  const std::vector<double> peak_one = mel_filterbank(config, 256, 8000);
  config.norm = MelNorm::slaney;
  const std::vector<double> slaney = mel_filterbank(config, 256, 8000);
  config.norm = MelNorm::unit_tri;
  EXPECT_EQ(mel_filterbank(config, 256, 8000), slaney);
  config.triangles_in_mel = true;
  const std::vector<double> warped = mel_filterbank(config, 256, 8000);
  config.norm = MelNorm::none;
  const std::vector<double> plain = mel_filterbank(config, 256, 8000);
  // All bands are equally wide in mel: (mel(4000 Hz) - 0) / 5 * 2.
  const double width = (15 + 27 * std::log(4.0) / std::log(6.4)) / 5 * 2;
  for (std::size_t i = 0; i < plain.size(); ++i)
    EXPECT_NEAR(warped[i], plain[i] * 2 / width, 1e-15);
}

TEST(FrontendsBank, BandsAboveHalfTheRateStayEmptyWhereTheyMay) {
  const Settings settings{{"preset", text("htsat-16k")}, {"resize_width", null()}};
  const at::Tensor features = run(mel, settings, 16000, sound(16000));
  EXPECT_NEAR(features.select(3, 63).max().item<double>(), -100, 1e-4);
  EXPECT_GT(features.select(3, 40).min().item<double>(), -60);
}

TEST(FrontendsWindow, EquirippleHammingIsDalis) {
  const auto window =
      window_function(WindowShape::hamming_equiripple, WindowSymmetry::half_sample, 4);
  EXPECT_NEAR(window[0], 0.53836 - 0.46164 * std::sqrt(0.5), 1e-15);
  EXPECT_NEAR(window[1], 0.53836 + 0.46164 * std::sqrt(0.5), 1e-15);
}

TEST(FrontendsSamples, RoundTripThroughSixteenBitsDropsTheFraction) {
  const Settings base{{"n_fft", whole(4)},
                      {"center", ParamValue(false)},
                      {"hop_length", whole(4)},
                      {"window", text("rectangular")},
                      {"power", whole(1)}};
  Settings quantized = base;
  quantized.emplace_back("quantize_int16", ParamValue(true));
  const double step = 1.0 / 32767;
  const at::Tensor audio = item({0.9 * step, -1.9 * step, 1.5, -7}, true);
  const at::Tensor rounded = item({0, -step, 1, -1}, true);
  EXPECT_TRUE(at::allclose(run("frontend.stft", quantized, 16000, audio),
                           run("frontend.stft", base, 16000, rounded), 0, 1e-15));
}

TEST(FrontendsSamples, ShortItemsGetZerosUpToTheLeastNumber) {
  const Settings plain{{"n_fft", whole(64)}};
  const Settings filled{{"n_fft", whole(64)}, {"min_samples", whole(300)}};
  const at::Tensor audio = sound(20);
  const at::Tensor padded = at::cat({audio, at::zeros({1, 1, 280})}, 2);
  EXPECT_TRUE(at::equal(run(mel, filled, 16000, audio), run(mel, plain, 16000, padded)));
  EXPECT_TRUE(at::equal(run(mel, filled, 16000, padded), run(mel, plain, 16000, padded)));
  EXPECT_EQ(run(mel, filled, 16000, sound(500)).size(2),
            run(mel, plain, 16000, sound(500)).size(2));
}

TEST(FrontendsResolutions, AreTheImagesOfTheirWindowsAlone) {
  const Settings common{
      {"n_fft", whole(512)},        {"n_mels", whole(24)},           {"log", text("db")},
      {"top_db", ParamValue(60.0)}, {"cmvn", text("mean_variance")}, {"resize_width", whole(50)}};
  Settings several = common;
  several.emplace_back("channel_win_lengths", std::vector<std::int64_t>{512, 128, 301});
  several.emplace_back("channel_hop_lengths", std::vector<std::int64_t>{256, 64, 100});
  const at::Tensor audio = sound(8000);
  const at::Tensor image = run(mel, several, 16000, audio);
  ASSERT_EQ(image.sizes(), at::IntArrayRef({1, 3, 50, 24}));
  const std::int64_t windows[] = {512, 128, 301};
  const std::int64_t hops[] = {256, 64, 100};
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    Settings one = common;
    one.emplace_back("win_length", whole(windows[channel]));
    one.emplace_back("hop_length", whole(hops[channel]));
    EXPECT_TRUE(at::equal(image.narrow(1, channel, 1), run(mel, one, 16000, audio))) << channel;
  }
  NodeRunner node = runner(mel, several, 16000, 8000);
  const at::Tensor batch = node.run(at::cat({sound(8000, 2), audio}, 0));
  EXPECT_TRUE(at::equal(batch.narrow(0, 1, 1), image));
}

}  // namespace
}  // namespace frontends_test
