#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fake_host.h"
#include "stream_worker.h"

namespace melgraph::stream {

constexpr std::int64_t second = 1000000000;

enum class Kind { result, drop, position, end, flush, failure, graph };

/// Something a worker told.
struct Told {
  Kind kind = Kind::result;
  const HostGraph* graph = nullptr;
  std::string output;
  std::int64_t index = 0;
  std::int64_t start = 0;  ///< or the time of a drop or a position
  std::int64_t duration = 0;
  std::int64_t run_start = 0;
  std::vector<float> values;
  WorkerCounts counts;
  std::string message;
};

/// Keeps what a worker tells. [thread-safe]
class Collector final : public StreamListener {
 public:
  /// Called for each, on the worker's thread.
  std::function<void(const Told&)> hook;

  void on_result(const TimedResult& result) override;
  void on_drop(const WorkerCounts& counts, std::int64_t end, const Run& run) override;
  void on_position(std::int64_t time, const Run& run) override;
  void on_end() override;
  void on_flush() override;
  void on_failure(const Error& error) override;
  void on_graph(const std::shared_ptr<HostGraph>& graph) override;

  std::vector<Told> all() const;
  std::vector<Told> all(Kind kind) const;
  std::size_t count(Kind kind) const { return all(kind).size(); }
  /// One letter each, in order: Result, End, Flush, failure `X`, Graph.
  std::string order() const;
  void wait_for(Kind kind, std::size_t count) const;

 private:
  void keep(Told told);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<Told> told_;
};

std::shared_ptr<HostGraph> open_graph(const fake::Engine& engine);

/// Sound whose samples count the frames from `first` on.
std::vector<float> counting(std::int64_t first, std::size_t frames);

/// A door that is closed until it is opened for good. [thread-safe]
class Door {
 public:
  void open();
  void wait() const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace melgraph::stream
