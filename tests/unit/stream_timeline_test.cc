#include <gtest/gtest.h>

#include "sound_queue.h"
#include "timeline.h"

namespace melgraph::stream {
namespace {

constexpr std::int64_t second = 1000000000;

/// `numerator` / `denominator` seconds to the nearest nanosecond, in whole numbers.
std::int64_t exact(std::int64_t numerator, std::int64_t denominator) {
  __extension__ using Wide = __int128;
  const Wide twice = Wide(numerator) * second * 2 / denominator;
  return static_cast<std::int64_t>((twice + 1) / 2);
}

Run run_at(std::int64_t media_start, int rate = 48000) {
  return {rate, 1, media_start, nullptr};
}

TEST(StreamTimeline, FramesLastToTheNearestNanosecondForYears) {
  EXPECT_EQ(nanoseconds_of(1, 44100), 22676);  // 22675.74
  EXPECT_EQ(nanoseconds_of(1, 48000), 20833);  // 20833.33
  const std::int64_t years = std::int64_t{96000} * 86400 * 3650;
  for (const int rate : {8000, 11025, 22050, 44100, 48000, 88200, 96000}) {
    EXPECT_EQ(nanoseconds_of(years + 7, rate), exact(years + 7, rate)) << rate;
  }
}

TEST(StreamTimeline, WindowsOfADayAreNeverANanosecondOff) {
  for (const int rate : {8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000}) {
    const std::int64_t begin = 123456789;
    Timeline timeline;
    timeline.begin(run_at(begin, rate));
    const std::int64_t hop = rate / 100 * 7 + 1;
    const std::int64_t window = 3 * hop + 1;
    const std::int64_t day = std::int64_t{86400} * rate;
    std::int64_t received = 0;
    for (std::int64_t start = 0; start + window <= day; start += hop * 101) {
      timeline.add(start + window - received, start);
      received = start + window;
      // As a session sums it up.
      const double seconds = static_cast<double>(start) / rate;
      const double end = static_cast<double>(start + window) / rate;
      ASSERT_EQ(timeline.at_start(seconds).nanoseconds, begin + exact(start, rate)) << rate;
      ASSERT_EQ(timeline.at_end(end).nanoseconds, begin + exact(start + window, rate)) << rate;
    }
  }
}

TEST(StreamTimeline, TimesOfAnotherRateAreRight) {
  Timeline timeline;
  timeline.begin(run_at(second, 44100));
  timeline.add(std::int64_t{44100} * 3600, 0);
  for (const std::int64_t n : {1, 16000, 57599999}) {
    const std::int64_t found = timeline.at_start(static_cast<double>(n) / 16000).nanoseconds;
    EXPECT_EQ(found, second + exact(n, 16000));
  }
}

TEST(StreamTimeline, AJumpForwardKeepsItsLengthAndAJumpBackHasNone) {
  Timeline timeline;
  timeline.begin(run_at(10 * second));
  timeline.add(48000, 0);
  timeline.begin(run_at(21 * second));  // ten seconds are missing
  EXPECT_DOUBLE_EQ(timeline.start(), 11);
  timeline.add(48000, 0);
  timeline.begin(run_at(second));
  EXPECT_DOUBLE_EQ(timeline.start(), 12);
  timeline.add(48000, 0);
  EXPECT_EQ(timeline.at_start(0.5).nanoseconds, 10 * second + second / 2);
  EXPECT_EQ(timeline.at_start(11.5).nanoseconds, 21 * second + second / 2);
  EXPECT_EQ(timeline.at_start(12.5).nanoseconds, second + second / 2);
}

TEST(StreamTimeline, ABorderEndsTheRunBeforeAndStartsTheOneAfter) {
  Timeline timeline;
  timeline.begin(run_at(10 * second));
  timeline.add(48000, 0);
  timeline.begin(run_at(second));
  timeline.begin(run_at(second / 2, 44100));  // the one before had no sound
  timeline.add(44100, 0);
  EXPECT_EQ(timeline.at_end(1).nanoseconds, 11 * second);
  EXPECT_EQ(timeline.at_end(1).run->sample_rate, 48000);
  EXPECT_EQ(timeline.at_start(1).nanoseconds, second / 2);
  EXPECT_EQ(timeline.at_start(1).run->sample_rate, 44100);
}

TEST(StreamTimeline, SkippedFramesRoundOnce) {
  Timeline timeline;
  timeline.begin(run_at(5, 44100), 1);
  timeline.add(44100, 0);
  EXPECT_EQ(timeline.at_start(0).nanoseconds, 5 + exact(1, 44100));
  EXPECT_EQ(timeline.at_start(1.0 / 44100).nanoseconds, 5 + exact(2, 44100));
}

TEST(StreamTimeline, RemembersTheFirstRunAndTheLastThousand) {
  Timeline timeline;
  for (int i = 0; i < 5000; ++i) {
    timeline.begin(run_at(i * 10 * second));
    timeline.add(48000, 0);
  }
  EXPECT_EQ(timeline.at_start(0.5).nanoseconds, second / 2);
  EXPECT_EQ(timeline.at_start(timeline.end() - 0.5).nanoseconds, 49990 * second + second / 2);
  EXPECT_EQ(timeline.at_start(timeline.end() - 4990.5).nanoseconds, 45000 * second + second / 2);
}

TEST(StreamTimeline, SoundHasArrivedWhenItsLastSampleHas) {
  Timeline timeline;
  EXPECT_EQ(timeline.arrival(1), 0);
  timeline.begin(run_at(0));
  timeline.add(4800, 100);
  timeline.add(4800, 200);
  timeline.add(4800, 300);
  EXPECT_EQ(timeline.arrival(0.1), 100);
  EXPECT_EQ(timeline.arrival(0.11), 200);
  EXPECT_EQ(timeline.arrival(0.3), 300);
  EXPECT_EQ(timeline.arrival(7), 300);
}

TEST(StreamTimeline, ArrivalsOfSingleSamplesAreKeptForSeconds) {
  Timeline timeline;
  timeline.begin(run_at(0));
  for (int i = 0; i < 480000; ++i) timeline.add(1, i);
  for (const int at : {240000, 300000, 479999}) {
    EXPECT_GE(timeline.arrival((at + 1) / 48000.0), at);
    EXPECT_LE(timeline.arrival((at + 1) / 48000.0), at + 96);
  }
}

TEST(StreamSoundQueue, GivesSoundAndBordersInOrder) {
  SoundQueue queue;
  const std::vector<float> sound(5000);
  queue.begin_run(run_at(0));
  queue.add(sound.data(), 100, 1);
  queue.add(sound.data(), 60, 2);
  queue.add(sound.data(), 5000, 3);
  queue.end();
  EXPECT_EQ(queue.duration(), exact(100, 48000) + exact(60, 48000) + exact(5000, 48000));
  EXPECT_EQ(std::get<stream::Run>(queue.pop()).media_start, 0);
  const auto joined = std::get<SoundQueue::Sound>(queue.pop());
  EXPECT_EQ(joined.frames, 160);
  EXPECT_EQ(joined.samples.size(), 160U);
  EXPECT_EQ(joined.arrival, 2);
  EXPECT_EQ(std::get<SoundQueue::Sound>(queue.pop()).frames, 5000);
  EXPECT_EQ(queue.duration(), 0);
  EXPECT_TRUE(std::holds_alternative<SoundQueue::Drain>(queue.pop()));
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.has_run());
}

TEST(StreamSoundQueue, WhatFollowsAGapKnowsItsTimeHoweverOftenThereIsOne) {
  SoundQueue queue;
  const float sample = 0;
  queue.begin_run(run_at(second, 44100));
  std::int64_t last = 0;
  for (int i = 0; i < 1000; ++i) {
    queue.add(&sample, 1, 0);
    EXPECT_EQ(queue.leave_out(1), exact(1, 44100));
    while (!queue.empty()) {
      const SoundQueue::Item item = queue.pop();
      if (const stream::Run* run = std::get_if<stream::Run>(&item)) last = run->media_start;
    }
  }
  EXPECT_EQ(last, second + exact(1998, 44100));
}

TEST(StreamSoundQueue, DroppingWhatWaitsDropsItsBordersToo) {
  SoundQueue queue;
  const std::vector<float> sound(48000);
  queue.begin_run(run_at(0));
  queue.add(sound.data(), 48000, 0);
  queue.begin_run(run_at(100 * second));
  queue.add(sound.data(), 48000, 0);
  EXPECT_EQ(queue.drop_waiting(), 2 * second);
  EXPECT_TRUE(queue.empty());
  queue.add(sound.data(), 480, 0);
  EXPECT_EQ(std::get<stream::Run>(queue.pop()).media_start, 101 * second);
}

TEST(StreamSoundQueue, RunsWithoutSoundDoNotPileUp) {
  SoundQueue queue;
  for (int i = 0; i < 1000; ++i) queue.begin_run(run_at(i));
  EXPECT_EQ(std::get<stream::Run>(queue.pop()).media_start, 999);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace melgraph::stream
