#include "stream_worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "stream_testing.h"

namespace melgraph::stream {
namespace {

constexpr std::size_t tenth = 800;  ///< frames of a tenth of a second at `rate`
constexpr int rate = 8000;

Run run_at(std::int64_t start, int sample_rate = rate, int channels = 1) {
  return {sample_rate, channels, start, nullptr};
}

void push(StreamWorker& worker, std::int64_t first, std::size_t frames) {
  ASSERT_TRUE(worker.push(counting(first, frames).data(), frames));
}

struct Cut {
  int sample_rate;
  int window;  ///< frames
  int hop;
};

class StreamWorkerTimes : public testing::TestWithParam<std::tuple<std::size_t, Cut>> {};

TEST_P(StreamWorkerTimes, AreTheSameAndExactForBuffersOfAnySize) {
  const auto [buffer, cut] = GetParam();
  const double per_second = cut.sample_rate;
  fake::Engine engine({cut.window / per_second, cut.hop / per_second});
  Collector told;
  StreamWorker worker(told, open_graph(engine), {4, Leaky::no});
  const std::int64_t begin = 1234567891;
  const auto total = static_cast<std::size_t>(cut.sample_rate) * 2;
  const std::vector<float> sound = counting(0, total);
  worker.begin_run(run_at(begin, cut.sample_rate));
  for (std::size_t at = 0; at < total; at += buffer) {
    ASSERT_TRUE(worker.push(sound.data() + at, std::min(buffer, total - at)));
  }
  ASSERT_TRUE(worker.settle());
  const std::vector<Told> results = told.all(Kind::result);
  const auto expected = (static_cast<std::int64_t>(total) - cut.window) / cut.hop + 1;
  ASSERT_EQ(static_cast<std::int64_t>(results.size()), expected);
  const auto time_of = [&](std::int64_t frame) {
    return begin + (frame * 2 * second / cut.sample_rate + 1) / 2;
  };
  for (std::int64_t n = 0; n < expected; ++n) {
    const Told& result = results[static_cast<std::size_t>(n)];
    ASSERT_EQ(result.index, n);
    ASSERT_EQ(result.start, time_of(n * cut.hop)) << n;
    ASSERT_EQ(result.start + result.duration, time_of(n * cut.hop + cut.window)) << n;
    ASSERT_EQ(result.values[0], static_cast<float>(n * cut.hop));
    ASSERT_EQ(result.values[1], static_cast<float>(n * cut.hop + cut.window - 1));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Buffers, StreamWorkerTimes,
    testing::Combine(testing::Values(1, 160, 4096, 48001),
                     testing::Values(Cut{8000, 1600, 800}, Cut{16000, 15600, 7800},
                                     Cut{44100, 4410, 1001}, Cut{48000, 4800, 4800},
                                     Cut{96000, 9600, 2400})));

TEST(StreamWorker, NoWindowHasSoundOfTwoRunsAndTimesFollowTheMedia) {
  fake::Engine engine;
  Collector told;
  StreamWorker worker(told, open_graph(engine), {4, Leaky::no});
  for (const std::int64_t start : {10 * second, 100 * second, 5 * second}) {
    worker.begin_run(run_at(start));
    push(worker, start / second * 10000, tenth * 5 / 2);
  }
  ASSERT_TRUE(worker.settle());
  std::string found;
  for (const Told& result : told.all(Kind::result)) {
    EXPECT_EQ(result.values[1] - result.values[0], 799);
    EXPECT_EQ(result.run_start, static_cast<std::int64_t>(result.values[0]) / 10000 * second);
    found += std::to_string(result.start / 1000000) + " ";
  }
  EXPECT_EQ(found, "10000 10100 100000 100100 5000 5100 ");
}

TEST(StreamWorker, ARunMayHaveAnotherFormat) {
  fake::Engine engine;
  Collector told;
  StreamWorker worker(told, open_graph(engine), {4, Leaky::no});
  worker.begin_run(run_at(0));
  push(worker, 0, tenth);
  worker.begin_run(run_at(second / 10, 44100, 2));
  const std::vector<float> stereo = counting(0, 4410 * 2 * 2);
  ASSERT_TRUE(worker.push(stereo.data(), 4410 * 2));
  ASSERT_TRUE(worker.settle());
  const auto results = told.all(Kind::result);
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[1].start, second / 10);
  EXPECT_EQ(results[2].start, second / 5);
  EXPECT_EQ(results[2].values[0], 8820);
  EXPECT_EQ(results[2].values[3], 4410);
}

TEST(StreamWorker, SettleReturnsOnceAllHasBeenTold) {
  fake::Engine engine({0.1, 0.1, true});
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  worker.begin_run(run_at(0));
  push(worker, 0, tenth * 4);
  std::thread release([&] {
    engine.wait_for_windows(4);
    engine.complete(3);
    told.wait_for(Kind::result, 3);
    engine.complete(1);
  });
  EXPECT_TRUE(worker.settle());
  EXPECT_EQ(told.count(Kind::result), 4U);
  release.join();
  EXPECT_EQ(worker.counts().windows, 4U);
  EXPECT_EQ(worker.counts().outstanding, 0U);
}

TEST(StreamWorker, SettleReturnsWhereWindowsGiveNoResults) {
  fake::EngineOptions options;
  options.windows = false;
  options.clip = true;
  fake::Engine engine(options);
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  worker.begin_run(run_at(0));
  push(worker, 0, tenth * 4);
  EXPECT_TRUE(worker.settle());
  EXPECT_EQ(told.count(Kind::result), 0U);
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "RE");
}

TEST(StreamWorker, SettleWithoutSoundReturns) {
  fake::Engine engine;
  Collector told;
  StreamWorker worker(told, open_graph(engine), {});
  EXPECT_TRUE(worker.settle());
  worker.begin_run(run_at(0));
  EXPECT_TRUE(worker.settle());
  push(worker, 0, 0);
  EXPECT_TRUE(worker.settle());
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "");
}

