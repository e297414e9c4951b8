#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "models/post/events.h"

namespace melgraph::post {

bool operator==(const Stretch& a, const Stretch& b) {
  return a.start == b.start && a.end == b.end;
}
void PrintTo(const Stretch& time, std::ostream* out) {
  *out << time.start << " to " << time.end;
}

namespace {

constexpr double left_out = -std::numeric_limits<double>::infinity();

/// Make windows of one length.
std::vector<Stretch> windows(std::size_t count, double length, double hop) {
  std::vector<Stretch> made;
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back({static_cast<double>(i) * hop, static_cast<double>(i) * hop + length});
  }
  return made;
}

/// A rule for one class.
EventRule rule(double on, double off) {
  EventRule made;
  made.on = {on};
  made.off = {off};
  return made;
}

/// Find events of one class in windows of 1 s that follow one another.
std::vector<Event> find(const std::vector<double>& scores, const EventRule& by) {
  return find_events(scores, frames_of(windows(scores.size(), 1, 1)), by);
}

std::vector<Stretch> times(const std::vector<Event>& events) {
  std::vector<Stretch> found;
  for (const Event& event : events) found.push_back(event.time);
  return found;
}

using Times = std::vector<Stretch>;

TEST(FramesOf, WindowsThatFollowOneAnotherAreThemselves) {
  EXPECT_EQ(frames_of(windows(3, 1, 1)), (Times{{0, 1}, {1, 2}, {2, 3}}));
}

TEST(FramesOf, WindowsThatOverlapHaveHalfTheHopAroundTheirCentres) {
  EXPECT_EQ(frames_of(windows(4, 1, 0.5)),
            (Times{{0, 0.75}, {0.75, 1.25}, {1.25, 1.75}, {1.75, 2.5}}));
}

TEST(FramesOf, WindowsWithTimeBetweenThemDoNotReachIntoIt) {
  EXPECT_EQ(frames_of(windows(2, 1, 3)), (Times{{0, 1}, {3, 4}}));
}

TEST(FramesOf, WindowsThatEndEarlyTouchToo) {
  // The last two count real sound only, which ends at 2.2 s: half way between the centres, 1.975 s,
  // the last window has not begun.
  EXPECT_EQ(
      frames_of({{0, 1}, {0.5, 1.5}, {1, 2}, {1.5, 2.2}, {2, 2.2}}),
      (Times{
          {0, 0.75}, {0.75, 1.25}, {1.25, 0.5 * (1.5 + 1.85)}, {0.5 * (1.5 + 1.85), 2}, {2, 2.2}}));
}

TEST(FramesOf, OneWindowAndNone) {
  EXPECT_EQ(frames_of({{0.5, 2}}), (Times{{0.5, 2}}));
  EXPECT_TRUE(frames_of({}).empty());
}

TEST(MedianFilter, TakesTheMiddleAndGoesOnMirrored) {
  // scipy.ndimage.median_filter([1, 5, 2, 8, 3], 3) and (..., 5)
  EXPECT_EQ(median_filter({1, 5, 2, 8, 3}, 3), (std::vector<double>{1, 2, 5, 3, 3}));
  EXPECT_EQ(median_filter({1, 5, 2, 8, 3}, 5), (std::vector<double>{2, 2, 3, 3, 3}));
  EXPECT_EQ(median_filter({1, 5, 2}, 1), (std::vector<double>{1, 5, 2}));
}

TEST(MedianFilter, MayBeLongerThanTheSequence) {
  // Mirrored again and again: 4 1 1 4 4 1 1 4 4 around the first, of which five are 4.
  EXPECT_EQ(median_filter({4, 1}, 9), (std::vector<double>{4, 1}));
  EXPECT_EQ(median_filter({7}, 5), std::vector<double>{7});
  EXPECT_TRUE(median_filter({}, 5).empty());
}

TEST(FindEvents, BeginWhereTheThresholdIsReachedAndEndBelowIt) {
  const std::vector<Event> events = find({0.1, 0.5, 0.7, 0.4, 0.9}, rule(0.5, 0.5));
  EXPECT_EQ(times(events), (Times{{1, 3}, {4, 5}}));
  EXPECT_DOUBLE_EQ(events[0].score, 0.6);
  EXPECT_DOUBLE_EQ(events[1].score, 0.9);
}

TEST(FindEvents, GoOnDownToTheLowerThreshold) {
  const std::vector<double> scores{0.4, 0.6, 0.4, 0.3, 0.2, 0.4, 0.4};
  EXPECT_EQ(times(find(scores, rule(0.6, 0.3))), (Times{{1, 4}}))
      << "0.4 goes on with an event, but begins none";
  EXPECT_EQ(times(find(scores, rule(0.6, 0.6))), (Times{{1, 2}}));
}

TEST(FindEvents, ReachToTheBordersOfTheClip) {
  EXPECT_EQ(times(find({1, 1, 1}, rule(0.5, 0.5))), (Times{{0, 3}}));
  EXPECT_EQ(times(find({1, 0, 1}, rule(0.5, 0.5))), (Times{{0, 1}, {2, 3}}));
}

TEST(FindEvents, AClipMayHaveNone) {
  EXPECT_TRUE(find({0.1, 0.2}, rule(0.5, 0.2)).empty());
  EXPECT_TRUE(find({}, rule(0.5, 0.5)).empty());
}

TEST(FindEvents, FlickerGoesInAMedianFilter) {
  EventRule smooth = rule(0.5, 0.5);
  smooth.median_windows = 3;
  EXPECT_EQ(times(find({0, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 0}, smooth)), (Times{{5, 10}}));
}

TEST(FindEvents, GapsShorterThanTheLimitAreBridged) {
  EventRule bridging = rule(0.5, 0.5);
  bridging.max_gap = 2;
  EXPECT_EQ(times(find({1, 0, 1, 0, 0, 1}, bridging)), (Times{{0, 3}, {5, 6}}))
      << "a gap of exactly the limit stays";
  bridging.max_gap = 2.1;
  EXPECT_EQ(times(find({1, 0, 1, 0, 0, 1}, bridging)), (Times{{0, 6}}));
}

TEST(FindEvents, LimitsHoldThoughTimesAreRounded) {
  // From 0.7 s to 1 s and from 0.3 s to 0.6 s it is less than 0.3 s in binary.
  const std::vector<Stretch> tenths = frames_of(windows(12, 0.1, 0.1));
  ASSERT_LT(tenths[10].start - tenths[6].end, 0.3);
  ASSERT_LT(tenths[5].end - tenths[3].start, 0.3);
  EventRule bridging = rule(0.5, 0.5);
  bridging.max_gap = 0.3;
  EXPECT_EQ(find_events({0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0}, tenths, bridging).size(), 2u);
  EventRule lasting = rule(0.5, 0.5);
  lasting.min_duration = 0.3;
  EXPECT_EQ(find_events({0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0}, tenths, lasting).size(), 1u);
}

TEST(FindEvents, ShorterThanTheLimitAreDroppedAfterGapsAreBridged) {
  EventRule lasting = rule(0.5, 0.5);
  lasting.min_duration = 3;
  EXPECT_EQ(times(find({1, 0, 1, 0, 1, 1, 1}, lasting)), (Times{{4, 7}}));
  lasting.max_gap = 1.5;
  EXPECT_EQ(times(find({1, 0, 1, 0, 0, 1, 1}, lasting)), (Times{{0, 3}}));
}

TEST(FindEvents, OfOverlappingWindowsTouchAndNeverOverlap) {
  const std::vector<double> scores{1, 0, 1, 1, 0, 1};
  const std::vector<Event> events =
      find_events(scores, frames_of(windows(6, 1, 0.25)), rule(0.5, 0.5));
  EXPECT_EQ(times(events), (Times{{0, 0.625}, {0.875, 1.375}, {1.625, 2.25}}));
}

TEST(FindEvents, HaveTheMeanOrTheLargestScore) {
  EventRule peak = rule(0.5, 0.2);
  EXPECT_DOUBLE_EQ(find({0.5, 0.9, 0.4}, peak)[0].score, 0.6);
  peak.peak = true;
  EXPECT_DOUBLE_EQ(find({0.5, 0.9, 0.4}, peak)[0].score, 0.9);
}

TEST(FindEvents, WindowsThatWereLeftOutAreInNoMean) {
  EventRule bridging = rule(0.5, 0.5);
  bridging.max_gap = 1.5;
  const std::vector<Event> events = find({0.6, left_out, 0.8, left_out}, bridging);
  EXPECT_EQ(times(events), (Times{{0, 3}}));
  EXPECT_DOUBLE_EQ(events[0].score, 0.7);
}

TEST(FindEvents, OfSeveralClassesComeByStartThenByClass) {
  EventRule by;
  by.on = {0.5, 0.9, 0.5};
  by.off = {0.5, 0.1, 0.5};
  const std::vector<double> scores{0.0, 0.8, 0.0,   // none: the threshold of class 1 is higher
                                   0.0, 0.9, 0.7,   //
                                   0.6, 0.2, 0.7};  //
  const std::vector<Event> events = find_events(scores, frames_of(windows(3, 1, 1)), by);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(times(events), (Times{{1, 3}, {1, 3}, {2, 3}}));
  EXPECT_EQ(events[0].label, 1u);
  EXPECT_EQ(events[1].label, 2u);
  EXPECT_EQ(events[2].label, 0u);
}

}  // namespace
}  // namespace melgraph::post
