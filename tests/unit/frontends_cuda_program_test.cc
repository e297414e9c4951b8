#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "cuda_emulation.h"
#include "frontend_cases.h"
#include "frontends/spectral/cuda/tables.h"
#include "frontends/spectral/fast/front_end.h"
#include "frontends/spectral/fast/waveform.h"

// What the CUDA kernels do, step by step on the CPU: see cuda_emulation.h.

namespace melgraph_frontends {
namespace {

struct Result {
  std::vector<float> features;
  bool finite = true;
};

template <class Shape = cuda::AnyShape>
Result run_program(const Config& config, int sample_rate, std::int64_t channels,
                   const std::vector<float>& samples, Schedule schedule = Schedule::ascending) {
  const fast::Plan plan = *fast::make_plans(config, sample_rate).front();
  cuda::Tables tables;
  cuda::Program program = cuda::make_program(plan, tables);
  program.window = tables.window.data();
  program.twiddles = tables.twiddles.data();
  program.turns = tables.turns.data();
  program.band = tables.bands.data();
  program.weights = tables.weights.data();
  program.cepstrum = plan.cepstrum.empty() ? nullptr : plan.cepstrum.data();

  const std::int64_t count = static_cast<std::int64_t>(samples.size()) / channels;
  const FramePlan frames = plan_frames(config, count);
  std::vector<float> sound;
  for (std::int64_t c = 0; c < channels; ++c) {
    std::vector<float> channel;
    fast::prepare(config.samples, samples.data() + c * count, count, frames.appended, channel);
    sound.insert(sound.end(), channel.begin(), channel.end());
  }
  // Poisoned: whatever is read before it was written, or is not written, is no number.
  const float poison = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> out(static_cast<std::size_t>(channels * frames.frames * plan.features),
                         poison);
  std::vector<float> values(static_cast<std::size_t>(channels * frames.frames * plan.values()),
                            poison);
  std::vector<float> energy(static_cast<std::size_t>(channels * frames.frames), poison);
  std::int32_t largest = cuda::least_order;
  std::int32_t not_finite = 0;
  cuda::Call call{};
  call.audio = sound.data();
  call.out = out.data();
  const bool held = program.has_range != 0 && program.cepstrum != nullptr;
  call.values = held ? values.data() : out.data();
  call.energy = energy.data();
  call.largest = &largest;
  call.not_finite = &not_finite;
  call.rows = channels;
  call.channels = channels;
  call.samples = static_cast<std::int64_t>(sound.size()) / channels;
  call.frames = frames.frames;
  call.first = frames.first;
  call.pad_mode = static_cast<std::int32_t>(config.framing.pad_mode);

  emulate<Shape>(program, call, schedule);
  return {out, not_finite == 0};
}

std::vector<float> run_fast(const Config& config, int sample_rate, std::int64_t channels,
                            const std::vector<float>& samples) {
  const std::int64_t count = static_cast<std::int64_t>(samples.size()) / channels;
  const FramePlan plan = plan_frames(config, count);
  fast::FrontEnd front_end(config, fast::make_plans(config, sample_rate),
                           *fast::find_kernel("baseline"));
  std::vector<float> out(static_cast<std::size_t>(channels * plan.frames * front_end.features()));
  front_end.run({samples.data(), channels, count}, plan, 0, {}, out.data());
  return out;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(a[i]) - b[i]);
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

class CudaProgram : public testing::TestWithParam<Case> {};

TEST_P(CudaProgram, AgreesWithTheFastPath) {
  const Case& c = GetParam();
  for (const std::int64_t channels : {1, 2}) {
    std::vector<float> samples = noise(c.samples * static_cast<std::size_t>(channels));
    for (std::size_t i = 0; i < c.samples / 3; ++i) samples[i] *= 1e-4F;
    const Result result = run_program(c.config, c.sample_rate, channels, samples);
    EXPECT_TRUE(result.finite);
    EXPECT_LT(
        largest_difference(result.features, run_fast(c.config, c.sample_rate, channels, samples)),
        c.tolerance)
        << channels;
    EXPECT_EQ(
        result.features,
        run_program(c.config, c.sample_rate, channels, samples, Schedule::descending).features);
  }
}

INSTANTIATE_TEST_SUITE_P(Cuda, CudaProgram, testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(CudaProgram, ThreadsOfAFrameGiveTheSame) {
  const Case& c = GetParam();
  const std::vector<float> samples = noise(static_cast<std::size_t>(2 * c.config.framing.n_fft));
  EXPECT_EQ(run_program(c.config, c.sample_rate, 1, samples).features,
            run_program(c.config, c.sample_rate, 1, samples, Schedule::threads).features);
}

TEST_P(CudaProgram, TellsWhatIsNotFinite) {
  const Case& c = GetParam();
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 3e38F}) {
    if (c.config.samples.quantize_int16 && !std::isnan(bad)) continue;  // it is limited to 1
    std::vector<float> samples = noise(c.samples);
    samples[c.samples / 2] = bad;
    samples[c.samples / 2 + 1] = bad;
    EXPECT_FALSE(run_program(c.config, c.sample_rate, 1, samples).finite) << bad;
  }
}

Config config_of_bins(std::int64_t n_fft) {
  Config config;
  config.output = Output::stft;
  config.power = 1;
  config.framing.n_fft = n_fft;
  config.framing.win_length = n_fft - n_fft / 3;
  config.framing.hop_length = 1 + n_fft / 2;
  return config;
}

TEST(CudaProgram, TransformsOfEveryKindOfLength) {
  for (const std::int64_t n_fft :
       {4,  6,  8,  10,  14,  15,  16,  18,  30,  32,   50,   63,   64,
        70, 90, 98, 128, 240, 256, 441, 480, 960, 2048, 2187, 4096, 4410}) {
    const Config config = config_of_bins(n_fft);
    const std::vector<float> samples = noise(static_cast<std::size_t>(3 * n_fft));
    ASSERT_EQ(cuda::why_not_fused(config), "");
    const Result result = run_program(config, 16000, 1, samples);
    EXPECT_LT(largest_difference(result.features, run_fast(config, 16000, 1, samples)),
              1e-5 * static_cast<double>(n_fft))
        << n_fft;
    EXPECT_EQ(result.features,
              run_program(config, 16000, 1, samples, Schedule::descending).features)
        << n_fft;
  }
}

template <class Shape>
void expect_same_as_any(std::int64_t n_fft) {
  const Config config = config_of_bins(n_fft);
  const std::vector<float> samples = noise(static_cast<std::size_t>(3 * n_fft));
  cuda::Tables tables;
  EXPECT_TRUE(Shape::fits(cuda::make_program(*fast::make_plans(config, 16000).front(), tables)));
  EXPECT_LT(largest_difference(run_program<Shape>(config, 16000, 1, samples).features,
                               run_program(config, 16000, 1, samples).features),
            1e-6 * static_cast<double>(n_fft));
}

TEST(CudaProgram, ThreadsGiveTheSameForEveryRadix) {
  for (const std::int64_t n_fft : {6, 98, 100, 441, 486, 1024, 4096}) {
    const Config config = config_of_bins(n_fft);
    const std::vector<float> samples = noise(static_cast<std::size_t>(2 * n_fft));
    EXPECT_EQ(run_program(config, 16000, 1, samples).features,
              run_program(config, 16000, 1, samples, Schedule::threads).features)
        << n_fft;
  }
}

TEST(CudaProgram, ShapesThatTheCompilerKnowsGiveTheSame) {
  expect_same_as_any<cuda::Points256>(512);
  expect_same_as_any<cuda::Points512>(1024);
  expect_same_as_any<cuda::Points1024>(2048);
  cuda::Tables tables;
  EXPECT_FALSE(cuda::Points256::fits(
      cuda::make_program(*fast::make_plans(config_of_bins(256), 16000).front(), tables)));
}

// A warp whose accesses to one bank of the memory are to different words waits for
// each; the device has 32 banks of four bytes, and half a warp makes an access of eight.
TEST(CudaProgram, WhatAWarpWritesIsSpreadOverTheBanks) {
  for (const int radix : {4, 8, 16}) {
    std::vector<int> used(16);
    for (int thread = 0; thread < 16; ++thread) {
      ++used[static_cast<std::size_t>(cuda::place_of(thread * radix) % 16)];
    }
    EXPECT_EQ(*std::max_element(used.begin(), used.end()), 1) << radix;
  }
}

TEST(CudaProgram, SaysWhatItDoesNotTake) {
  Config config;
  config.framing.n_fft = 65536;
  EXPECT_NE(cuda::why_not_fused(config).find("65536"), std::string::npos);
  config.framing.n_fft = 2206;
  EXPECT_NE(cuda::why_not_fused(config), "");
}

TEST(CudaProgram, FloatsAreOrderedLikeIntegers) {
  const std::vector<float> values{-3e38F, -2, -1e-30F, 0, 1e-30F, 1, 3e38F};
  for (std::size_t i = 1; i < values.size(); ++i) {
    EXPECT_LT(cuda::ordered(values[i - 1]), cuda::ordered(values[i]));
    EXPECT_EQ(cuda::unordered(cuda::ordered(values[i])), values[i]);
  }
}

}  // namespace
}  // namespace melgraph_frontends
