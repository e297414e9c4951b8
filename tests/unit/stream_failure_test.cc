#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "stream_testing.h"
#include "stream_worker.h"

namespace melgraph::stream {
namespace {

constexpr std::size_t tenth = 800;  ///< frames of a tenth of a second

Run run_at(std::int64_t start) {
  return {8000, 1, start, nullptr};
}

bool push_tenth(StreamWorker& worker, int number) {
  return worker.push(counting(number * 800, tenth).data(), tenth);
}

struct Failing {
  const char* name;
  fake::EngineOptions options;
  const char* told;     ///< order of what is told of 4 windows
  const char* message;  ///< part of it
};

Failing failing_window() {
  Failing failing{"Window", {}, "RRX", "window 2 fails"};
  failing.options.fail_window = 2;
  return failing;
}
Failing failing_push() {
  Failing failing{"Push", {}, "RRX", "damaged"};
  failing.options.fail_push = 2;
  return failing;
}
Failing failing_session() {
  Failing failing{"Session", {}, "X", "wrong channels"};
  failing.options.fail_session = true;
  return failing;
}

class StreamFailure : public testing::TestWithParam<Failing> {
 protected:
  /// Push 4 windows one by one.
  void fail(StreamWorker& worker) {
    worker.begin_run(run_at(0));
    for (int i = 0; i < 4; ++i) {
      push_tenth(worker, i);
      worker.settle();
    }
  }
};

TEST_P(StreamFailure, IsToldOnceAndLaterSoundIsIgnored) {
  fake::Engine engine(GetParam().options);
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  fail(worker);
  EXPECT_TRUE(worker.failed());
  EXPECT_FALSE(worker.settle());
  EXPECT_FALSE(push_tenth(worker, 4));
  worker.begin_run(run_at(10 * second));
  EXPECT_FALSE(push_tenth(worker, 100));
  EXPECT_FALSE(worker.drain());
  EXPECT_FALSE(worker.drain());
  EXPECT_EQ(told.order(), GetParam().told);
  ASSERT_EQ(told.count(Kind::failure), 1U);
  EXPECT_NE(told.all(Kind::failure)[0].message.find(GetParam().message), std::string::npos);
  EXPECT_EQ(engine.open_sessions(), 0U);
}

TEST_P(StreamFailure, AFlushRevivesTheStream) {
  fake::Engine engine(GetParam().options);
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  fail(worker);
  worker.flush_begin();
  worker.flush_end();
  EXPECT_FALSE(worker.failed());
  fail(worker);
  EXPECT_TRUE(worker.failed());
  EXPECT_EQ(told.order(), std::string(GetParam().told) + "F" + GetParam().told);
}

TEST_P(StreamFailure, AnotherGraphRevivesTheStreamWithTheRightTimes) {
  fake::Engine engine(GetParam().options);
  fake::Engine other;
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  fail(worker);
  push_tenth(worker, 4);
  worker.replace(open_graph(other));
  told.wait_for(Kind::graph, 1);
  EXPECT_FALSE(worker.failed());
  ASSERT_TRUE(push_tenth(worker, 5));
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), std::string(GetParam().told) + "GRE");
  const Told result = told.all(Kind::result).back();
  EXPECT_EQ(result.start, second / 2);
  EXPECT_EQ(result.values[0], 4000);
}

TEST_P(StreamFailure, MayBeAnsweredWithAnotherGraphAtOnce) {
  fake::Engine engine(GetParam().options);
  fake::Engine other;
  Collector told;
  StreamWorker* failing = nullptr;
  told.hook = [&](const Told& one) {
    if (one.kind == Kind::failure) failing->replace(open_graph(other));
  };
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  failing = &worker;
  worker.begin_run(run_at(0));
  int pushed = 0;
  for (; told.count(Kind::failure) == 0; pushed += 400) {
    ASSERT_TRUE(worker.push(counting(pushed, 400).data(), 400));
    worker.settle();
  }
  told.wait_for(Kind::graph, 1);
  const std::size_t before = told.count(Kind::result);
  ASSERT_TRUE(worker.push(counting(pushed, tenth).data(), tenth));
  EXPECT_TRUE(worker.drain());
  const auto results = told.all(Kind::result);
  ASSERT_EQ(results.size(), before + 1);
  EXPECT_EQ(results.back().start, static_cast<std::int64_t>(pushed) * 125000);
  EXPECT_FALSE(worker.failed());
}

