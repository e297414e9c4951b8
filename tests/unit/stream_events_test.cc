#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "event_tracker.h"

namespace melgraph::stream {
namespace {

/// Feed one class's scores, windows of 2 s every second, and write down what they change.
std::string edges(EventTracker& tracker, const std::vector<float>& scores, bool finish = true) {
  std::string text;
  const auto write = [&](const std::vector<EventEdge>& found) {
    for (const EventEdge& edge : found) {
      text += (edge.begin ? "begin " : "end ") + std::to_string(edge.start) + "-" +
              std::to_string(edge.end) + " " + std::to_string(edge.score).substr(0, 4) + "; ";
    }
  };
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto start = static_cast<std::int64_t>(i);
    write(tracker.add(start, start + 2, &scores[i], 1));
  }
  if (finish) write(tracker.finish());
  return text;
}

TEST(StreamEvents, AClassBeginsAtOneThresholdAndEndsBelowTheOther) {
  EventTracker tracker({0.75, 0.5, 0});
  EXPECT_EQ(edges(tracker, {0.5F, 0.7F, 0.75F, 0.6F, 0.9F, 0.5F, 0.4F, 0.7F}),
            "begin 2-4 0.75; end 2-7 0.90; ");
}

TEST(StreamEvents, AScoreThatWaversAroundOneThresholdIsOneEvent) {
  EventTracker tracker({0.75, 0.5, 0});
  EXPECT_EQ(edges(tracker, {0.8F, 0.7F, 0.8F, 0.7F, 0.8F}), "begin 0-2 0.80; end 0-6 0.80; ");
}

TEST(StreamEvents, WhatIsShorterThanAskedIsNotTold) {
  EventTracker tracker({0.75, 0.5, 4});
  EXPECT_EQ(edges(tracker, {0.8F, 0.8F, 0.1F, 0.8F, 0.8F, 0.8F, 0.1F, 0.8F}),
            "begin 3-7 0.80; end 3-7 0.80; ");
}

TEST(StreamEvents, TheEndOfTheStreamEndsAll) {
  EventTracker tracker({0.75, 0.5, 0});
  EXPECT_EQ(edges(tracker, {0.8F}, false), "begin 0-2 0.80; ");
  const auto last = tracker.finish();
  ASSERT_EQ(last.size(), 1U);
  EXPECT_FALSE(last[0].begin);
  EXPECT_TRUE(tracker.finish().empty());
}

TEST(StreamEvents, AThresholdIsReachedByAScoreOfTheSameDigits) {
  EventTracker tracker({0.9, 0.7, 0});  // as doubles 0.9F and 0.7F are a little less
  EXPECT_EQ(edges(tracker, {0.9F, 0.7F, 0.7F, 0.1F}), "begin 0-2 0.90; end 0-4 0.90; ");
}

TEST(StreamEvents, ClassesDoNotTouchEachOther) {
  EventTracker tracker({0.75, 0.5, 0});
  const float first[] = {0.8F, 0.1F, 0.9F};
  const float second[] = {0.1F, 0.8F, 0.9F};
  auto found = tracker.add(0, 1, first, 3);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].label, 0U);
  EXPECT_EQ(found[1].label, 2U);
  found = tracker.add(1, 2, second, 3);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].label, 0U);
  EXPECT_FALSE(found[0].begin);
  EXPECT_EQ(found[1].label, 1U);
  EXPECT_TRUE(found[1].begin);
  EXPECT_TRUE(tracker.add(2, 3, first, 1).size() == 1);  // a graph of fewer classes
  EXPECT_EQ(tracker.finish().size(), 3U);
}

TEST(StreamEvents, WhatIsNoNumberChangesNothing) {
  EventTracker tracker({0.75, 0.5, 0});
  EXPECT_EQ(edges(tracker, {NAN, 0.8F, NAN, 0.7F, 0.1F}), "begin 1-3 0.80; end 1-5 0.80; ");
}

}  // namespace
}  // namespace melgraph::stream
