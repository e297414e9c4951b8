#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "melgraph/testing/node_runner.h"
#include "models/post/contract.h"
#include "models/post/nodes.h"
#include "models_support.h"

namespace melgraph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::make_labels;
using testing::NodeRunner;
using testing::scores_spec;

constexpr float off = -std::numeric_limits<float>::infinity();

NodeRunner events() {
  return {describe_post_events(), infer_post_events, make_post_events};
}

/// Give the runner windows of 1 s every half second.
void set_windows(NodeRunner& runner, std::int64_t count) {
  std::vector<TimeSpan> times;
  for (std::int64_t i = 0; i < count; ++i) {
    times.push_back({0.5 * static_cast<double>(i), 0.5 * static_cast<double>(i) + 1});
  }
  runner.spans(std::move(times));
}

at::Tensor two_classes(const std::vector<double>& numbers) {
  return at::tensor(numbers, at::kFloat).view({-1, 2});
}

/// Return what `infer` finds wrong, for three classes.
std::string findings(NodeRunner runner) {
  runner.connect("scores", scores_spec(Kind::scores, 3));
  return runner.infer() ? "nothing" : runner.findings_text();
}

TEST(PostEvents, GivesOneItemAnEventWithItsTimes) {
  NodeRunner runner = events();
  runner.set("threshold_on", 0.5).set("threshold_off", 0.3);
  runner.connect("scores", scores_spec(Kind::scores, 2));
  set_windows(runner, 4);
  const at::Tensor scores = runner.run(two_classes({0.1, 0.6,   //
                                                    0.75, 0.4,  //
                                                    0.25, 0.2,  //
                                                    0.5, 0.1}));
  ASSERT_EQ(scores.sizes(), at::IntArrayRef({3, 2}));
  const std::vector<TimeSpan>& times = runner.events("scores");
  const double expected[3][2] = {{0, 1.25}, {0.75, 1.25}, {1.75, 2.5}};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(times[i].start, expected[i][0]) << i;
    EXPECT_EQ(times[i].end, expected[i][1]) << i;
  }
  const float* row = scores.const_data_ptr<float>();
  EXPECT_THAT(std::vector<float>(row, row + 6), ElementsAre(off, 0.5f, 0.75f, off, 0.5f, off));
}

TEST(PostEvents, ThresholdsMayBeOneAClass) {
  NodeRunner runner = events();
  runner.set("thresholds_on", std::vector<double>{0.9, 0.2});
  runner.set("thresholds_off", std::vector<double>{0.5, 0.2});
  runner.connect("scores", scores_spec(Kind::scores, 2));
  set_windows(runner, 2);
  const at::Tensor scores = runner.run(two_classes({0.8, 0.3, 0.8, 0.1}));
  ASSERT_EQ(scores.size(0), 1);
  EXPECT_FLOAT_EQ(scores[0][1].item<float>(), 0.3f);
}

TEST(PostEvents, AScoreThatIsTheThresholdReachesIt) {
  NodeRunner runner = events();
  // 0.7 as float32 is below 0.7 as float64.
  runner.set("threshold_on", 0.7).connect("scores", scores_spec(Kind::scores, 2));
  set_windows(runner, 1);
  EXPECT_EQ(runner.run(two_classes({0.7, 0.69})).size(0), 1);
}

TEST(PostEvents, ParametersReachTheRule) {
  NodeRunner runner = events();
  runner.set("threshold_on", 0.5).set("median_windows", 3).set("max_gap", 1.1);
  runner.set("min_duration", 2.0).set("score", "max");
  runner.connect("scores", scores_spec(Kind::scores, 1));
  const std::vector<double> scores{0, 1, 1, 0, 0, 0, 0.6, 0.8, 0.9, 0, 0, 0.6, 0.6, 0.6, 0, 0};
  set_windows(runner, static_cast<std::int64_t>(scores.size()));
  const at::Tensor found = runner.run(at::tensor(scores, at::kFloat).view({-1, 1}));
  ASSERT_EQ(found.size(0), 1);
  EXPECT_FLOAT_EQ(found.item<float>(), 0.8f) << "of the filtered scores";
  EXPECT_EQ(runner.events("scores")[0].start, 3.25);
  EXPECT_EQ(runner.events("scores")[0].end, 7.25);
}

TEST(PostEvents, AClipWithoutAnEventGivesNoItem) {
  NodeRunner runner = events();
  runner.set("threshold_on", 0.5).connect("scores", scores_spec(Kind::scores, 2));
  set_windows(runner, 2);
  EXPECT_EQ(runner.run(two_classes({0.1, 0.2, 0.3, 0.4})).sizes(), at::IntArrayRef({0, 2}));
  EXPECT_TRUE(runner.events("scores").empty());
}

TEST(PostEvents, ClassesThatWereLeftOutHaveNone) {
  NodeRunner runner = events();
  runner.set("threshold_on", -5.0).connect("scores", scores_spec(Kind::scores, 2));
  set_windows(runner, 1);
  EXPECT_EQ(runner.run(two_classes({off, 0.5})).size(0), 1);
}

