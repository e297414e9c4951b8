#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "melgraph/node.h"
#include "melgraph/result.h"
#include "run/lane_runner.h"
#include "run/plan.h"

namespace melgraph {

/// Node instances of the clip stage, lent to one session at a time. [thread-safe]
class ClipInstances {
 public:
  using Set = std::vector<std::unique_ptr<Node>>;  ///< by node index

  /// What the arguments name outlives the object.
  ClipInstances(const ResolvedGraph& graph, const Plan& plan, const EngineOptions& options,
                SharedObjects& shared);

  std::unique_ptr<Set> take();
  void give_back(std::unique_ptr<Set> set);

 private:
  const ResolvedGraph& graph_;
  const Plan& plan_;
  const EngineOptions& options_;
  SharedObjects& shared_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Set>> free_;
};

/// Puts the items of one session together: combiners over several grids, aggregation over time,
/// outputs. Runs on the CPU, each time new items have come. [one-thread-at-a-time]
class ClipStage {
 public:
  ClipStage(const ResolvedGraph& graph, const Plan& plan, ClipInstances& instances,
            RunCounters& counters);

  /// Add the next items of a lane's result edge: [item, ...] on the CPU.
  void add(int edge, const at::Tensor& items, const std::vector<TimeSpan>& spans);
  /// Say that a lane's result edge is complete.
  void finish(int edge);
  /// Compute what can be computed now; results go to `emit`, those of one output in order.
  void advance(const std::function<void(Result&&)>& emit);
  /// Return whether every output is complete.
  bool done() const;
  void reset();

 private:
  struct Row {
    at::Tensor data;  ///< without the item axis
    TimeSpan span;
  };
  struct Stream {
    std::deque<Row> rows;
    std::int64_t first = 0;  ///< index of rows.front()
    bool finished = false;
    std::int64_t end() const { return first + static_cast<std::int64_t>(rows.size()); }
    const Row& at(std::int64_t i) const { return rows[static_cast<std::size_t>(i - first)]; }
  };

  void run_clip_node(int node, Node& instance);
  void run_window_node(int node, Node& instance);
  bool aligned_ready(const Stream& member, const TimeSpan& span) const;
  at::Tensor aligned_row(const Stream& member, const TimeSpan& span) const;
  at::Tensor gather(int edge, int grid_edge, std::int64_t begin, std::int64_t end) const;
  void call(int node, Node& instance, std::int64_t begin, std::int64_t end);
  void append(int edge, const at::Tensor& tensor, const std::vector<TimeSpan>& spans);
  void emit_outputs(const std::function<void(Result&&)>& emit);
  void drop_used();
  Stream& stream(int edge) { return streams_[static_cast<std::size_t>(edge)]; }
  const Stream& stream(int edge) const { return streams_[static_cast<std::size_t>(edge)]; }

  const ResolvedGraph& graph_;
  const Plan& plan_;
  ClipInstances& instances_;
  RunCounters& counters_;
  std::vector<Stream> streams_;            ///< by edge
  std::vector<std::int64_t> node_cursor_;  ///< by node: items of its grid used so far
  std::vector<std::int64_t> output_cursor_;
};

}  // namespace melgraph
