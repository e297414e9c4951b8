#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "frontends_testing.h"
#include "melgraph/stage_runner.h"

// The ways a front end is computed: LibTorch's operators, which are the reference, and the own
// kernels of the CPU, as the node takes them.

namespace frontends_test {
namespace {

class Simd {
 public:
  explicit Simd(const char* level) { setenv("MELGRAPH_SIMD", level, 1); }
  ~Simd() { unsetenv("MELGRAPH_SIMD"); }
  Simd(const Simd&) = delete;
  Simd& operator=(const Simd&) = delete;
};

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return a.sub(b).abs().max().item<double>();
}

TEST(FrontendsPaths, OwnKernelsAgreeWithLibTorchForEveryPreset) {
  for (const char* id : {"frontend.mel", "frontend.mfcc"}) {
    const melgraph::Descriptor descriptor = node_type(id).descriptor;
    for (const melgraph::Preset& preset : descriptor.presets) {
      SCOPED_TRACE(std::string(id) + " " + preset.name);
      int rate = 16000;
      for (const auto& [name, value] : preset.values) {
        if (name == "sample_rate") rate = static_cast<int>(std::get<std::int64_t>(value));
      }
      const at::Tensor audio = item(mix(rate, static_cast<std::size_t>(3 * rate))).to(at::kFloat);
      const Settings settings{{"preset", ParamValue(preset.name)}};
      const at::Tensor fast = run(id, settings, rate, audio);
      const Simd none("none");
      const at::Tensor plain = run(id, settings, rate, audio);
      ASSERT_EQ(fast.sizes(), plain.sizes());
      const double scale = std::fmax(1, plain.abs().max().item<double>());
      EXPECT_LT(largest_difference(fast, plain) / scale, 1e-3);
    }
  }
}

TEST(FrontendsPaths, AnUnknownInstructionSetIsRefused) {
  const Simd wrong("sse9");
  NodeRunner node = runner("frontend.mel", {{"preset", text("vggish")}}, 16000, 16000);
  EXPECT_THROW(node.open(), melgraph::Error);
}

TEST(FrontendsPaths, ABatchGivesTheBitsOfSingleItems) {
  for (const char* preset : {"vggish", "kaldi-fbank-80", "librosa-default", "palanisamy-us8k"}) {
    const int rate = std::string(preset) == "vggish" || preset[0] == 'k' ? 16000 : 22050;
    NodeRunner node = runner("frontend.mel", {{"preset", text(preset)}}, rate, 2 * rate);
    std::vector<at::Tensor> items;
    for (std::uint32_t seed = 1; seed < 6; ++seed) {
      items.push_back(item(mix(rate, static_cast<std::size_t>(2 * rate), seed)).to(at::kFloat));
    }
    const at::Tensor batch = node.run(at::cat(items));
    for (std::int64_t i = 0; i < 5; ++i) {
      const at::Tensor alone = node.run(items[static_cast<std::size_t>(i)]);
      EXPECT_TRUE(at::equal(batch.narrow(0, i, 1), alone)) << preset;
    }
  }
}

TEST(FrontendsPaths, OverlappingWindowsGiveTheBitsOfWindowsAlone) {
  for (const char* preset : {"vggish", "kaldi-fbank-80", "panns-16k"}) {
    const at::Tensor sound = item(mix(16000, 48000)).to(at::kFloat);
    std::vector<at::Tensor> windows;
    for (std::int64_t start = 0; start + 15600 <= 48000; start += 7680) {
      windows.push_back(sound.narrow(2, start, 15600));
    }
    const at::Tensor batch = at::cat(windows);
    NodeRunner node = runner("frontend.mel", {{"preset", text(preset)}}, 16000, 15600);
    const at::Tensor alone = node.run(batch);
    node.overlap({0, 7920, 7920, 7920, 7920});
    EXPECT_TRUE(at::equal(node.run(batch), alone)) << preset;
    // A window that is said to follow another, and does not, shows that frames are taken over.
    const at::Tensor wrong = node.run(at::cat({windows[0], windows[3]}));
    const bool differs = !at::equal(wrong.narrow(0, 1, 1), alone.narrow(0, 3, 1));
    EXPECT_EQ(differs, std::string(preset) != "panns-16k") << preset;
  }
}

TEST(FrontendsPaths, StagesCanBeRunOneByOne) {
  NodeRunner node = runner("frontend.mel", {{"preset", text("vggish")}}, 16000, 16000);
  auto* stages =
      static_cast<melgraph::StageRunner*>(node.node().capability(melgraph::stage_runner_id));
  ASSERT_NE(stages, nullptr);
  EXPECT_EQ(stages->stages().size(), 6U);
  const at::Tensor audio = item(mix(16000, 16000)).to(at::kFloat);
  for (std::size_t i = 0; i < stages->stages().size(); ++i) stages->run_until(i, audio);
  EXPECT_EQ(node.node().capability("melgraph.nothing/1"), nullptr);
}

TEST(FrontendsPaths, PresetsSayHowTheyAreComputed) {
  const melgraph::Descriptor descriptor = node_type("frontend.mel").descriptor;
  for (const melgraph::Preset& preset : descriptor.presets) {
    bool cpu = false;
    bool cuda = false;
    for (const auto& [name, fact] : preset.facts) {
      cpu = cpu || name == "cpu";
      cuda = cuda || name == "cuda";
    }
    EXPECT_TRUE(cpu && cuda) << preset.name;
  }
}

}  // namespace
}  // namespace frontends_test