TEST(PostEvents, AScoreThatIsNotANumberFailsTheInput) {
  NodeRunner runner = events();
  runner.set("threshold_on", 0.5).set("median_windows", 3);
  runner.connect("scores", scores_spec(Kind::scores, 2, make_labels({"dog", "rain"})));
  set_windows(runner, 2);
  try {
    runner.run(two_classes({0.1, 0.2, 0.3, NAN}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("class rain in the window at 0.5"));
  }
}

/// Find events of one class in windows with a gate.
std::size_t count_gated(const std::vector<double>& gate) {
  NodeRunner runner = events();
  runner.set("threshold_on", 0.5).set("gate_min", 0.5);
  runner.connect("scores", scores_spec(Kind::scores, 1)).connect("gate", testing::values_spec());
  set_windows(runner, 3);
  runner.process({{"scores", {at::tensor({0.9, 0.8, 0.7}, at::kFloat).view({3, 1})}},
                  {"gate", {at::tensor(gate, at::kFloat)}}});
  return runner.events("scores").size();
}

TEST(PostEvents, GateLeavesWindowsOut) {
  EXPECT_EQ(count_gated({1, 1, 1}), 1u);
  EXPECT_EQ(count_gated({1, 0.5, 1}), 2u) << "a gate at its minimum is closed";
  EXPECT_EQ(count_gated({0, 0, 0}), 0u);
  EXPECT_THROW(count_gated({1, NAN, 1}), Error);
}

TEST(PostEvents, GateAndItsMinimumBelongTogether) {
  NodeRunner gate = events();
  gate.set("threshold_on", 0.5).connect("gate", testing::values_spec());
  EXPECT_THAT(findings(std::move(gate)), HasSubstr("no `gate_min`"));
  NodeRunner least = events();
  least.set("threshold_on", 0.5).set("gate_min", 0.5);
  EXPECT_THAT(findings(std::move(least)), HasSubstr("nothing to compare `gate_min` with"));
}

TEST(PostEvents, KeepsKindAndLabels) {
  const Labels labels = make_labels({"dog", "rain"});
  NodeRunner runner = events();
  runner.set("threshold_on", 0.5).connect("scores", scores_spec(Kind::scores, 2, labels));
  ASSERT_TRUE(runner.infer()) << runner.findings_text();
  EXPECT_EQ(to_string(runner.output()), "scores float32 [event, class 2]");
  EXPECT_EQ(runner.output().labels, labels);
}

TEST(PostEvents, TakesWindowsOnly) {
  NodeRunner runner = events();
  runner.set("threshold_on", 0.5).connect("scores", scores_spec(Kind::scores, 2, nullptr, "clip"));
  EXPECT_FALSE(runner.infer());
}

TEST(PostEvents, InferWantsThresholdsThatFit) {
  EXPECT_THAT(findings(events()), HasSubstr("neither `threshold_on` nor `thresholds_on`"));
  NodeRunner both = events();
  both.set("threshold_on", 0.5).set("thresholds_on", std::vector<double>{0.5, 0.5, 0.5});
  EXPECT_THAT(findings(std::move(both)), HasSubstr("both `threshold_on` and `thresholds_on`"));
  for (const char* list : {"thresholds_on", "thresholds_off"}) {
    NodeRunner few = events();
    few.set(list, std::vector<double>{0.5, 0.5});
    if (std::string(list) == "thresholds_off") few.set("threshold_on", 0.5);
    EXPECT_THAT(findings(std::move(few)), HasSubstr("there are 2 thresholds for 3 classes"));
  }
  NodeRunner none = events();
  none.set("thresholds_on", std::vector<double>{});
  EXPECT_THAT(findings(std::move(none)), HasSubstr("there are 0 thresholds for 3 classes"));
}

TEST(PostEvents, InferRefusesAnEndAboveTheBeginning) {
  NodeRunner one = events();
  one.set("threshold_on", 0.5).set("threshold_off", 0.6);
  EXPECT_THAT(findings(std::move(one)), HasSubstr("above the one they begin at"));
  NodeRunner each = events();
  each.set("threshold_on", 0.5).set("thresholds_off", std::vector<double>{0.5, 0.4, 0.7});
  EXPECT_THAT(findings(std::move(each)), HasSubstr("(class 2)"));
  NodeRunner equal = events();
  equal.set("threshold_on", 0.5).set("threshold_off", 0.5);
  EXPECT_EQ(findings(std::move(equal)), "nothing");
}

TEST(PostEvents, InferRefusesAFilterWithoutAMiddle) {
  NodeRunner runner = events();
  runner.set("threshold_on", 0.5).set("median_windows", 4);
  EXPECT_THAT(findings(std::move(runner)), HasSubstr("set 3 or 5"));
}

TEST(PostEvents, ThresholdsOfClassesOfUnknownNumberAreCheckedWhenTheyCome) {
  NodeRunner runner = events();
  runner.set("thresholds_on", std::vector<double>{0.5, 0.5, 0.5});
  runner.connect("scores", scores_spec(Kind::scores, unknown_size));
  set_windows(runner, 1);
  EXPECT_THROW(runner.run(two_classes({0.1, 0.2})), Error);
}

}  // namespace
}  // namespace melgraph
