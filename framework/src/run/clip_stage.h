#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

#include "melgraph/node.h"
#include "melgraph/result.h"
#include "run/lane_runner.h"
#include "run/plan.h"

namespace melgraph {

/// Node instances of the clip stage, lent to one session at a time. [thread-safe]
class MELGRAPH_API ClipInstances {
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
///
/// Items are dropped once nothing needs them any more. Nodes of scope `clip` need all of them at
/// the end, but those with `RunningReduction` take them in blocks.
class MELGRAPH_API ClipStage {
 public:
  ClipStage(const ResolvedGraph& graph, const Plan& plan, ClipInstances& instances,
            RunCounters& counters);

  /// Add the next items of a lane's result edge: [item, ...] on the CPU.
  void add(int edge, const at::Tensor& items, const std::vector<TimeSpan>& spans);
  /// Say that an item of a lane's result edge will not come: nothing is kept for it.
  void skip(int edge, const TimeSpan& span);
  /// Say that a lane's result edge is complete.
  void finish(int edge);
  /// Compute what can be computed now; results go to `emit`, those of one output in order.
  void advance(const std::function<void(Result&&)>& emit);
  /// Return whether every output is complete.
  bool done() const;
  void reset();
  /// Return how many items are held, of all edges.
  std::size_t held() const;

  /// Items that a node with `RunningReduction` takes at a time; fewer are left for `process`.
  static constexpr std::int64_t block = 256;

 private:
  struct Row {
    at::Tensor data;  ///< without the item axis
    TimeSpan span;
  };
  struct Stream {
    std::deque<Row> rows;
    std::int64_t first = 0;  ///< index of rows.front()
    bool finished = false;
    /// Start of the newest item, given or skipped.
    double reached = -std::numeric_limits<double>::infinity();
    std::int64_t end() const { return first + static_cast<std::int64_t>(rows.size()); }
    const Row& at(std::int64_t i) const { return rows[static_cast<std::size_t>(i - first)]; }
  };

  /// What a node with `RunningReduction` has made of the items before its cursor.
  struct Running {
    std::unique_ptr<RunningReduction::State> state;
    double start = 0;  ///< of the first item
  };

  void run_clip_node(int node, Node& instance);
  void take_blocks(int node, RunningReduction& running);
  void finish_running(int node, RunningReduction& running);
  void run_window_node(int node, Node& instance);
  bool aligned_ready(const Stream& member, const TimeSpan& span) const;
  at::Tensor aligned_row(const Stream& member, const TimeSpan& span) const;
  at::Tensor gather(int edge, int grid_edge, std::int64_t begin, std::int64_t end) const;
  void call(int node, Node& instance, std::int64_t begin, std::int64_t end);
  NodeCall make_call(int node, std::int64_t begin, std::int64_t end,
                     std::vector<TimeSpan>& spans) const;
  void keep_outputs(int node, NodeCall& call, const std::vector<TimeSpan>& spans,
                    const TimeSpan& whole);
  template <class Work>
  void timed(int node, std::size_t items, Work work);
  std::int64_t count_ready(int node, std::int64_t from) const;
  bool is_complete(int node, std::int64_t cursor) const;
  bool shares_grid(int edge, int other) const {
    return graph_.edges[static_cast<std::size_t>(edge)].grid ==
           graph_.edges[static_cast<std::size_t>(other)].grid;
  }
  void append(int edge, const at::Tensor& tensor, const std::vector<TimeSpan>& spans);
  void emit_outputs(const std::function<void(Result&&)>& emit);
  void emit_output(std::size_t o, const std::function<void(Result&&)>& emit);
  void drop_used();
  Stream& stream(int edge) { return streams_[static_cast<std::size_t>(edge)]; }
  const Stream& stream(int edge) const { return streams_[static_cast<std::size_t>(edge)]; }

  const ResolvedGraph& graph_;
  const Plan& plan_;
  ClipInstances& instances_;
  RunCounters& counters_;
  std::vector<Stream> streams_;            ///< by edge
  std::vector<std::int64_t> node_cursor_;  ///< by node: items of its grid used so far
  std::vector<Running> running_;           ///< by node
  std::vector<std::int64_t> output_cursor_;
};

}  // namespace melgraph
