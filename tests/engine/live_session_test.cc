// Sessions of live streams: restarts, windows that give way, progress, counts.
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "live_support.h"
#include "melgraph/engine.h"

namespace melgraph {
namespace {

using testing::add_test_types;
using testing::ClosedValve;
using testing::of_output;
using testing::rest_of;
using testing::steps;

const char* const valve_graph = R"({"melgraph": 1,
  "source": {"audio": {"sample_rate": 1000, "window": 0.1}},
  "nodes": [{"id": "level", "type": "test.valve", "inputs": {"audio": "source.audio"}},
            {"id": "clip", "type": "aggregate.mean", "inputs": {"scores": "level"}}],
  "outputs": {"windows": "level", "clip": "clip"}})";

SessionOptions stream(Overflow overflow = Overflow::wait, int max_queued = 0) {
  SessionOptions options;
  options.sample_rate = 1000;
  options.overflow = overflow;
  options.max_queued = max_queued;
  return options;
}

std::vector<float> values_of(const std::vector<Result>& results) {
  std::vector<float> values;
  for (const Result& result : results) values.push_back(result.values.front());
  return values;
}

/// An engine with one worker that takes one window at a time, and the graph with the valve.
class LiveSession : public ::testing::Test {
 protected:
  LiveSession() : LiveSession(1) {}
  explicit LiveSession(int max_batch) : engine_(options(max_batch)) {
    add_test_types(engine_);
    graph_ = engine_.load_text(valve_graph, "live", "");
  }

  static EngineOptions options(int max_batch) {
    EngineOptions made;
    made.jobs = 1;
    made.max_batch = max_batch;
    return made;
  }

  /// Close the worker in with window 0 and push the others behind it.
  std::unique_ptr<Session> overflowing(Overflow overflow) {
    auto session = engine_.open(graph_, stream(overflow, 2));
    const auto sound = steps(7);
    session->push(sound.data(), 100);
    testing::wait_for_valve();
    session->push(sound.data() + 100, 600);
    return session;
  }

  Engine engine_;
  Graph graph_;
};

class LiveSessionInBatches : public LiveSession {
 protected:
  LiveSessionInBatches() : LiveSession(8) {}
};

TEST_F(LiveSession, ARestartDropsOnlyTheUnfinishedWindowAndGoesOnInAnotherFormat) {
  auto session = engine_.open(graph_, stream());
  const auto before = steps(3);
  std::vector<float> after(2 * 2 * 250);  // 0.25 s in two channels at 1000 Hz, then at 2000 Hz
  for (std::size_t i = 0; i < after.size(); ++i) after[i] = static_cast<float>(i % 7);
  session->push(before.data(), 250);
  session->restart(10, 2000, 2);
  session->push(after.data(), 500);
  session->drain();
  const auto all = rest_of(*session);
  const auto windows = of_output(graph_, all, "windows");

  SessionOptions alone = stream();
  alone.sample_rate = 2000;
  alone.channels = 2;
  alone.start = 10;
  auto fresh = engine_.open(graph_, alone);
  fresh->push(after.data(), 500);
  fresh->drain();
  const auto expected = of_output(graph_, rest_of(*fresh), "windows");

  ASSERT_EQ(expected.size(), 2u);
  ASSERT_EQ(windows.size(), 4u);
  EXPECT_FLOAT_EQ(windows[1].values[0], 1);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(windows[i].index, static_cast<std::int64_t>(i));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(windows[i + 2].values, expected[i].values);
    EXPECT_EQ(windows[i + 2].start, expected[i].start);
    EXPECT_EQ(windows[i + 2].end, expected[i].end);
  }
  const auto clip = of_output(graph_, all, "clip");
  ASSERT_EQ(clip.size(), 1u);
  EXPECT_EQ(clip[0].start, 0);
  EXPECT_DOUBLE_EQ(clip[0].end, 10.2);
  EXPECT_EQ(session->report().windows, 4u);
}

