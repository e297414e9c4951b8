#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "cuda_emulation.h"
#include "frontend_cases.h"
#include "frontends/spectral/constants.h"
#include "frontends/spectral/device_front_end.h"
#include "frontends/spectral/pipeline.h"
#include "melgraph/error.h"

// The host's side of the CUDA kernels: tables, batches, the flag of what is not finite. The
// kernels are those of the CPU, see cuda_emulation.h.

namespace melgraph_frontends {
namespace {

int launch_here(const cuda::Program* program, const cuda::Call* call, void*, const char**) {
  emulate<cuda::AnyShape>(*program, *call, Schedule::ascending);
  return 0;
}

int refuse(const cuda::Program*, const cuda::Call*, void*, const char** message) {
  *message = "out of memory";
  return 2;
}

at::Tensor batch(const Case& c, std::int64_t items, std::int64_t channels) {
  const auto count = static_cast<std::int64_t>(c.samples);
  const std::vector<float> samples = noise(static_cast<std::size_t>(items * channels) * c.samples);
  return at::tensor(at::ArrayRef<float>(samples)).view({items, channels, count});
}

at::Tensor run_fast(const Case& c, const fast::Plans& plans, const at::Tensor& audio) {
  const FramePlan plan = plan_frames(c.config, audio.size(2));
  fast::FrontEnd front_end(c.config, plans, *fast::find_kernel("baseline"));
  const at::Tensor features =
      at::empty({audio.size(0), audio.size(1), plan.frames, front_end.features()});
  for (std::int64_t i = 0; i < audio.size(0); ++i) {
    front_end.run({audio[i].const_data_ptr<float>(), audio.size(1), audio.size(2)}, plan, 0, {},
                  features[i].mutable_data_ptr<float>());
  }
  return features;
}

class FusedFrontEnd : public testing::TestWithParam<Case> {};

TEST_P(FusedFrontEnd, GivesTheFeaturesOfTheCpuForABatch) {
  const Case& c = GetParam();
  const fast::Plans plans = fast::make_plans(c.config, c.sample_rate);
  DeviceFrontEnd front_end(c.config, plans, at::kCPU, launch_here);
  at::Tensor audio = batch(c, 3, 2);
  audio.select(0, 1).mul_(1e-2);  // `top_db` looks at each item alone
  const FramePlan plan = plan_frames(c.config, audio.size(2));
  const at::Tensor features = front_end.run(audio, plan, 0);
  const at::Tensor expected = run_fast(c, plans, audio);
  ASSERT_EQ(features.sizes(), expected.sizes());
  EXPECT_LT(features.sub(expected).abs().max().item<double>(), c.tolerance);
  EXPECT_TRUE(front_end.finite());
}

TEST_P(FusedFrontEnd, TellsOnceThatFeaturesWereNotFinite) {
  const Case& c = GetParam();
  DeviceFrontEnd front_end(c.config, fast::make_plans(c.config, c.sample_rate), at::kCPU,
                                 launch_here);
  at::Tensor audio = batch(c, 2, 1);
  const FramePlan plan = plan_frames(c.config, audio.size(2));
  audio[1][0][audio.size(2) / 2] = std::numeric_limits<float>::quiet_NaN();
  front_end.run(audio, plan, 0);
  front_end.run(batch(c, 2, 1), plan, 0);
  EXPECT_FALSE(front_end.finite());
  EXPECT_TRUE(front_end.finite());
  front_end.run(batch(c, 2, 1), plan, 0);
  EXPECT_TRUE(front_end.finite());
}

INSTANTIATE_TEST_SUITE_P(Frontends, FusedFrontEnd, testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param.name); });

std::int64_t bytes_moved(const Config& config, int sample_rate, const at::Tensor& audio) {
  const auto constants = std::make_shared<Constants>(make_constants(config, sample_rate));
  const Pipeline pipeline(
      config, constants, at::kCPU, nullptr,
      std::make_unique<DeviceFrontEnd>(config, fast::make_plans(config, sample_rate), at::kCPU,
                                       launch_here));
  return pipeline.bytes_moved(audio);
}

TEST(FusedFrontEnd, CountsTheBytesThatItMoves) {
  const at::Tensor audio = at::empty({2, 1, 16000});
  EXPECT_EQ(bytes_moved(vggish(), 16000, audio), 4 * 2 * (16000 + 98 * 64));
  // The bands wait for the loudest, and only then become the cepstrum.
  EXPECT_EQ(bytes_moved(mfcc(), 16000, audio), 4 * 2 * (16000 + 81 * (2 * 128 + 13)));
  Config image = vggish();
  image.image.width = 50;
  EXPECT_EQ(bytes_moved(image, 16000, audio), 4 * 2 * (16000 + 98 * 64 + (98 + 50) * 64));
  image.resolutions = {{400, 160}, {200, 200}};
  const int of_frames = 98 * 64 + (98 + 50) * 64 + 80 * 64 + (80 + 50) * 64;
  EXPECT_EQ(bytes_moved(image, 16000, audio), 4 * 2 * (2 * 16000 + of_frames + 4 * 50 * 64));
  EXPECT_EQ(bytes_moved(prepared(), 16000, audio), 0);
}

TEST(FusedFrontEnd, SaysWhyAKernelWasNotStarted) {
  const Case c = cases().front();
  DeviceFrontEnd front_end(c.config, fast::make_plans(c.config, c.sample_rate), at::kCPU,
                                 refuse);
  const at::Tensor audio = batch(c, 1, 1);
  try {
    front_end.run(audio, plan_frames(c.config, audio.size(2)), 0);
    FAIL() << "it went on";
  } catch (const melgraph::Error& error) {
    EXPECT_EQ(error.code(), melgraph::ErrorCode::device);
    EXPECT_NE(std::string(error.what()).find("out of memory"), std::string::npos);
  }
}

}  // namespace
}  // namespace melgraph_frontends
