#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "melgraph/session.h"

namespace melgraph {

/// When a free worker takes what it finds, and when it waits for more.
struct BatchPolicy {
  std::size_t max_batch = 32;             ///< items
  std::size_t capacity = 256;             ///< items queued before producers wait
  std::uint64_t max_weight = 256u << 20;  ///< summed weight queued before producers wait
  std::chrono::nanoseconds max_delay{0};  ///< that an item waits for company while a worker is free
};

/// How much of the queue belongs to one owner of items.
struct Share {
  const void* owner = nullptr;
  std::size_t most = 0;  ///< items of the owner with one key; 0: no bound but the queue's
  Overflow overflow = Overflow::wait;
};

/// Bounded queue that hands out batches of items that fit together. [thread-safe]
///
/// Items with the same key make a batch, in the order they came; the key whose first item came
/// first is served first, so that none starves. Dispatch is work-conserving: a free worker waits
/// for a batch to fill only while `max_delay` lasts, no other key has a full one, a producer is at
/// work, and no producer waits for room. An owner keeps its places in the line when its oldest item
/// gives way to a new one, so that owners who drop all get their turn.
template <class Key, class Item>
class Batcher {
 public:
  explicit Batcher(BatchPolicy policy) : policy_(policy) {}

  /// Queue an item; waits while there is no room (one item always fits). Returns false, and drops
  /// it, where the batcher was closed or `cancelled()` became true.
  template <class Cancelled>
  bool push(const Key& key, Item item, std::uint64_t weight, Cancelled cancelled) {
    std::optional<Item> none;
    return push(key, std::move(item), weight, cancelled, Share(), none);
  }

  /// The same for an owner who has a share of the queue. Where that is full, an item goes into
  /// `dropped` if `share` says so; an owner who drops never waits, and its items take no room from
  /// those who wait.
  template <class Cancelled>
  bool push(const Key& key, Item item, std::uint64_t weight, Cancelled cancelled,
            const Share& share, std::optional<Item>& dropped) {
    std::unique_lock lock(mutex_);
    const bool waits = share.overflow == Overflow::wait;
    if (waits) wait_for_room(lock, key, weight, cancelled, share);
    if (closed_ || cancelled()) return false;
    if (!waits && is_full(key, share)) {
      dropped = std::move(item);
      if (share.overflow == Overflow::drop_oldest) replace_oldest(key, share, *dropped);
      return true;
    }
    queue_of(key).items.push_back({std::move(item), weight, Clock::now(), share.owner, waits});
    ++count_;
    if (waits) {
      ++held_;
      weight_ += weight;
    }
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
        forget(oldest->items.front());
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
            forget(*it);
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
    Clock::time_point came;  ///< when its place in the line was taken
    const void* owner;
    bool holds_room;  ///< counts against the bounds of the queue
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
  bool is_full(const Key& key, const Share& share) const {
    if (share.most == 0) return false;
    for (const Queue& queue : queues_) {
      if (!(queue.key == key)) continue;
      const auto owned = std::count_if(queue.items.begin(), queue.items.end(),
                                       [&](const Entry& e) { return e.owner == share.owner; });
      return static_cast<std::size_t>(owned) >= share.most;
    }
    return false;
  }
  template <class Cancelled>
  void wait_for_room(std::unique_lock<std::mutex>& lock, const Key& key, std::uint64_t weight,
                     Cancelled cancelled, const Share& share) {
    const auto has_room = [&] {
      return held_ == 0 || (held_ < policy_.capacity && weight_ + weight <= policy_.max_weight);
    };
    const bool owner_waits = is_full(key, share);
    ++waiting_;
    owners_waiting_ += owner_waits ? 1 : 0;
    if (owner_waits || !has_room()) ready_.notify_all();
    room_.wait(lock,
               [&] { return closed_ || cancelled() || (has_room() && !is_full(key, share)); });
    --waiting_;
    owners_waiting_ -= owner_waits ? 1 : 0;
  }
  /// Put `item` behind the owner's others and the oldest of them into `item`.
  void replace_oldest(const Key& key, const Share& share, Item& item) {
    Entry* place = nullptr;
    std::optional<Item> oldest;
    for (Entry& entry : queue_of(key).items) {
      if (entry.owner != share.owner) continue;
      if (place == nullptr) {
        oldest = std::move(entry.item);
      } else {
        place->item = std::move(entry.item);
      }
      place = &entry;
    }
    place->item = std::move(item);
    item = std::move(*oldest);
  }
  void forget(const Entry& entry) {
    --count_;
    if (!entry.holds_room) return;
    --held_;
    weight_ -= entry.weight;
  }
  /// A producer that stands in `push` without room brings no company.
  bool producer_blocked() const {
    const bool full = held_ >= policy_.capacity || weight_ >= policy_.max_weight / 2;
    return owners_waiting_ > 0 || (waiting_ > 0 && full);
  }

  const BatchPolicy policy_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::condition_variable room_;
  std::list<Queue> queues_;
  std::size_t count_ = 0;
  std::size_t held_ = 0;      ///< items that count against the capacity
  std::uint64_t weight_ = 0;  ///< of these
  int producers_ = 0;
  int waiting_ = 0;         ///< producers that stand in `push`, or pass through it
  int owners_waiting_ = 0;  ///< of these, for room in their own share
  bool closed_ = false;
};

}  // namespace melgraph