TEST(StreamFailures, AGraphThatWaitsForABorderComesAfterAFailure) {
  fake::EngineOptions options;
  options.fail_push = 1;
  fake::Engine engine(options);
  fake::Engine other;
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  worker.begin_run(run_at(0));
  ASSERT_TRUE(worker.push(counting(0, 400).data(), 400));
  ASSERT_TRUE(worker.settle());
  worker.replace(open_graph(other));
  worker.push(counting(400, 400).data(), 400);
  told.wait_for(Kind::graph, 1);
  ASSERT_TRUE(push_tenth(worker, 1));
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "XGRE");
  EXPECT_EQ(told.all(Kind::result)[0].start, second / 10);
}

TEST(StreamFailures, AGraphThatWaitsForABorderComesAfterTheListenersToo) {
  fake::Engine engine;
  fake::Engine other;
  Collector told;
  std::atomic<bool> full{false};
  told.hook = [&](const Told& one) {
    if (one.kind == Kind::position && full.exchange(false)) throw std::runtime_error("full");
  };
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  worker.begin_run(run_at(0));
  ASSERT_TRUE(worker.push(counting(0, 400).data(), 400));
  ASSERT_TRUE(worker.settle());
  full = true;
  worker.replace(open_graph(other));
  told.wait_for(Kind::graph, 1);
  EXPECT_EQ(told.order(), "XG");
}

TEST_P(StreamFailure, HasBeenToldBeforeItIsSeen) {
  fake::Engine engine(GetParam().options);
  Collector told;
  StreamWorker* failing = nullptr;
  bool seen = true;
  told.hook = [&](const Told& one) {
    if (one.kind == Kind::failure) seen = failing->failed();
  };
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  failing = &worker;
  fail(worker);
  EXPECT_FALSE(seen);
}

INSTANTIATE_TEST_SUITE_P(Of, StreamFailure,
                         testing::Values(failing_window(), failing_push(), failing_session()),
                         [](const auto& tested) { return tested.param.name; });

TEST(StreamFailures, AGraphThatCannotBeOpenedSaysWhy) {
  fake::EngineOptions options;
  options.fail_graph = true;
  const fake::Engine engine(options);
  try {
    open_graph(engine);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_graph);
    EXPECT_STREQ(error.what(), "the graph is broken");
  }
}

TEST(StreamFailures, WhileDrainingLetTheProducerGo) {
  fake::EngineOptions options{0.1, 0.1, true};
  options.fail_window = 1;
  fake::Engine engine(options);
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  worker.begin_run(run_at(0));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(push_tenth(worker, i));
  std::thread release([&] {
    engine.wait_for_windows(3);
    engine.run_freely();
  });
  EXPECT_FALSE(worker.drain());
  release.join();
  EXPECT_EQ(told.order(), "RX");
}

TEST(StreamFailures, OfTheOldGraphDoNotStopTheNewOne) {
  fake::EngineOptions options{0.1, 0.1, true};
  options.fail_window = 0;
  fake::Engine engine(options);
  fake::Engine other;
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  worker.begin_run(run_at(0));
  ASSERT_TRUE(worker.push(counting(0, 400).data(), 400));
  engine.wait_for_sessions(1);
  worker.replace(open_graph(other));
  ASSERT_TRUE(worker.push(counting(400, 400).data(), 400));
  engine.wait_for_windows(1);
  ASSERT_TRUE(push_tenth(worker, 1));
  other.wait_for_windows(1);
  engine.run_freely();
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "XGRE");
  EXPECT_EQ(told.all(Kind::result)[0].start, second / 10);
}

TEST(StreamFailures, WhatTheListenerThrowsEndsTheStream) {
  fake::Engine engine;
  Collector told;
  told.hook = [](const Told& one) {
    if (one.kind == Kind::result) throw std::runtime_error("full");
    if (one.kind == Kind::failure || one.kind == Kind::flush) throw 1;
  };
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  worker.begin_run(run_at(0));
  ASSERT_TRUE(push_tenth(worker, 0));
  EXPECT_FALSE(worker.settle());
  EXPECT_EQ(told.order(), "RX");
  EXPECT_EQ(told.all(Kind::failure)[0].message, "full");
  worker.flush_begin();
  worker.flush_end();
  EXPECT_FALSE(worker.failed());
}

}  // namespace
}  // namespace melgraph::stream
