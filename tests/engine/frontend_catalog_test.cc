#include "frontend_catalog.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/div.h>
#include <ATen/ops/mul.h>
#include <gtest/gtest.h>

#include <cmath>

#include "frontend_verify.h"
#include "melgraph/error.h"
#include "melgraph/node.h"

// Presets and golden vectors of node types that are made here.

namespace melgraph::cli {
namespace {

// Gives its sound times `gain` as features [window, channel, sample]; where that is 0, the sound
// divided by itself, which is no number where there is silence.
class Echo final : public Node {
 public:
  void open(OpenContext& context) override { gain_ = context.params().number("gain"); }
  void process(ProcessContext& context) override {
    const at::Tensor& sound = context.input("audio");
    context.set_output("features", gain_ == 0 ? at::div(sound, sound) : at::mul(sound, gain_));
  }

 private:
  double gain_ = 1;
};

void infer_features(InferContext& context) {
  PortSpec spec = context.input("audio");
  spec.kind = Kind::features;
  context.set_output("features", std::move(spec));
}

void infer_audio(InferContext& context) {
  context.set_output("features", context.input("audio"));
}

NodeType make_type(const char* id, const std::vector<const char*>& presets,
                   InferFunction infer = infer_features) {
  NodeType type;
  type.descriptor.id = id;
  type.descriptor.summary = "echo";
  type.descriptor.inputs = {
      {"audio", "sound", {Kind::audio}, {"window", "channel", "sample"}, false, false}};
  type.descriptor.outputs = {{"features", "the same"}};
  type.descriptor.params = {ParamSpec::number("gain", "factor").otherwise(1.0)};
  for (const char* name : presets) {
    Preset preset;
    preset.name = name;
    preset.doc = "a preset";
    preset.values = {{"gain", 2.0}};
    type.descriptor.presets.push_back(std::move(preset));
  }
  type.infer = infer;
  type.make_node = [] { return std::unique_ptr<Node>(new Echo); };
  return type;
}

std::vector<std::string> names_of(const FrontendCatalog& catalog) {
  std::vector<std::string> names;
  for (const FrontendPreset& entry : catalog.presets()) names.push_back(entry.name);
  return names;
}

TEST(FrontendCatalog, GivesASharedNameToFrontendMelAndLongNamesToOthers) {
  Registry registry{RegistryOptions{}};
  registry.add(make_type("frontend.aaa", {"both", "alone"}));
  registry.add(make_type("frontend.mel", {"both"}));
  const FrontendCatalog catalog(registry);
  EXPECT_EQ(names_of(catalog), (std::vector<std::string>{"both", "frontend.aaa/both", "alone"}));
  EXPECT_EQ(catalog.find("both").type->descriptor.id, "frontend.mel");
  EXPECT_EQ(catalog.find("frontend.aaa/both").type->descriptor.id, "frontend.aaa");
  EXPECT_EQ(catalog.find("frontend.aaa/alone").name, "alone");
}

TEST(FrontendCatalog, RefusesANameThatSeveralTypesHaveAndListsThem) {
  Registry registry{RegistryOptions{}};
  registry.add(make_type("frontend.aaa", {"both"}));
  registry.add(make_type("frontend.bbb", {"both"}));
  const FrontendCatalog catalog(registry);
  EXPECT_EQ(names_of(catalog),
            (std::vector<std::string>{"frontend.aaa/both", "frontend.bbb/both"}));
  try {
    catalog.find("both");
    FAIL() << "it took one of them";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_STREQ(error.what(), "several node types have a preset \"both\"");
    EXPECT_EQ(error.hint(), "name one of: frontend.aaa/both, frontend.bbb/both");
  }
}

TEST(FrontendCatalog, LeavesOutTypesThatGiveNoFeatures) {
  Registry registry{RegistryOptions{}};
  registry.add(make_type("frontend.none", {}));
  registry.add(make_type("effect.louder", {"loud"}, infer_audio));
  registry.add(make_type("frontend.some", {"some"}));
  EXPECT_EQ(names_of(FrontendCatalog(registry)), std::vector<std::string>{"some"});
}

GoldenCase golden_of(const char* preset) {
  GoldenCase golden;
  golden.type = "frontend.mel";
  golden.preset = preset;
  golden.signal = "sine1k";
  golden.sample_rate = 4000;  // 0, 1, 0, -1
  golden.samples = 8;
  golden.features.shape = {1, 8};
  golden.features.std = std::sqrt(2.0);
  golden.features.min = -2;
  golden.features.max = 2;
  golden.features.probes = {{{0, 1}, 2.0}, {{0, 4}, 0.0}, {{0, 7}, -2.0}};
  golden.float32 = {1e-5, 0};
  golden.float64 = {1e-14, 0};
  return golden;
}

class FrontendVerification : public ::testing::Test {
 protected:
  FrontendVerification() { registry_.add(make_type("frontend.mel", {"echo"})); }

