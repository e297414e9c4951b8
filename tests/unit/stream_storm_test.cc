#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <random>
#include <thread>

#include "stream_testing.h"
#include "stream_worker.h"

namespace melgraph::stream {
namespace {

constexpr int rate = 8000;

/// Push runs from anywhere, settle and drain at random, until told to end.
void produce(StreamWorker& worker, unsigned seed, const std::atomic<bool>& ending) {
  std::mt19937 random(seed);
  std::int64_t frame = 0;
  while (!ending) {
    switch (random() % 16) {
      case 0:
      case 1:
      case 2:
        frame = static_cast<std::int64_t>(random() % 10000000);
        worker.begin_run({rate, 1, frame * (second / rate), nullptr});
        break;
      case 3: worker.settle(); break;
      case 4: worker.drain(); break;
      default: {
        const std::size_t frames = random() % 2000;
        worker.push(counting(frame, frames).data(), frames);
        frame += static_cast<std::int64_t>(frames);
      }
    }
  }
}

class StreamStorm : public testing::TestWithParam<Leaky> {};

// Whatever comes together, each result has one run's sound, at its time, and all waits end.
TEST_P(StreamStorm, OfOperationsLeavesEveryResultAtItsTime) {
  std::size_t results = 0;
  for (unsigned seed = 0; seed < 35; ++seed) {
    std::mt19937 random(seed);
    fake::EngineOptions options{0.05, 0.025, seed % 3 != 0};
    options.clip = seed % 4 == 0;
    fake::Engine engine(options);
    options.fail_window = 7;
    fake::Engine failing(options);
    Collector told;
    {
      StreamWorker worker(told, open_graph(engine), {2, GetParam()});
      std::atomic<bool> ending{false};
      std::thread producer([&] { produce(worker, seed * 7 + 1, ending); });
      for (int i = 0; i < 60; ++i) {
        switch (random() % 6) {
          case 0:
            worker.flush_begin();
            if (random() % 2 == 0) std::this_thread::yield();
            worker.flush_end();
            break;
          case 1: worker.replace(open_graph(random() % 3 == 0 ? failing : engine)); break;
          case 2: worker.counts(); break;
          default:
            engine.complete(random() % 8);
            failing.complete(random() % 8);
            std::this_thread::yield();
        }
      }
      ending = true;
      if (seed % 2 == 0) worker.stop();
      engine.run_freely();
      failing.run_freely();
      producer.join();
      worker.drain();
    }
    EXPECT_EQ(engine.open_sessions() + failing.open_sessions(), 0U);
    EXPECT_EQ(engine.open_graphs() + failing.open_graphs(), 0U);
    for (const Told& result : told.all(Kind::result)) {
      if (result.output == "clip") continue;
      ++results;
      ASSERT_EQ(result.start, std::llround(result.values[0]) * (second / rate));
      ASSERT_EQ(result.values[1] - result.values[0] + 1, result.values[3]);
      ASSERT_EQ(result.duration, std::llround(result.values[3]) * (second / rate));
    }
  }
  EXPECT_GT(results, 0U);
}

INSTANTIATE_TEST_SUITE_P(Of, StreamStorm,
                         testing::Values(Leaky::no, Leaky::upstream, Leaky::downstream));

}  // namespace
}  // namespace melgraph::stream