TEST_F(LiveSession, ADrainBehindARestartGivesWhatIsPerClip) {
  auto session = engine_.open(graph_, stream());
  const auto sound = steps(3);
  session->push(sound.data(), 250);
  session->restart(10, 1000, 1);
  session->drain();
  const auto all = rest_of(*session);
  ASSERT_EQ(of_output(graph_, all, "clip").size(), 1u);
  EXPECT_FLOAT_EQ(of_output(graph_, all, "clip")[0].values[0], 0.5);
  EXPECT_EQ(of_output(graph_, all, "windows").size(), 2u);
  EXPECT_TRUE(session->ended());
}

TEST_F(LiveSession, ARestartInThePastIsRefusedAndTheSessionGoesOn) {
  auto session = engine_.open(graph_, stream());
  const auto sound = steps(2);
  session->push(sound.data(), 150);
  try {
    session->restart(0.1, 1000, 1);
    FAIL() << "went back in time";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_STREQ(error.what(), "sound at 0.1 s cannot follow sound that ends at 0.15 s");
  }
  session->push(sound.data() + 150, 50);
  session->drain();
  EXPECT_EQ(values_of(of_output(graph_, rest_of(*session), "windows")), (std::vector<float>{0, 1}));
}

TEST_F(LiveSession, TheOldestWindowsThatNoWorkerHasTakenGiveWay) {
  std::unique_ptr<Session> session;
  {
    const ClosedValve closed;
    session = overflowing(Overflow::drop_oldest);
    const SessionReport report = session->report();
    EXPECT_EQ(report.windows, 7u);
    EXPECT_EQ(report.dropped, 4u);
    EXPECT_EQ(report.outstanding, 3u);
    session->drain();
  }
  const auto all = rest_of(*session);
  const auto windows = of_output(graph_, all, "windows");
  EXPECT_EQ(values_of(windows), (std::vector<float>{0, 5, 6}));
  for (std::size_t i = 0; i < windows.size(); ++i) {
    EXPECT_EQ(windows[i].index, static_cast<std::int64_t>(i));
    EXPECT_DOUBLE_EQ(windows[i].start, windows[i].values[0] * 0.1);
  }
  const auto clip = of_output(graph_, all, "clip");
  ASSERT_EQ(clip.size(), 1u);
  EXPECT_FLOAT_EQ(clip[0].values[0], 11.0f / 3);
  EXPECT_DOUBLE_EQ(clip[0].end, 0.7);
  EXPECT_EQ(session->report().outstanding, 0u);
}

TEST_F(LiveSession, TheNewestWindowsAreDropped) {
  std::unique_ptr<Session> session;
  {
    const ClosedValve closed;
    session = overflowing(Overflow::drop_newest);
    EXPECT_EQ(session->report().dropped, 4u);
    session->drain();
  }
  const auto all = rest_of(*session);
  EXPECT_EQ(values_of(of_output(graph_, all, "windows")), (std::vector<float>{0, 1, 2}));
  EXPECT_FLOAT_EQ(of_output(graph_, all, "clip").at(0).values[0], 1);
  EXPECT_TRUE(session->ended());
}

TEST_F(LiveSession, ThousandsOfDroppedWindowsDoNotCostTheEnd) {
  std::unique_ptr<Session> session;
  {
    const ClosedValve closed;
    session = engine_.open(graph_, stream(Overflow::drop_oldest, 1));
    const auto sound = steps(5000);
    session->push(sound.data(), 100);
    testing::wait_for_valve();
    session->push(sound.data() + 100, sound.size() - 100);
    EXPECT_EQ(session->report().dropped, 4998u);
    session->drain();
  }
  EXPECT_EQ(values_of(of_output(graph_, rest_of(*session), "windows")),
            (std::vector<float>{0, 4999}));
}