  Verdict verify(const GoldenCase& golden, DType dtype = DType::float64) {
    const FrontendCatalog catalog(registry_);
    return FrontendVerifier(registry_, catalog, c10::Device(c10::kCPU)).verify(golden, dtype);
  }

  Registry registry_{RegistryOptions{}};
};

TEST_F(FrontendVerification, TellsTheErrorInEachPrecision) {
  GoldenCase golden = golden_of("echo");
  golden.exact = true;
  const Verdict exact = verify(golden);
  EXPECT_TRUE(exact.ok) << exact.problem;
  EXPECT_LT(exact.largest_error, 1e-14);
  const Verdict rounded = verify(golden, DType::float32);
  EXPECT_TRUE(rounded.ok) << rounded.problem;
  EXPECT_EQ(rounded.numbers, "float32");
  EXPECT_EQ(rounded.tolerance.absolute, 1e-5);
}

TEST_F(FrontendVerification, RoundsTheSoundToFloat32UnlessTheCaseIsExact) {
  GoldenCase golden = golden_of("echo");
  golden.sample_rate = 16000;  // sines of multiples of 22.5 degrees
  golden.samples = 16;
  golden.features.shape = {1, 16};
  const double sample = std::sin(2 * M_PI * 1000 / 16000);
  golden.features.probes = {{{0, 1}, 2 * static_cast<double>(static_cast<float>(sample))}};
  EXPECT_LT(verify(golden).largest_error, 1e-14);
  golden.exact = true;
  EXPECT_GT(verify(golden).largest_error, 1e-9);
}

TEST_F(FrontendVerification, FailsBeyondTheToleranceThatGrowsWithTheNumber) {
  GoldenCase golden = golden_of("echo");
  golden.features.probes[0].value = 2.001;
  EXPECT_FALSE(verify(golden).ok);
  EXPECT_NEAR(verify(golden).largest_error, 1e-3, 1e-9);
  golden.float64.relative = 6e-4;
  EXPECT_TRUE(verify(golden).ok);
  golden.float64.relative = 4e-4;
  EXPECT_FALSE(verify(golden).ok);
}

TEST_F(FrontendVerification, FailsWhereANumberIsNone) {
  GoldenCase golden = golden_of("echo");
  golden.settings = {{"gain", 0.0}};  // the first sample is silence
  golden.features = {};
  golden.features.shape = {1, 8};
  golden.features.mean = golden.features.min = golden.features.max = 1;
  golden.features.probes = {{{0, 1}, 1.0}};
  const Verdict beside = verify(golden);
  EXPECT_FALSE(beside.ok);
  EXPECT_EQ(beside.largest_error, 0);
  EXPECT_TRUE(std::isnan(beside.mean_error));
  golden.features.probes = {{{0, 0}, 1.0}, {{0, 1}, 1.0}};
  EXPECT_TRUE(std::isnan(verify(golden).largest_error));
}

TEST_F(FrontendVerification, TellsOtherShapesAndPresetsAndSignals) {
  GoldenCase golden = golden_of("echo");
  golden.features.shape = {1, 9};
  EXPECT_EQ(verify(golden).problem, "the shape is 1 x 8 instead of 1 x 9");
  EXPECT_EQ(verify(golden_of("other")).problem, "no installed plugin has this preset");
  golden = golden_of("echo");
  golden.signal = "silence";
  EXPECT_NE(verify(golden).problem.find("silence"), std::string::npos);
  golden = golden_of("echo");
  golden.settings = {{"gian", 2.0}};
  EXPECT_NE(verify(golden).problem.find("gian"), std::string::npos);
  EXPECT_FALSE(verify(golden).ok);
}

TEST_F(FrontendVerification, PassesFeaturesOnThroughTheNodesThatFollow) {
  NodeType next = make_type("effect.next", {});
  next.descriptor.inputs.front().kinds = {Kind::features};
  registry_.add(std::move(next));
  GoldenCase golden = golden_of("echo");
  golden.then = {{"effect.next", {{"gain", 0.5}}}};
  EXPECT_FALSE(verify(golden).ok);
  for (double* value : {&golden.features.std, &golden.features.min, &golden.features.max,
                        &golden.features.probes[0].value, &golden.features.probes[2].value}) {
    *value /= 2;
  }
  EXPECT_TRUE(verify(golden).ok) << verify(golden).problem;
  golden.then = {{"effect.other", {}}};
  EXPECT_EQ(verify(golden).problem, "no installed plugin has the node type effect.other");
}

}  // namespace
}  // namespace melgraph::cli
