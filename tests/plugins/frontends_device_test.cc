#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

#include "frontends_testing.h"

// Front ends on a CUDA device: the kernels of libmelgraph_cuda.so, beside LibTorch's operators in
// float64 on the CPU. What the kernels compute is tested everywhere, step by step on a CPU
// (frontends_cuda_program_test.cc); here they run.

namespace frontends_test {
namespace {

class FrontendsDevice : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string why;
    device_ = cuda_device(why);
    if (!device_) GTEST_SKIP() << why;
  }

  at::Tensor run_there(const std::string& id, const Settings& settings, int rate,
                       const at::Tensor& audio) const {
    return run(id, settings, rate, audio.to(*device_)).cpu();
  }

  std::optional<c10::Device> device_;
};

at::Tensor sound(std::int64_t samples, std::uint32_t seed) {
  return item(noise(static_cast<std::size_t>(samples), seed)).to(at::kFloat);
}

double difference(const at::Tensor& a, const at::Tensor& exact) {
  return a.to(at::kDouble).sub(exact).abs().max().item<double>();
}

TEST_F(FrontendsDevice, EveryPresetGivesTheFeaturesOfTheCpu) {
  for (const char* id : {"frontend.mel", "frontend.mfcc"}) {
    for (const melgraph::Preset& preset : node_type(id).descriptor.presets) {
      SCOPED_TRACE(preset.name);
      std::int64_t rate = 0;
      for (const auto& [name, value] : preset.values) {
        if (name == "sample_rate") rate = std::get<std::int64_t>(value);
      }
      const Settings settings{{"preset", ParamValue(preset.name)}};
      const at::Tensor audio = at::cat({sound(rate, 1), sound(rate, 2).mul(1e-3), sound(rate, 3)});
      const int hertz = static_cast<int>(rate);
      const at::Tensor exact = run(id, settings, hertz, audio.to(at::kDouble));
      const at::Tensor batch = run_there(id, settings, hertz, audio);
      EXPECT_LT(difference(batch, exact), 4e-2);
      for (std::int64_t i = 0; i < 3; ++i) {
        const at::Tensor single = run_there(id, settings, hertz, audio.narrow(0, i, 1));
        EXPECT_LT(difference(single, batch.narrow(0, i, 1).to(at::kDouble)), 1e-6) << i;
      }
    }
  }
}

TEST_F(FrontendsDevice, TransformsOfEveryKindOfLength) {
  for (const std::int64_t n_fft : {4,   8,   10,  15,  16,   32,   50,   63,   64,   98,  128,
                                   240, 256, 441, 512, 1024, 2048, 2187, 2205, 4096, 4410}) {
    SCOPED_TRACE(n_fft);
    for (const std::int64_t hop : {n_fft / 4 + 1, n_fft}) {  // an odd one, and one beyond windows
      const Settings settings{{"n_fft", whole(n_fft)},
                              {"win_length", whole(n_fft - n_fft / 3)},
                              {"hop_length", whole(hop)},
                              {"power", ParamValue(1.0)}};
      const at::Tensor audio = sound(5 * n_fft + 7, 1);
      const at::Tensor exact = run("frontend.stft", settings, 16000, audio.to(at::kDouble));
      EXPECT_LT(difference(run_there("frontend.stft", settings, 16000, audio), exact),
                1e-5 * static_cast<double>(n_fft));
    }
  }
}

TEST_F(FrontendsDevice, RefusesWhatIsNotFiniteAndGoesOn) {
  NodeRunner node = runner("frontend.mel", {{"log", text("db")}}, 16000, 16000);
  node.on(*device_);
  const at::Tensor good = sound(16000, 1).to(*device_);
  const at::Tensor before = node.run(good);
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e30F}) {
    at::Tensor audio = good.clone();
    audio[0][0][8000] = bad;
    EXPECT_THROW(node.run(audio), melgraph::Error) << bad;
    EXPECT_TRUE(at::equal(node.run(good), before));
  }
}

}  // namespace
}  // namespace frontends_test
