#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "stream_testing.h"
#include "stream_worker.h"

namespace melgraph::stream {
namespace {

constexpr std::size_t tenth = 800;  ///< frames of a tenth of a second

Run run_at(std::int64_t start) {
  return {8000, 1, start, nullptr};
}

/// Push whole tenths of a second; returns whether all were taken.
bool push_tenths(StreamWorker& worker, int first, int end) {
  bool taken = true;
  for (int i = first; i < end; ++i) {
    taken = worker.push(counting(i * 800, tenth).data(), tenth) && taken;
  }
  return taken;
}

std::vector<std::int64_t> tenths_told(const Collector& told) {
  std::vector<std::int64_t> found;
  for (const Told& result : told.all(Kind::result)) found.push_back(result.start * 10 / second);
  return found;
}

/// How a producer comes to wait while the engine stands still.
struct Waiting {
  const char* name;
  bool (*wait)(StreamWorker& worker);
};

bool wait_in_push(StreamWorker& worker) {
  return push_tenths(worker, 4, 60);
}
bool wait_in_settle(StreamWorker& worker) {
  return worker.settle();
}
bool wait_in_drain(StreamWorker& worker) {
  return worker.drain();
}

class StreamControlWaiting : public testing::TestWithParam<Waiting> {};

TEST_P(StreamControlWaiting, AFlushLetsTheProducerGoWhileTheEngineStands) {
  fake::Engine engine({0.1, 0.1, true});
  Collector told;
  StreamWorker worker(told, open_graph(engine), {2, Leaky::no});
  std::thread producer([&] {
    worker.begin_run(run_at(0));
    EXPECT_TRUE(worker.push(counting(0, 4 * tenth).data(), 4 * tenth));
    EXPECT_FALSE(GetParam().wait(worker));
  });
  engine.wait_for_blocked();
  worker.flush_begin();
  producer.join();
  EXPECT_FALSE(push_tenths(worker, 0, 1));
  EXPECT_FALSE(worker.settle());
  EXPECT_FALSE(worker.drain());
  worker.flush_end();
  EXPECT_EQ(told.order(), "F");
  EXPECT_FALSE(push_tenths(worker, 0, 1));  // no run
  engine.run_freely();
  worker.begin_run(run_at(5 * second));
  EXPECT_TRUE(push_tenths(worker, 50, 53));
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "FRRRE");
  EXPECT_EQ(tenths_told(told), (std::vector<std::int64_t>{50, 51, 52}));
}

TEST_P(StreamControlWaiting, AFlushThatIsOverBeforeTheProducerWakesLetsItGoToo) {
  fake::Engine engine({0.1, 0.1, true});
  Collector told;
  StreamWorker worker(told, open_graph(engine), {2, Leaky::no});
  for (int i = 0; i < 50; ++i) {
    std::thread producer([&] {
      worker.begin_run(run_at(0));
      worker.push(counting(0, 4 * tenth).data(), 4 * tenth);
      GetParam().wait(worker);
    });
    engine.wait_for_blocked();
    worker.flush_begin();
    worker.flush_end();
    producer.join();
    worker.flush_begin();
    worker.flush_end();
  }
  EXPECT_EQ(told.count(Kind::result), 0U);
}

TEST_P(StreamControlWaiting, StopLetsTheProducerGoAndTellsNothingMore) {
  fake::Engine engine({0.1, 0.1, true});
  Collector told;
  StreamWorker worker(told, open_graph(engine), {2, Leaky::no});
  std::thread producer([&] {
    worker.begin_run(run_at(0));
    EXPECT_TRUE(worker.push(counting(0, 4 * tenth).data(), 4 * tenth));
    EXPECT_FALSE(GetParam().wait(worker));
  });
  engine.wait_for_blocked();
  worker.stop();
  producer.join();
  engine.run_freely();
  EXPECT_FALSE(push_tenths(worker, 0, 1));
  worker.flush_begin();
  worker.flush_end();
  worker.stop();
  EXPECT_EQ(told.all().size(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Producer, StreamControlWaiting,
                         testing::Values(Waiting{"push", wait_in_push},
                                         Waiting{"settle", wait_in_settle},
                                         Waiting{"drain", wait_in_drain}),
                         [](const auto& tested) { return tested.param.name; });

TEST(StreamControl, TheListenerMayFlush) {
  fake::Engine engine({0.1, 0.1, true});
  Collector told;
  StreamWorker* flushed = nullptr;
  told.hook = [&](const Told& one) {
    if (one.kind != Kind::result || one.start != 0) return;
    flushed->flush_begin();
    flushed->flush_end();
  };
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  flushed = &worker;
  worker.begin_run(run_at(0));
  ASSERT_TRUE(push_tenths(worker, 0, 4));
  std::thread release([&] {
    engine.wait_for_windows(4);
    engine.run_freely();
  });
  EXPECT_FALSE(worker.drain());
  release.join();
  told.wait_for(Kind::flush, 1);  // the listener may be flushing still
  worker.begin_run(run_at(second));
  ASSERT_TRUE(push_tenths(worker, 10, 12));
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "RFRRE");
}

TEST(StreamControl, AFlushByTheListenerDoesNotEndTheDrainOfTheNextStream) {
  fake::Engine engine({0.1, 0.1, true});
  Collector told;
  StreamWorker* flushed = nullptr;
  Door flush_done;
  Door go_on;
  told.hook = [&](const Told& one) {
    if (one.kind != Kind::result || one.start != 0) return;
    flushed->flush_begin();
    flushed->flush_end();
    flush_done.open();
    go_on.wait();
  };
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  flushed = &worker;
  worker.begin_run(run_at(0));
  ASSERT_TRUE(push_tenths(worker, 0, 1));
  engine.complete(1);
  EXPECT_FALSE(worker.drain());
  flush_done.wait();
  worker.begin_run(run_at(second));
  ASSERT_TRUE(push_tenths(worker, 10, 12));
  std::thread release([&] {
    go_on.open();
    engine.wait_for_windows(3);
    engine.run_freely();
  });
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "RFRRE");
  release.join();
}

TEST(StreamControl, ASessionClosesWhileItsEngineTellsOfProgress) {
  fake::EngineOptions options;
  options.late_progress = true;
  fake::Engine engine(options);
  Collector told;
  StreamWorker worker(told, open_graph(engine), {8, Leaky::no});
  for (int i = 0; i < 20; ++i) {
    worker.begin_run(run_at(0));
    ASSERT_TRUE(push_tenths(worker, 0, 2));
    engine.wait_for_late_progress(static_cast<std::size_t>(i + 1));
    worker.flush_begin();
    worker.flush_end();
  }
  EXPECT_EQ(told.count(Kind::flush), 20U);
}

TEST(StreamControl, AnIdleWorkerChangesItsGraphAtOnce) {
  fake::Engine first;
  fake::Engine other;
  Collector told;
  StreamWorker worker(told, open_graph(first), {8, Leaky::no});
  auto graph = open_graph(other);
  worker.replace(graph);
  told.wait_for(Kind::graph, 1);
  EXPECT_EQ(told.all(Kind::graph)[0].graph, graph.get());
  worker.begin_run(run_at(0));
  ASSERT_TRUE(push_tenths(worker, 0, 1));
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "GRE");
  EXPECT_EQ(told.all(Kind::result)[0].graph, graph.get());
  EXPECT_EQ(first.open_graphs(), 0U);
}

