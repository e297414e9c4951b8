#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "delta_kernel.h"
#include "frontends_testing.h"

namespace frontends_test {
namespace {

using melgraph::testing::features_spec;
using melgraph_frontends::delta_kernel;
using melgraph_frontends::DeltaMethod;
using ::testing::HasSubstr;

NodeRunner delta(const Settings& settings, std::int64_t frames, std::int64_t bands = 2) {
  NodeRunner result(node_type("frontend.delta"));
  for (const auto& setting : settings) result.set(setting.first, setting.second);
  result.connect("features", features_spec(1, frames, bands));
  return result;
}

// [1, 1, time, 1] from one value a frame.
at::Tensor track(const std::vector<double>& values) {
  return item(values, true).to(at::kFloat).unsqueeze(-1);
}

std::vector<float> alone(Settings settings, const std::vector<double>& values) {
  settings.emplace_back("keep_input", ParamValue(false));
  const at::Tensor result =
      delta(settings, static_cast<std::int64_t>(values.size()), 1).run(track(values)).contiguous();
  const auto* begin = result.const_data_ptr<float>();
  return {begin, begin + result.numel()};
}

TEST(FrontendsDelta, RegressionOfALineIsItsSlopeInside) {
  const std::vector<float> slopes = alone({}, {0, 3, 6, 9, 12, 15, 18});
  ASSERT_EQ(slopes.size(), 7U);
  for (std::size_t t = 2; t < 5; ++t) EXPECT_NEAR(slopes[t], 3, 1e-6);
  // (1 (3 - 0) + 2 (6 - 0)) / 10, the first frame going on to the left.
  EXPECT_NEAR(slopes[0], 1.5, 1e-6);
}

TEST(FrontendsDelta, SecondOrderOfRegressionAppliesItTwice) {
  const std::vector<double> values{1, 4, 2, 8, 5, 7, 3, 9, 6};
  const std::vector<float> first = alone({}, values);
  const std::vector<float> twice = alone({}, {first.begin(), first.end()});
  EXPECT_THAT(alone({{"order", whole(2)}}, values),
              ::testing::Pointwise(::testing::FloatNear(1e-6F), twice));
}

TEST(FrontendsDelta, KaldiDiffersFromRegressionOnlyInTwoFramesAtEachEnd) {
  const std::vector<double> values{1, 4, 2, 8, 5, 7, 3, 9, 6, 2, 4};
  const Settings second{{"order", whole(2)}};
  const std::vector<float> twice = alone(second, values);
  const std::vector<float> folded = alone({{"order", whole(2)}, {"method", text("kaldi")}}, values);
  for (std::size_t t = 2; t + 2 < values.size(); ++t) EXPECT_NEAR(folded[t], twice[t], 1e-6);
  EXPECT_GT(std::abs(folded[0] - twice[0]), 1e-3);
  EXPECT_GT(std::abs(folded[10] - twice[10]), 1e-3);
}

TEST(FrontendsDelta, KernelsHaveTheirPublishedTaps) {
  // Kaldi's second order of window 2, times 100.
  const std::vector<double> kaldi{4, 4, 1, -4, -10, -4, 1, 4, 4};
  const std::vector<double> folded = delta_kernel(DeltaMethod::kaldi, 5, 2);
  ASSERT_EQ(folded.size(), kaldi.size());
  for (std::size_t i = 0; i < kaldi.size(); ++i) EXPECT_NEAR(100 * folded[i], kaldi[i], 1e-12);
  const std::vector<double> line = delta_kernel(DeltaMethod::savgol, 9, 1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    EXPECT_NEAR(line[i], (static_cast<double>(i) - 4) / 60, 1e-15);
  }
  const std::vector<double> parabola{6.06, 1.52, -1.73, -3.68, -4.33};
  const std::vector<double> curve = delta_kernel(DeltaMethod::savgol, 9, 2);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(100 * curve[i], parabola[i], 5e-3);
    EXPECT_NEAR(curve[i], curve[8 - i], 1e-15);
  }
}

TEST(FrontendsDelta, SavgolOfAParabolaIsItsCurvatureUpToTheEdges) {
  std::vector<double> values;
  for (int t = 0; t < 12; ++t) values.push_back(0.5 * t * t - 3 * t + 2);
  const Settings settings{{"method", text("savgol")},
                          {"width", whole(9)},
                          {"order", whole(2)},
                          {"edge", text("interp")}};
  for (const float value : alone(settings, values)) EXPECT_NEAR(value, 1, 1e-4);
}

TEST(FrontendsDelta, LibrosaDeltasOfItsMfccAreAsPublished) {
  const at::Tensor mfcc = run("frontend.mfcc", {{"preset", text("librosa-default")}}, 22050,
                              item(mix(22050, 44100)).to(at::kFloat));
  const Settings settings{{"method", text("savgol")},
                          {"width", whole(9)},
                          {"edge", text("interp")},
                          {"order", whole(2)}};
  const at::Tensor all = delta(settings, 87, 20).run(mfcc);
  ASSERT_EQ(all.sizes(), at::IntArrayRef({1, 1, 87, 60}));
  const at::Tensor first = all.narrow(3, 20, 20);
  const at::Tensor second = all.narrow(3, 40, 20);
  EXPECT_NEAR(first[0][0][68][15].item<double>(), 3.351881547579937, 1e-3);
  EXPECT_NEAR(first[0][0][83][3].item<double>(), 2.581910458509777, 1e-3);
  EXPECT_NEAR(first.mean().item<double>(), 0.340602490782423, 1e-3);
  EXPECT_NEAR(first.min().item<double>(), -16.067233139775745, 1e-3);
  EXPECT_NEAR(first.max().item<double>(), 64.5282551285879, 1e-3);
  EXPECT_NEAR(second[0][0][68][15].item<double>(), 0.33973340960217513, 1e-3);
  EXPECT_NEAR(second.mean().item<double>(), 0.11133805806313984, 1e-3);
  EXPECT_NEAR(second.min().item<double>(), -33.29742325454109, 1e-3);
}

TEST(FrontendsDelta, KeepsTheInputBeforeEveryOrder) {
  const at::Tensor features = track({1, 5, 2, 4, 8}).expand({1, 1, 5, 2}).contiguous();
  NodeRunner runner = delta({{"order", whole(2)}}, 5);
  ASSERT_TRUE(runner.infer()) << runner.findings_text();
  EXPECT_EQ(runner.output().size_of("mel"), 6);
  const at::Tensor all = runner.run(features);
  EXPECT_TRUE(at::equal(all.narrow(3, 0, 2), features));
  const at::Tensor second =
      delta({{"order", whole(2)}, {"keep_input", ParamValue(false)}}, 5).run(features);
  EXPECT_TRUE(at::equal(all.narrow(3, 4, 2), second));
}

TEST(FrontendsDelta, ItemsOfABatchDoNotTouch) {
  const at::Tensor one = track({1, 5, 2, 4, 8});
  const at::Tensor other = track({-3, 0, 9, 100, 2});
  const at::Tensor both = at::cat({one, other}, 0);
  EXPECT_TRUE(at::equal(delta({}, 5, 1).run(both).narrow(0, 1, 1), delta({}, 5, 1).run(other)));
}

TEST(FrontendsDelta, RefusesWhatDoesNotGoTogether) {
  NodeRunner even = delta({{"width", whole(4)}}, 10);
  EXPECT_FALSE(even.infer());
  EXPECT_THAT(even.findings_text(), HasSubstr("width: width 4 is even; use an odd number"));
  NodeRunner edge = delta({{"edge", text("interp")}}, 10);
  EXPECT_FALSE(edge.infer());
  EXPECT_THAT(edge.findings_text(),
              HasSubstr("edge: edge interp does not go with method regression"));
  NodeRunner shortest =
      delta({{"edge", text("interp")}, {"method", text("savgol")}, {"width", whole(9)}}, 8);
  EXPECT_FALSE(shortest.infer());
  EXPECT_THAT(shortest.findings_text(), HasSubstr("to 9 frames, the input has 8"));
  NodeRunner unknown =
      delta({{"edge", text("interp")}, {"method", text("savgol")}}, melgraph::unknown_size);
  EXPECT_TRUE(unknown.infer()) << unknown.findings_text();
}

}  // namespace
}  // namespace frontends_test
