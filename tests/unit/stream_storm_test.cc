#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <memory>
#include <random>
#include <thread>

#include "stream_testing.h"
#include "stream_worker.h"

namespace melgraph::stream {
namespace {

constexpr int rate = 8000;

constexpr int operations = 400;  ///< of a producer

/// Push runs from anywhere, settle and drain at random.
void produce(StreamWorker& worker, unsigned seed, std::atomic<int>& done) {
  std::mt19937 random(seed);
  std::int64_t frame = 0;
  for (; done < operations; ++done) {
    switch (random() % 32) {
      case 0:
      case 1:
        frame = static_cast<std::int64_t>(random() % 10000000);
        worker.begin_run({rate, 1, frame * (second / rate), nullptr});
        break;
      case 2: worker.settle(); break;
      case 3: worker.drain(); break;
      default: {
        const std::size_t frames = random() % 2000;
        worker.push(counting(frame, frames).data(), frames);
        frame += static_cast<std::int64_t>(frames);
      }
    }
  }
}

class StreamStorm : public testing::TestWithParam<Leaky> {
 protected:
  /// Flush, replace, and let windows go while the producer is at work.
  void disturb(StreamWorker& worker, unsigned seed, const std::atomic<int>& done) {
    std::mt19937 random(seed);
    int next = 0;
    while (done < operations) {
      if (done < next) {
        if (random() % 4 == 0) {
          engine_->complete(1);
          failing_->complete(1);
        }
        std::this_thread::yield();
        continue;
      }
      next += static_cast<int>(random() % 40);
      switch (random() % 5) {
        case 0:
          worker.flush_begin();
          if (random() % 2 == 0) std::this_thread::yield();
          worker.flush_end();
          break;
        case 1: worker.replace(open_graph(*engine_)); break;
        case 2: worker.replace(open_graph(*failing_)); break;
        case 3: worker.counts(); break;
        default:
          if (seed % 5 == 0 && next > operations / 2) worker.stop();
      }
    }
  }

  std::unique_ptr<fake::Engine> engine_;
  std::unique_ptr<fake::Engine> failing_;
};

// Whatever comes together, each result has one run's sound, at its time, and all waits end.
TEST_P(StreamStorm, OfOperationsLeavesEveryResultAtItsTime) {
  std::size_t results = 0;
  for (unsigned seed = 0; seed < 35; ++seed) {
    fake::EngineOptions options{0.05, 0.025, seed % 3 != 0};
    options.clip = seed % 4 == 0;
    engine_ = std::make_unique<fake::Engine>(options);
    options.fail_window = 7;
    failing_ = std::make_unique<fake::Engine>(options);
    Collector told;
    {
      StreamWorker worker(told, open_graph(*engine_), {2, GetParam()});
      std::atomic<int> done{0};
      std::thread producer([&] { produce(worker, seed * 7 + 1, done); });
      disturb(worker, seed, done);
      engine_->run_freely();
      failing_->run_freely();
      producer.join();
      worker.drain();
    }
    EXPECT_EQ(engine_->open_sessions() + failing_->open_sessions(), 0U);
    EXPECT_EQ(engine_->open_graphs() + failing_->open_graphs(), 0U);
    for (const Told& result : told.all(Kind::result)) {
      if (result.output == "clip") continue;
      ++results;
      ASSERT_EQ(result.start, std::llround(result.values[0]) * (second / rate));
      ASSERT_EQ(result.values[1] - result.values[0] + 1, result.values[3]);
      ASSERT_EQ(result.duration, std::llround(result.values[3]) * (second / rate));
    }
  }
  EXPECT_GT(results, 100U);
  RecordProperty("results", static_cast<int>(results));
}

INSTANTIATE_TEST_SUITE_P(Of, StreamStorm,
                         testing::Values(Leaky::no, Leaky::upstream, Leaky::downstream));

}  // namespace
}  // namespace melgraph::stream