TEST(StreamControl, AGraphChangesAtABorderAndTheOldOnesResultsComeFirst) {
  fake::Engine first({0.1, 0.1, true});
  fake::Engine other;
  Collector told;
  auto old_graph = open_graph(first);
  auto new_graph = open_graph(other);
  StreamWorker worker(told, old_graph, {8, Leaky::no});
  worker.begin_run(run_at(second));
  const auto push_half = [&](int half) {
    ASSERT_TRUE(worker.push(counting(half * 400, 400).data(), 400));
  };
  first.complete(2);
  for (int half = 0; half < 5; ++half) {
    push_half(half);
    ASSERT_TRUE(worker.settle());
  }
  worker.replace(new_graph);
  push_half(5);
  first.wait_for_windows(3);
  for (int half = 6; half < 10; ++half) push_half(half);
  other.wait_for_windows(2);
  EXPECT_EQ(told.order(), "RR");
  first.run_freely();
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "RRRGRRE");
  EXPECT_EQ(tenths_told(told), (std::vector<std::int64_t>{10, 11, 12, 13, 14}));
  const auto results = told.all(Kind::result);
  EXPECT_EQ(results[2].graph, old_graph.get());
  EXPECT_EQ(results[3].graph, new_graph.get());
  EXPECT_EQ(results[3].index, 0);
  EXPECT_EQ(results[3].values[0], 2400);
  EXPECT_EQ(worker.counts().windows, 5U);
}

