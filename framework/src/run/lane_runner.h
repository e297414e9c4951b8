#pragma once

#include <ATen/core/Tensor.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "melgraph/execution.h"
#include "melgraph/node.h"
#include "run/node_contexts.h"
#include "run/plan.h"

namespace melgraph {

/// Counters of one node, summed over workers.
struct NodeCounters {
  std::atomic<std::uint64_t> items{0};
  std::atomic<std::uint64_t> batches{0};
  std::atomic<std::uint64_t> nanoseconds{0};
};

/// Counters of one graph's runs.
struct RunCounters {
  explicit RunCounters(std::size_t node_count) : nodes(node_count) {}
  std::vector<NodeCounters> nodes;
  std::atomic<std::uint64_t> windows{0};
  std::atomic<std::uint64_t> batches{0};
  std::atomic<std::uint64_t> bytes_to_device{0};
  std::atomic<std::uint64_t> bytes_from_device{0};
  std::atomic<std::uint64_t> copies_to_device{0};
  std::atomic<std::uint64_t> copies_from_device{0};
  std::atomic<std::uint64_t> compute_nanoseconds{0};
  std::atomic<std::uint64_t> convert_nanoseconds{0};
};

/// Runs the batched part of a graph: the node instances of one worker. [one-thread-at-a-time]
class LaneRunner {
 public:
  LaneRunner(const ResolvedGraph& graph, const Plan& plan, c10::Device device,
             const EngineOptions& options, SharedObjects& shared, RunCounters& counters);

  /// Run one batch of windows of `view`, [item, channel, sample] on the CPU. Returns for each of
  /// the lane's `results` a float tensor on the CPU; of patched edges [item, patch, ...].
  /// `overlaps` gives for each item the samples it shares with the one before it.
  /// One copy goes to another device, and one comes back.
  std::vector<at::Tensor> run(int view, const at::Tensor& samples,
                              const std::vector<std::int64_t>& overlaps);

  /// Return how `node` computes; null where it does not say, or is not in a lane.
  const ExecutionInfo* execution(std::size_t node) const;

 private:
  void run_lane(int view, std::vector<at::Tensor>& edges,
                const std::vector<std::int64_t>& overlaps);

  const ResolvedGraph& graph_;
  const Plan& plan_;
  c10::Device device_;
  RunCounters& counters_;
  std::vector<std::unique_ptr<Node>> instances_;  ///< by node index; null outside the lanes
};

}  // namespace melgraph