TEST_F(LiveSession, APushThatDropsNeverWaitsThoughTheGraphsQueueIsFull) {
  const auto sound = steps(20);
  std::vector<std::unique_ptr<Session>> dropping;
  auto waiting = engine_.open(graph_, stream());
  std::thread producer;
  {
    const ClosedValve closed;
    producer = std::thread([&] {
      waiting->push(sound.data(), sound.size());
      waiting->drain();
    });
    // One window is with the worker, three fill the queue, the fifth waits for room.
    while (waiting->report().windows < 5) std::this_thread::yield();
    for (int i = 0; i < 32; ++i) {
      const Overflow overflow = i % 2 == 0 ? Overflow::drop_oldest : Overflow::drop_newest;
      dropping.push_back(engine_.open(graph_, stream(overflow, 1)));
      dropping.back()->push(sound.data(), sound.size());
      EXPECT_EQ(dropping.back()->report().dropped, 19u);
      dropping.back()->drain();
    }
    EXPECT_EQ(waiting->report().windows, 5u);
  }
  for (std::size_t i = 0; i < dropping.size(); ++i) {
    const float kept = i % 2 == 0 ? 19 : 0;
    EXPECT_EQ(values_of(of_output(graph_, rest_of(*dropping[i]), "windows")),
              (std::vector<float>{kept}));
  }
  EXPECT_EQ(of_output(graph_, rest_of(*waiting), "windows").size(), 20u);
  producer.join();
}

TEST_F(LiveSessionInBatches, SessionsThatDropShareBatches) {
  const auto sound = steps(1);
  std::vector<std::unique_ptr<Session>> sessions;
  {
    const ClosedValve closed;
    for (int i = 0; i < 9; ++i) {
      sessions.push_back(engine_.open(graph_, stream(Overflow::drop_oldest, 1)));
      sessions.back()->push(sound.data(), sound.size());
      if (i == 0) testing::wait_for_valve();
      sessions.back()->drain();
    }
  }
  for (const auto& session : sessions) EXPECT_EQ(rest_of(*session).size(), 2u);
  EXPECT_EQ(engine_.report(graph_).batches, 2u);  // the first alone, then eight
}

TEST_F(LiveSession, ASessionWaitsForRoomInItsShareAndACancelFromElsewhereWakesIt) {
  const ClosedValve closed;
  const auto sound = steps(20);
  auto session = engine_.open(graph_, stream(Overflow::wait, 1));
  std::thread producer([&] { session->push(sound.data(), sound.size()); });
  while (session->report().windows < 3) std::this_thread::yield();
  session->cancel();
  producer.join();
  EXPECT_EQ(session->report().windows, 3u);
  EXPECT_EQ(session->report().outstanding, 0u);
  EXPECT_TRUE(session->ended());
  EXPECT_THROW(session->push(sound.data(), 1), Error);
}

TEST_F(LiveSession, ProgressWakesAConsumerForEveryResultAndTheEnd) {
  struct {
    std::mutex mutex;
    std::condition_variable changed;
    int told = 0;
  } news;
  SessionOptions options = stream();
  options.on_progress = [&] {
    const std::lock_guard lock(news.mutex);
    ++news.told;
    news.changed.notify_all();
  };
  auto session = engine_.open(graph_, options);
  std::vector<Result> all;
  std::thread consumer([&] {
    for (int seen = 0; !session->ended();) {
      std::unique_lock lock(news.mutex);
      news.changed.wait(lock, [&] { return news.told > seen; });
      seen = news.told;
      lock.unlock();
      Result result;
      while (session->poll(result)) all.push_back(result);
    }
  });
  const auto sound = steps(10);
  for (std::size_t i = 0; i < sound.size(); i += 50) session->push(sound.data() + i, 50);
  session->drain();
  consumer.join();
  EXPECT_EQ(of_output(graph_, all, "windows").size(), 10u);
  EXPECT_EQ(of_output(graph_, all, "clip").size(), 1u);
}