TEST(StreamControl, AWindowThatHasBegunIsNotCutShortByANewGraph) {
  fake::Engine first;
  fake::Engine other;
  Collector told;
  StreamWorker worker(told, open_graph(first), {8, Leaky::no});
  worker.begin_run(run_at(0));
  ASSERT_TRUE(worker.push(counting(0, 400).data(), 400));
  ASSERT_TRUE(worker.settle());
  worker.replace(open_graph(other));
  ASSERT_TRUE(worker.push(counting(400, 200).data(), 200));
  ASSERT_TRUE(worker.settle());
  EXPECT_EQ(told.order(), "");
  ASSERT_TRUE(worker.push(counting(600, 200).data(), 200));
  ASSERT_TRUE(worker.settle());
  EXPECT_EQ(told.order(), "RG");
}

TEST(StreamControl, ARunIsABorderToo) {
  fake::Engine first;
  fake::Engine other;
  Collector told;
  auto graph = open_graph(other);
  StreamWorker worker(told, open_graph(first), {8, Leaky::no});
  worker.begin_run(run_at(0));
  ASSERT_TRUE(worker.push(counting(0, 900).data(), 900));
  ASSERT_TRUE(worker.settle());
  worker.replace(graph);
  worker.begin_run(run_at(2 * second));
  ASSERT_TRUE(push_tenths(worker, 20, 21));
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "RGRE");
  EXPECT_EQ(told.all(Kind::result)[1].graph, graph.get());
  EXPECT_EQ(told.all(Kind::result)[1].start, 2 * second);
}

TEST(StreamControl, AGraphThatWaitsForABorderIsUsedAfterAFlush) {
  fake::Engine first;
  fake::Engine other;
  Collector told;
  StreamWorker worker(told, open_graph(first), {8, Leaky::no});
  worker.begin_run(run_at(0));
  ASSERT_TRUE(worker.push(counting(0, 400).data(), 400));
  ASSERT_TRUE(worker.settle());
  worker.replace(open_graph(other));
  worker.flush_begin();
  worker.flush_end();
  told.wait_for(Kind::graph, 1);
  worker.begin_run(run_at(0));
  ASSERT_TRUE(push_tenths(worker, 0, 2));
  EXPECT_TRUE(worker.drain());
  EXPECT_EQ(told.order(), "FGRRE");
  other.wait_for_windows(2);
}

TEST(StreamControl, AFlushDropsWhatTheOldGraphHasToo) {
  fake::Engine first({0.1, 0.1, true});
  fake::Engine other;
  Collector told;
  StreamWorker worker(told, open_graph(first), {8, Leaky::no});
  worker.begin_run(run_at(0));
  ASSERT_TRUE(worker.push(counting(0, 400).data(), 400));
  ASSERT_TRUE(worker.settle());
  worker.replace(open_graph(other));
  ASSERT_TRUE(worker.push(counting(400, 400).data(), 400));
  first.wait_for_windows(1);
  ASSERT_TRUE(push_tenths(worker, 1, 3));
  other.wait_for_windows(2);
  worker.flush_begin();
  worker.flush_end();
  EXPECT_EQ(worker.counts().outstanding, 0U);
  EXPECT_TRUE(worker.settle());
  EXPECT_EQ(told.order(), "FG");
  EXPECT_EQ(first.open_sessions() + other.open_sessions(), 0U);
}

TEST(StreamControl, OfManyGraphsTheLastOneIsUsed) {
  fake::Engine first;
  fake::Engine other;
  Collector told;
  StreamWorker worker(told, open_graph(first), {8, Leaky::no});
  worker.begin_run(run_at(0));
  ASSERT_TRUE(worker.push(counting(0, 400).data(), 400));
  ASSERT_TRUE(worker.settle());
  std::shared_ptr<HostGraph> last;
  for (int i = 0; i < 10; ++i) {
    last = open_graph(other);
    worker.replace(last);
  }
  EXPECT_EQ(other.open_graphs(), 1U);
  ASSERT_TRUE(worker.push(counting(400, 400).data(), 400));
  EXPECT_TRUE(worker.drain());
  ASSERT_EQ(told.order(), "RGE");
  EXPECT_EQ(told.all(Kind::graph)[0].graph, last.get());
}

}  // namespace
}  // namespace melgraph::stream
