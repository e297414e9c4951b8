#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

namespace melgraph {

/// When a free worker takes what it finds, and when it waits for more.
struct BatchPolicy {
  std::size_t max_batch = 32;             ///< items
  std::size_t capacity = 256;             ///< items queued before producers wait
  std::uint64_t max_weight = 256u << 20;  ///< summed weight queued before producers wait
  std::chrono::nanoseconds max_delay{0};  ///< that an item waits for company while a worker is free
};

/// Bounded queue that hands out batches of items that fit together. [thread-safe]
///
/// Items with the same key make a batch, in the order they came; the key whose first item came
/// first is served first, so that none starves. Dispatch is work-conserving: a free worker waits
/// for a batch to fill only while `max_delay` lasts, no other key has a full one, a producer is at
/// work, and no producer waits for room.
template <class Key, class Item>
class Batcher {
 public:
  explicit Batcher(BatchPolicy policy) : policy_(policy) {}

  /// Queue an item; waits while there is no room (one item always fits). Returns false, and drops
  /// it, where the batcher was closed or `cancelled()` became true.
  template <class Cancelled>
  bool push(const Key& key, Item item, std::uint64_t weight, Cancelled cancelled) {
    std::unique_lock lock(mutex_);
    const auto has_room = [&] {
      return count_ == 0 || (count_ < policy_.capacity && weight_ + weight <= policy_.max_weight);
    };
    ++waiting_;
    if (!has_room()) ready_.notify_all();
    room_.wait(lock, [&] { return closed_ || cancelled() || has_room(); });
    --waiting_;
    if (closed_ || cancelled()) return false;
    Queue& queue = queue_of(key);
    queue.items.push_back({std::move(item), weight, Clock::now()});
    ++count_;
    weight_ += weight;
    ready_.notify_one();
    return true;
  }

  /// Take the next batch; waits for one. Returns false once closed and empty.
  bool pop(std::vector<Item>& batch) {
    batch.clear();
    std::unique_lock lock(mutex_);
    for (;;) {
      ready_.wait(lock, [&] { return closed_ || count_ > 0; });
      if (count_ == 0) return false;
      auto oldest = queues_.begin();
      auto full = queues_.end();
      for (auto it = queues_.begin(); it != queues_.end(); ++it) {
        if (it->items.front().came < oldest->items.front().came) oldest = it;
        if (full == queues_.end() && it->items.size() >= policy_.max_batch) full = it;
      }
      const bool company = producers_ > 0 && !closed_ && !producer_blocked();
      const auto until = oldest->items.front().came + policy_.max_delay;
      if (oldest->items.size() < policy_.max_batch && company && Clock::now() < until) {
        if (full == queues_.end()) {
          ready_.wait_until(lock, until);
          continue;
        }
        oldest = full;  // what waits for company lets a full batch go first
      }
      while (!oldest->items.empty() && batch.size() < policy_.max_batch) {
        weight_ -= oldest->items.front().weight;
        --count_;
        batch.push_back(std::move(oldest->items.front().item));
        oldest->items.pop_front();
      }
      if (oldest->items.empty()) queues_.erase(oldest);
      if (count_ > 0) ready_.notify_one();  // a wake-up may have been used up for this batch
      room_.notify_all();
      return true;
    }
  }

  /// Say that a producer begins or ends: without one, no batch is waited for.
  void producer_began() {
    const std::lock_guard lock(mutex_);
    ++producers_;
  }
  void producer_ended() {
    const std::lock_guard lock(mutex_);
    --producers_;
    ready_.notify_all();
  }

  /// Drop every queued item for which `drop(item)` holds, and let waiting producers look again.
  template <class Drop>
  void remove_if(Drop drop) {
    std::vector<Item> dropped;  // destroyed after the lock is gone
    {
      const std::lock_guard lock(mutex_);
      for (auto queue = queues_.begin(); queue != queues_.end();) {
        for (auto it = queue->items.begin(); it != queue->items.end();) {
          if (drop(it->item)) {
            weight_ -= it->weight;
            --count_;
            dropped.push_back(std::move(it->item));
            it = queue->items.erase(it);
          } else {
            ++it;
          }
        }
        queue = queue->items.empty() ? queues_.erase(queue) : std::next(queue);
      }
    }
    room_.notify_all();
  }

  /// Take no more items; `pop` hands out what is left, then returns false.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    ready_.notify_all();
    room_.notify_all();
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    Item item;
    std::uint64_t weight;
    Clock::time_point came;
  };
  struct Queue {
    Key key;
    std::deque<Entry> items;
  };

  Queue& queue_of(const Key& key) {
    for (Queue& queue : queues_) {
      if (queue.key == key) return queue;
    }
    queues_.push_back({key, {}});
    return queues_.back();
  }
  /// A producer that stands in `push` while the queue is full brings no company.
  bool producer_blocked() const {
    return waiting_ > 0 && (count_ >= policy_.capacity || weight_ >= policy_.max_weight / 2);
  }

  const BatchPolicy policy_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable room_;
  std::list<Queue> queues_;
  std::size_t count_ = 0;
  std::uint64_t weight_ = 0;
  int producers_ = 0;
  int waiting_ = 0;
  bool closed_ = false;
};

}  // namespace melgraph
