#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "frontend_cases.h"
#include "frontends/spectral/cuda/frame_block.h"
#include "frontends/spectral/cuda/tables.h"
#include "frontends/spectral/fast/front_end.h"
#include "frontends/spectral/fast/waveform.h"

// What the CUDA kernels do, step by step on the CPU: the same source, with a loop in place of the
// threads of a block.

namespace melgraph_frontends {
namespace {

struct Loop {
  template <class Step>
  void each(int count, Step step) const {
    for (int i = count; i-- > 0;) step(i);  // any order must do
  }
  void raise(std::int32_t* largest, float value) const {
    *largest = std::max(*largest, cuda::ordered(value));
  }
};

std::vector<float> run_program(const Config& config, int sample_rate, std::int64_t channels,
                               const std::vector<float>& samples) {
  const fast::Plan plan = *fast::make_plans(config, sample_rate).front();
  const cuda::Tables tables = cuda::make_tables(plan);
  cuda::Program program = cuda::make_program(plan);
  program.window = plan.window.data();
  program.twiddles = tables.twiddles.data();
  program.turns = plan.turns.data();
  program.band_ranges = tables.band_ranges.data();
  program.weights = plan.weights.data();
  program.cepstrum = plan.cepstrum.empty() ? nullptr : plan.cepstrum.data();

  const std::int64_t count = static_cast<std::int64_t>(samples.size()) / channels;
  const FramePlan frames = plan_frames(config, count);
  std::vector<float> sound;
  for (std::int64_t c = 0; c < channels; ++c) {
    std::vector<float> channel;
    fast::prepare(config.samples, samples.data() + c * count, count, frames.appended, channel);
    sound.insert(sound.end(), channel.begin(), channel.end());
  }
  std::vector<float> out(static_cast<std::size_t>(channels * frames.frames * plan.features));
  std::vector<float> values(static_cast<std::size_t>(channels * frames.frames * plan.values()));
  std::vector<float> energy(static_cast<std::size_t>(channels * frames.frames));
  std::int32_t largest = std::numeric_limits<std::int32_t>::min();
  cuda::Call call{};
  call.audio = sound.data();
  call.out = out.data();
  const bool held = program.has_range != 0 && program.cepstrum != nullptr;
  call.values = held ? values.data() : out.data();
  call.energy = energy.data();
  call.largest = &largest;
  call.rows = channels;
  call.channels = channels;
  call.samples = static_cast<std::int64_t>(sound.size()) / channels;
  call.frames = frames.frames;
  call.first = frames.first;
  call.pad_mode = static_cast<std::int32_t>(config.framing.pad_mode);

  const int capacity = cuda::frames_at_once(program);
  EXPECT_GT(capacity, 0);
  std::vector<float> memory(static_cast<std::size_t>(cuda::shared_bytes(program, capacity)) /
                            sizeof(float));
  for (std::int64_t row = 0; row < channels; ++row) {
    for (std::int64_t begin = 0; begin < frames.frames; begin += capacity) {
      cuda::FrameBlock<Loop> block(program, call, {}, capacity, memory.data());
      block.run(row, begin,
                static_cast<int>(std::min<std::int64_t>(capacity, frames.frames - begin)));
    }
  }
  if (program.has_range != 0) {
    for (std::size_t i = 0; i < out.size(); ++i) {
      cuda::limit_feature(program, call, static_cast<std::int64_t>(i));
    }
  }
  return out;
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
    EXPECT_LT(largest_difference(run_program(c.config, c.sample_rate, channels, samples),
                                 run_fast(c.config, c.sample_rate, channels, samples)),
              c.tolerance)
        << channels;
  }
}

INSTANTIATE_TEST_SUITE_P(Cuda, CudaProgram, testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(CudaProgram, TransformsOfEveryKindOfLength) {
  for (const std::int64_t n_fft :
       {4, 6, 14, 15, 30, 32, 50, 63, 70, 90, 128, 240, 441, 960, 4410}) {
    Config config;
    config.output = Output::stft;
    config.power = 1;
    config.framing.n_fft = n_fft;
    config.framing.win_length = n_fft - n_fft / 3;
    config.framing.hop_length = 1 + n_fft / 2;
    const std::vector<float> samples = noise(static_cast<std::size_t>(3 * n_fft));
    ASSERT_EQ(cuda::why_not_fused(config), "");
    EXPECT_LT(largest_difference(run_program(config, 16000, 1, samples),
                                 run_fast(config, 16000, 1, samples)),
              1e-5 * static_cast<double>(n_fft))
        << n_fft;
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
