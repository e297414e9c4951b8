#include "run/batcher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <optional>
#include <thread>

namespace melgraph {
namespace {

using IntBatcher = Batcher<int, int>;

const auto never = [] { return false; };

BatchPolicy policy(std::size_t max_batch, std::size_t capacity) {
  BatchPolicy p;
  p.max_batch = max_batch;
  p.capacity = capacity;
  return p;
}

TEST(Batcher, GivesItemsOfOneKeyInTheOrderTheyCame) {
  IntBatcher batcher(policy(3, 10));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(batcher.push(0, i, 1, never));
  std::vector<int> batch;
  ASSERT_TRUE(batcher.pop(batch));
  EXPECT_EQ(batch, (std::vector<int>{0, 1, 2}));
  ASSERT_TRUE(batcher.pop(batch));
  EXPECT_EQ(batch, (std::vector<int>{3, 4}));
}

TEST(Batcher, NeverMixesKeysAndServesTheOldestFirst) {
  IntBatcher batcher(policy(8, 10));
  batcher.push(1, 10, 1, never);
  batcher.push(2, 20, 1, never);
  batcher.push(1, 11, 1, never);
  std::vector<int> batch;
  batcher.pop(batch);
  EXPECT_EQ(batch, (std::vector<int>{10, 11}));
  batcher.pop(batch);
  EXPECT_EQ(batch, (std::vector<int>{20}));
}

TEST(Batcher, AFullBatchDoesNotStarveAnOlderItem) {
  IntBatcher batcher(policy(2, 10));
  batcher.push(1, 10, 1, never);
  batcher.push(2, 20, 1, never);
  batcher.push(2, 21, 1, never);
  std::vector<int> batch;
  batcher.pop(batch);
  EXPECT_EQ(batch, (std::vector<int>{10}));
}

TEST(Batcher, AFullBatchGoesBeforeOneThatWaitsForCompany) {
  BatchPolicy p = policy(2, 10);
  p.max_delay = std::chrono::hours(1);
  IntBatcher batcher(p);
  batcher.producer_began();
  batcher.push(1, 10, 1, never);
  batcher.push(2, 20, 1, never);
  batcher.push(2, 21, 1, never);
  std::vector<int> batch;
  batcher.pop(batch);
  EXPECT_EQ(batch, (std::vector<int>{20, 21}));
}

TEST(Batcher, CloseHandsOutWhatIsLeftAndThenEnds) {
  IntBatcher batcher(policy(8, 10));
  batcher.push(0, 1, 1, never);
  batcher.close();
  std::vector<int> batch;
  EXPECT_TRUE(batcher.pop(batch));
  EXPECT_FALSE(batcher.pop(batch));
  EXPECT_FALSE(batcher.push(0, 2, 1, never));
}

TEST(Batcher, AProducerWaitsForRoomAndIsWokenByAWorker) {
  IntBatcher batcher(policy(1, 2));
  batcher.push(0, 0, 1, never);
  batcher.push(0, 1, 1, never);
  std::atomic<bool> pushed{false};
  std::thread producer([&] {
    batcher.push(0, 2, 1, never);
    pushed = true;
  });
  std::vector<int> batch;
  batcher.pop(batch);
  producer.join();
  EXPECT_TRUE(pushed);
  EXPECT_EQ(batcher.size(), 2u);
}

TEST(Batcher, AnItemHeavierThanTheBoundStillFitsAlone) {
  BatchPolicy p = policy(4, 10);
  p.max_weight = 100;
  IntBatcher batcher(p);
  EXPECT_TRUE(batcher.push(0, 1, 1000, never));
  std::vector<int> batch;
  EXPECT_TRUE(batcher.pop(batch));
  EXPECT_TRUE(batcher.push(0, 2, 1000, never));
}

TEST(Batcher, ACancelledProducerStopsWaiting) {
  IntBatcher batcher(policy(1, 1));
  batcher.push(0, 0, 1, never);
  std::atomic<bool> cancelled{false};
  std::thread producer(
      [&] { EXPECT_FALSE(batcher.push(0, 1, 1, [&] { return cancelled.load(); })); });
  cancelled = true;
  batcher.remove_if([](int) { return false; });
  producer.join();
  EXPECT_EQ(batcher.size(), 1u);
}

TEST(Batcher, RemoveDropsTheItemsAndTheirWeight) {
  IntBatcher batcher(policy(8, 10));
  for (int i = 0; i < 6; ++i) batcher.push(i % 2, i, 1, never);
  batcher.remove_if([](int item) { return item % 2 == 0; });
  std::vector<int> batch;
  batcher.pop(batch);
  EXPECT_EQ(batch, (std::vector<int>{1, 3, 5}));
  EXPECT_EQ(batcher.size(), 0u);
}

TEST(Batcher, WaitsForCompanyOnlyWhileAProducerIsAtWork) {
  BatchPolicy p = policy(4, 10);
  p.max_delay = std::chrono::hours(1);
  IntBatcher batcher(p);
  batcher.producer_began();
  batcher.push(0, 1, 1, never);
  std::vector<int> batch;
  std::thread worker([&] { batcher.pop(batch); });
  batcher.push(0, 2, 1, never);
  batcher.producer_ended();  // without this the worker would wait an hour
  worker.join();
  EXPECT_EQ(batch, (std::vector<int>{1, 2}));
}

TEST(Batcher, DoesNotWaitForCompanyWhileAProducerWaitsForRoom) {
  BatchPolicy p = policy(4, 2);
  p.max_delay = std::chrono::hours(1);
  IntBatcher batcher(p);
  batcher.producer_began();
  batcher.push(0, 1, 1, never);
  batcher.push(0, 2, 1, never);
  std::thread producer([&] { batcher.push(0, 3, 1, never); });
  std::vector<int> batch;
  ASSERT_TRUE(batcher.pop(batch));
  EXPECT_EQ(batch, (std::vector<int>{1, 2}));
  producer.join();
}

/// Push an item of `owner`, 100 * owner + number, and return what was dropped for it; -1: nothing.
int push_of(IntBatcher& batcher, int owner, int number, std::size_t most, Overflow overflow) {
  static const int owners[8] = {};
  std::optional<int> dropped;
  EXPECT_TRUE(
      batcher.push(0, 100 * owner + number, 1, never, {&owners[owner], most, overflow}, dropped));
  return dropped.value_or(-1);
}

TEST(Batcher, TheOldestItemOfAnOwnerGivesWay) {
  IntBatcher batcher(policy(8, 2));
  std::vector<int> dropped;
  for (int i = 0; i < 5; ++i) dropped.push_back(push_of(batcher, 1, i, 3, Overflow::drop_oldest));
  EXPECT_EQ(dropped, (std::vector<int>{-1, -1, -1, 100, 101}));
  std::vector<int> batch;
  batcher.pop(batch);
  EXPECT_EQ(batch, (std::vector<int>{102, 103, 104}));
}

TEST(Batcher, TheNewestItemOfAnOwnerIsDropped) {
  IntBatcher batcher(policy(8, 2));
  std::vector<int> dropped;
  for (int i = 0; i < 5; ++i) dropped.push_back(push_of(batcher, 1, i, 3, Overflow::drop_newest));
  EXPECT_EQ(dropped, (std::vector<int>{-1, -1, -1, 103, 104}));
  std::vector<int> batch;
  batcher.pop(batch);
  EXPECT_EQ(batch, (std::vector<int>{100, 101, 102}));
}

TEST(Batcher, OwnersWhoDropTakeNoRoomFromThoseWhoWait) {
  IntBatcher batcher(policy(8, 2));
  for (int owner = 0; owner < 4; ++owner) push_of(batcher, owner, 0, 1, Overflow::drop_oldest);
  EXPECT_TRUE(batcher.push(0, 1, 1, never));
  EXPECT_TRUE(batcher.push(0, 2, 1, never));  // would wait if the four above counted
  EXPECT_EQ(push_of(batcher, 4, 0, 1, Overflow::drop_newest), -1);  // the queue is full now
  EXPECT_EQ(batcher.size(), 7u);
}

TEST(Batcher, ABatchHoldsItemsOfManyOwners) {
  IntBatcher batcher(policy(4, 2));
  for (int owner = 0; owner < 4; ++owner) push_of(batcher, owner, 0, 1, Overflow::drop_oldest);
  std::vector<int> batch;
  batcher.pop(batch);
  EXPECT_EQ(batch, (std::vector<int>{0, 100, 200, 300}));
}

TEST(Batcher, EveryOwnerGetsItsTurnWhereWorkersAreTooSlow) {
  for (const Overflow overflow : {Overflow::drop_oldest, Overflow::drop_newest}) {
    IntBatcher batcher(policy(1, 2));
    std::vector<int> served(4, 0);
    for (int i = 0; i < 40; ++i) {  // two come for one that goes
      push_of(batcher, 2 * i % 4, i, 1, overflow);
      push_of(batcher, (2 * i + 1) % 4, i, 1, overflow);
      std::vector<int> batch;
      batcher.pop(batch);
      ++served[static_cast<std::size_t>(batch.front() / 100)];
    }
    EXPECT_EQ(served, (std::vector<int>{10, 10, 10, 10}));
  }
}

TEST(Batcher, AnOwnerWaitsForRoomInItsShareThoughTheQueueHasRoom) {
  BatchPolicy p = policy(4, 10);
  p.max_delay = std::chrono::hours(1);  // a producer who waits must bring a worker to go on
  IntBatcher batcher(p);
  batcher.producer_began();
  EXPECT_EQ(push_of(batcher, 1, 0, 1, Overflow::wait), -1);
  std::thread producer([&] { push_of(batcher, 1, 1, 1, Overflow::wait); });
  std::vector<int> batch;
  ASSERT_TRUE(batcher.pop(batch));
  EXPECT_EQ(batch, (std::vector<int>{100}));
  producer.join();
  EXPECT_EQ(batcher.size(), 1u);
}

TEST(Batcher, RemovedItemsMakeRoomInTheShareOfTheirOwner) {
  IntBatcher batcher(policy(4, 10));
  push_of(batcher, 1, 0, 1, Overflow::drop_newest);
  batcher.remove_if([](int item) { return item == 100; });
  EXPECT_EQ(push_of(batcher, 1, 1, 1, Overflow::drop_newest), -1);
}

TEST(Batcher, ProducersWhoDropLoseNothingElse) {
  Batcher<int, std::unique_ptr<int>> batcher(policy(7, 4));
  constexpr int items = 500;
  const int owners[4] = {};
  std::atomic<int> taken{0};
  std::atomic<int> dropped_count{0};
  std::thread worker([&] {
    std::vector<std::unique_ptr<int>> batch;
    while (batcher.pop(batch)) {
      for (const auto& item : batch) {
        EXPECT_NE(item, nullptr);
        ++taken;
      }
    }
  });
  std::vector<std::thread> makers;
  for (int k = 0; k < 4; ++k) {
    makers.emplace_back([&, k] {
      const Overflow overflow = static_cast<Overflow>(k % 3);
      for (int i = 0; i < items; ++i) {
        std::optional<std::unique_ptr<int>> dropped;
        batcher.push(0, std::make_unique<int>(i), 4, never, {&owners[k], 2, overflow}, dropped);
        if (dropped) ++dropped_count;
      }
    });
  }
  for (auto& maker : makers) maker.join();
  batcher.close();
  worker.join();
  EXPECT_EQ(taken + dropped_count, 4 * items);
}

TEST(Batcher, ManyProducersAndWorkersLoseAndDoubleNothing) {
  BatchPolicy p = policy(7, 16);
  p.max_delay = std::chrono::microseconds(50);
  Batcher<int, std::unique_ptr<int>> batcher(p);
  constexpr int producers = 4;
  constexpr int items = 500;
  std::atomic<long> sum{0};
  std::atomic<int> count{0};
  std::vector<std::thread> threads;
  for (int w = 0; w < 3; ++w) {
    threads.emplace_back([&] {
      std::vector<std::unique_ptr<int>> batch;
      while (batcher.pop(batch)) {
        count += static_cast<int>(batch.size());
        for (const auto& item : batch) sum += *item;
      }
    });
  }
  std::vector<std::thread> makers;
  for (int k = 0; k < producers; ++k) {
    makers.emplace_back([&, k] {
      batcher.producer_began();
      for (int i = 0; i < items; ++i)
        batcher.push(i % 3, std::make_unique<int>(k * items + i), 4, never);
      batcher.producer_ended();
    });
  }
  for (auto& maker : makers) maker.join();
  batcher.close();
  for (auto& thread : threads) thread.join();
  const long n = producers * items;
  EXPECT_EQ(count, n);
  EXPECT_EQ(sum, n * (n - 1) / 2);
}

}  // namespace
}  // namespace melgraph