TEST(StreamWorker, DrainTellsAllAndThenTheEnd) {
  fake::EngineOptions options{0.1, 0.1, true};
  options.clip = true;
  fake::Engine engine(options);
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  worker.begin_run(run_at(second));
  push(worker, 0, tenth * 3 + 100);
  std::atomic<bool> drained{false};
  std::string told_by_then;
  std::thread producer([&] {
    EXPECT_TRUE(worker.drain());
    told_by_then = told.order();
    drained = true;
  });
  engine.complete(2);
  told.wait_for(Kind::result, 2);
  EXPECT_FALSE(drained);
  EXPECT_EQ(told.order(), "RR");
  engine.complete(1);
  producer.join();
  EXPECT_EQ(told_by_then, "RRRRE");
  const Told clip = told.all(Kind::result).back();
  EXPECT_EQ(clip.output, "clip");
  EXPECT_EQ(clip.start, second);
  EXPECT_EQ(clip.duration, second * 3 / 10);
  EXPECT_EQ(clip.values[0], 3);
  EXPECT_EQ(engine.open_sessions(), 0U);
}

TEST(StreamWorker, DrainWithoutSoundReturnsAtOnceAndTellsNothing) {
  fake::Engine engine;
  Collector told;
  StreamWorker worker(told, open_graph(engine), {});
  EXPECT_TRUE(worker.drain());
  EXPECT_TRUE(worker.drain());
  worker.begin_run(run_at(0));
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "");
}

TEST(StreamWorker, SoundAfterADrainNeedsARunAndIsAnotherStream) {
  fake::Engine engine;
  Collector told;
  StreamWorker worker(told, open_graph(engine), {});
  const std::vector<float> sound = counting(0, tenth);
  EXPECT_FALSE(worker.push(sound.data(), tenth));
  for (int stream = 0; stream < 3; ++stream) {
    worker.begin_run(run_at(stream * second));
    ASSERT_TRUE(worker.push(sound.data(), tenth));
    EXPECT_TRUE(worker.drain());
    EXPECT_FALSE(worker.push(sound.data(), tenth));
  }
  EXPECT_EQ(told.order(), "RERERE");
  const auto results = told.all(Kind::result);
  EXPECT_EQ(results[2].index, 0);
  EXPECT_EQ(results[2].start, 2 * second);
  EXPECT_EQ(worker.counts().windows, 3U);
}

TEST(StreamWorker, AnUnfinishedWindowIsTheTailPolicysAtTheEnd) {
  fake::Engine engine;
  Collector told;
  StreamWorker worker(told, open_graph(engine), {});
  worker.begin_run(run_at(0));
  push(worker, 0, 80);
  EXPECT_TRUE(worker.drain());
  ASSERT_EQ(told.order(), "RE");
  EXPECT_EQ(told.all(Kind::result)[0].duration, second / 100);
}

TEST(StreamWorker, PositionsNeverPassAResultThatComesLater) {
  fake::Engine engine({0.4, 0.1});
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  worker.begin_run(run_at(second));
  for (int i = 0; i < 20; ++i) {
    push(worker, i * 400, 400);
    ASSERT_TRUE(worker.settle());
  }
  std::int64_t position = 0;
  for (const Told& one : told.all()) {
    if (one.kind == Kind::position) {
      EXPECT_GE(one.start, position);
      position = one.start;
    } else if (one.kind == Kind::result) {
      EXPECT_GE(one.start, position);
    }
  }
  EXPECT_EQ(position, second * 3 / 2);  // 1 s of sound, less a window and what resamplers hold
}

TEST(StreamWorker, LeavesNothingOpen) {
  fake::Engine engine({0.1, 0.1, true});
  Collector told;
  {
    StreamWorker worker(told, open_graph(engine), {});
    worker.begin_run(run_at(0));
    push(worker, 0, tenth * 3);
    engine.wait_for_windows(3);
    EXPECT_EQ(engine.open_sessions(), 1U);
  }
  EXPECT_EQ(engine.open_sessions(), 0U);
  EXPECT_EQ(engine.open_graphs(), 0U);
}

}  // namespace
}  // namespace melgraph::stream
