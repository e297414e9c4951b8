#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "stream_testing.h"
#include "stream_worker.h"

namespace melgraph::stream {
namespace {

constexpr std::size_t tenth = 800;  ///< frames of a tenth of a second

Run run_at(std::int64_t start) {
  return {8000, 1, start, nullptr};
}

/// Push tenths of a second number `first` up to `end`; returns how many were taken.
int push_tenths(StreamWorker& worker, int first, int end) {
  int taken = 0;
  for (int i = first; i < end; ++i) {
    taken += worker.push(counting(i * 800, tenth).data(), tenth) ? 1 : 0;
  }
  return taken;
}

std::vector<std::int64_t> tenths_told(const Collector& told) {
  std::vector<std::int64_t> found;
  for (const Told& result : told.all(Kind::result)) {
    EXPECT_EQ(result.values[0], static_cast<float>(result.start / 125000)) << result.start;
    EXPECT_EQ(result.values[1], result.values[0] + 799);
    found.push_back(result.start * 10 / second);
  }
  return found;
}

TEST(StreamOverload, TheOldestWindowsGiveWayAndNobodyWaits) {
  fake::Engine engine({0.1, 0.1, true});
  Collector told;
  StreamWorker worker(told, open_graph(engine), {2, Leaky::downstream});
  worker.begin_run(run_at(0));
  EXPECT_EQ(push_tenths(worker, 0, 10), 10);
  engine.wait_for_windows(10);
  engine.run_freely();
  ASSERT_TRUE(worker.settle());
  EXPECT_EQ(tenths_told(told), (std::vector<std::int64_t>{8, 9}));
  EXPECT_EQ(worker.counts().windows, 10U);
  EXPECT_EQ(worker.counts().dropped, 8U);
  EXPECT_EQ(worker.counts().lost, 0);
  const auto drops = told.all(Kind::drop);
  ASSERT_FALSE(drops.empty());
  EXPECT_EQ(drops.back().counts.dropped, 8U);
  EXPECT_EQ(drops.back().counts.windows, 10U);
  EXPECT_EQ(drops.back().start, second);
  for (std::size_t i = 1; i < drops.size(); ++i) {
    EXPECT_GT(drops[i].counts.dropped, drops[i - 1].counts.dropped);
  }
}

TEST(StreamOverload, TheNewestWindowsGiveWay) {
  fake::Engine engine({0.1, 0.1, true});
  Collector told;
  StreamWorker worker(told, open_graph(engine), {2, Leaky::upstream});
  worker.begin_run(run_at(0));
  EXPECT_EQ(push_tenths(worker, 0, 10), 10);
  engine.wait_for_windows(10);
  engine.run_freely();
  ASSERT_TRUE(worker.settle());
  EXPECT_EQ(tenths_told(told), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(worker.counts().dropped, 8U);
}

TEST(StreamOverload, DropsAtTheEndOfAStreamAreToldToo) {
  fake::EngineOptions options{1, 1, true};
  fake::Engine engine(options);
  Collector told;
  StreamWorker worker(told, open_graph(engine), {1, Leaky::upstream});
  worker.begin_run(run_at(0));
  EXPECT_EQ(push_tenths(worker, 0, 20), 20);
  std::thread release([&] {
    engine.wait_for_windows(2);
    engine.run_freely();
  });
  EXPECT_TRUE(worker.drain());
  release.join();
  ASSERT_EQ(told.count(Kind::drop), 1U);
  EXPECT_EQ(told.all(Kind::drop)[0].counts.dropped, 1U);
}

TEST(StreamOverload, WithoutLeakTheProducerWaitsAndNothingIsLost) {
  fake::Engine engine({0.1, 0.1, true});
  Collector told;
  StreamWorker worker(told, open_graph(engine), {2, Leaky::no});
  std::atomic<int> taken{0};
  std::thread producer([&] {
    worker.begin_run(run_at(0));
    for (int i = 0; i < 60; ++i) taken += push_tenths(worker, i, i + 1);
    EXPECT_TRUE(worker.settle());
  });
  engine.wait_for_blocked();
  // Two windows, the sound of a third, and two seconds of sound that waits.
  EXPECT_LE(taken, 30);
  engine.complete(10);
  engine.wait_for_windows(13);
  engine.wait_for_blocked();
  EXPECT_LE(taken, 40);
  engine.run_freely();
  producer.join();
  EXPECT_EQ(tenths_told(told).size(), 60U);
  EXPECT_EQ(worker.counts().dropped, 0U);
  EXPECT_EQ(told.count(Kind::drop), 0U);
}

/// A worker whose listener stands still at the first result, so that sound piles up.
class StandingWorker {
 public:
  explicit StandingWorker(Leaky leaky) {
    told.hook = [this](const Told& one) {
      if (one.kind == Kind::result) released.wait();
    };
    worker = std::make_unique<StreamWorker>(told, open_graph(engine), WorkerOptions{100, leaky});
    worker->begin_run(run_at(0));
    push_tenths(*worker, 0, 1);
    told.wait_for(Kind::result, 1);
  }
  ~StandingWorker() { released.open(); }

  fake::Engine engine;
  Collector told;
  Door released;
  std::unique_ptr<StreamWorker> worker;
};

TEST(StreamOverload, SoundThatWaitsTooLongGivesWay) {
  StandingWorker standing(Leaky::downstream);
  StreamWorker& worker = *standing.worker;
  EXPECT_EQ(push_tenths(worker, 1, 31), 30);  // 2 s, and what makes them go
  EXPECT_EQ(worker.counts().lost, 2 * second);
  standing.released.open();
  ASSERT_TRUE(worker.settle());
  EXPECT_EQ(tenths_told(standing.told),
            (std::vector<std::int64_t>{0, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30}));
  const auto drops = standing.told.all(Kind::drop);
  ASSERT_EQ(drops.size(), 1U);
  EXPECT_EQ(drops[0].counts.lost, 2 * second);
  EXPECT_EQ(worker.counts().lost, 2 * second);
}

TEST(StreamOverload, SoundThatFindsNoRoomIsRefused) {
  StandingWorker standing(Leaky::upstream);
  StreamWorker& worker = *standing.worker;
  EXPECT_EQ(push_tenths(worker, 1, 31), 20);
  EXPECT_EQ(worker.counts().lost, second);
  standing.released.open();
  ASSERT_TRUE(worker.settle());
  EXPECT_EQ(push_tenths(worker, 31, 33), 2);
  ASSERT_TRUE(worker.settle());
  const auto tenths = tenths_told(standing.told);
  ASSERT_EQ(tenths.size(), 23U);
  EXPECT_EQ(tenths[20], 20);
  EXPECT_EQ(tenths[21], 31);
  EXPECT_EQ(tenths[22], 32);
  EXPECT_EQ(standing.told.all(Kind::drop).back().counts.lost, second);
}

TEST(StreamOverload, ARunThatBeginsMeanwhileKeepsItsTimes) {
  StandingWorker standing(Leaky::downstream);
  StreamWorker& worker = *standing.worker;
  EXPECT_EQ(push_tenths(worker, 1, 16), 15);
  worker.begin_run(run_at(10 * second));
  EXPECT_EQ(push_tenths(worker, 100, 110), 10);
  standing.released.open();
  ASSERT_TRUE(worker.settle());
  // 15 tenths of the old run and 5 of the new one are gone.
  EXPECT_EQ(tenths_told(standing.told), (std::vector<std::int64_t>{0, 105, 106, 107, 108, 109}));
}

}  // namespace
}  // namespace melgraph::stream