TEST_F(LiveSession, ProgressTellsOfTheEndWhereTheDrainItselfMakesIt) {
  std::atomic<int> told{0};
  SessionOptions options = stream();
  options.on_progress = [&] { ++told; };
  auto session = engine_.open(graph_, options);
  const auto sound = steps(1);
  session->push(sound.data(), sound.size());
  while (told == 0) std::this_thread::yield();
  session->drain();
  EXPECT_EQ(told, 2);
  Result result;
  ASSERT_TRUE(session->poll(result));
  EXPECT_FALSE(session->ended()) << "the clip was not taken yet";
  ASSERT_TRUE(session->poll(result));
  EXPECT_FALSE(session->poll(result));
  EXPECT_TRUE(session->ended());
}

TEST_F(LiveSession, ProgressTellsOfAFailureAndNothingAfterACancel) {
  std::atomic<int> told{0};
  SessionOptions options = stream();
  options.on_progress = [&] { ++told; };
  auto failing = engine_.open(graph_, options);
  const std::vector<float> bad(1, NAN);
  EXPECT_THROW(failing->push(bad.data(), 1), Error);
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(failing->ended());
  Result result;
  EXPECT_THROW(failing->poll(result), Error);

  const auto sound = steps(4);
  {
    const ClosedValve closed;
    auto cancelled = engine_.open(graph_, options);
    cancelled->push(sound.data(), 100);
    testing::wait_for_valve();
    cancelled->cancel();
  }
  auto next = engine_.open(graph_, stream());  // behind the cancelled window in the same worker
  next->push(sound.data(), sound.size());
  next->drain();
  rest_of(*next);
  EXPECT_EQ(told, 1);
}

TEST_F(LiveSession, AFlushBeginsTheCountsAnew) {
  std::unique_ptr<Session> session;
  {
    const ClosedValve closed;
    session = overflowing(Overflow::drop_oldest);
    session->flush(5);
    EXPECT_EQ(session->report().windows, 0u);
    EXPECT_EQ(session->report().dropped, 0u);
  }
  const auto sound = steps(2);
  session->push(sound.data(), 150);
  session->drain();
  const auto windows = of_output(graph_, rest_of(*session), "windows");
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].start, 5);
  EXPECT_EQ(windows[0].index, 0);
  EXPECT_EQ(session->report().windows, 1u);
}

TEST_F(LiveSession, RefusesAPolicyWithoutABound) {
  EXPECT_THROW(engine_.open(graph_, stream(Overflow::drop_oldest, 0)), Error);
  EXPECT_THROW(engine_.open(graph_, stream(Overflow::wait, -1)), Error);
  SessionOptions never = stream();
  never.start = NAN;
  EXPECT_THROW(engine_.open(graph_, never), Error);
}

TEST_F(LiveSession, AGraphForClipsRunsOnWindowsOfTheRun) {
  const std::string text = R"({"melgraph": 1, "source": {"whole": {"sample_rate": 1000}},
    "nodes": [{"id": "level", "type": "post.mean", "inputs": {"values": "source.whole"}}],
    "outputs": {"level": "level"}})";
  GraphOptions options;
  options.window = 0.2;
  const Graph graph = engine_.load_text(text, "clips", "", options);
  ASSERT_EQ(graph.views().size(), 1u);
  EXPECT_EQ(graph.views()[0].name, "whole");
  EXPECT_EQ(graph.views()[0].sample_rate, 1000);
  EXPECT_EQ(graph.views()[0].channels, 1);
  EXPECT_DOUBLE_EQ(graph.views()[0].window, 0.2);
  EXPECT_DOUBLE_EQ(graph.views()[0].hop, 0.2);
  EXPECT_EQ(engine_.load_text(text, "clips", "").views()[0].window, 0);
  auto session = engine_.open(graph, stream());
  const auto sound = steps(2, 200);
  session->push(sound.data(), sound.size());
  Result result;
  ASSERT_TRUE(session->wait(result)) << "no drain: results come while sound does";
  EXPECT_EQ(result.values[0], 0);
}

}  // namespace
}  // namespace melgraph
