#include "run/lane_runner.h"

#include <ATen/ops/cat.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <chrono>

namespace melgraph {

namespace {

std::uint64_t bytes_of(const at::Tensor& tensor) {
  return static_cast<std::uint64_t>(tensor.numel()) *
         static_cast<std::uint64_t>(tensor.element_size());
}

/// Measures nodes: by the clock on a CPU, by events on a device that runs behind the host.
class Stopwatch {
 public:
  explicit Stopwatch(c10::Device device) : device_(device) {}

  void begin() {
    if (device_.is_cpu()) {
      clock_ = std::chrono::steady_clock::now();
    } else {
      events_.emplace_back(mark(), mark());
    }
  }
  void end(NodeCounters& counters) {
    if (device_.is_cpu()) {
      counters.nanoseconds +=
          static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                         std::chrono::steady_clock::now() - clock_)
                                         .count());
    } else {
      events_.back().second = mark();
      owners_.push_back(&counters);
    }
  }
  /// Add up the events; the device has finished.
  void collect() {
    for (std::size_t i = 0; i < owners_.size(); ++i) {
      events_[i].second.synchronize();
      const double milliseconds = events_[i].first.elapsedTime(events_[i].second);
      owners_[i]->nanoseconds += static_cast<std::uint64_t>(milliseconds * 1e6);
    }
  }

 private:
  c10::Event mark() const {
    c10::Event event(device_.type(), c10::EventFlag::BACKEND_DEFAULT);
    event.record(c10::impl::VirtualGuardImpl(device_.type()).getStream(device_));
    return event;
  }

  c10::Device device_;
  std::chrono::steady_clock::time_point clock_;
  std::vector<std::pair<c10::Event, c10::Event>> events_;
  std::vector<NodeCounters*> owners_;
};

/// Bring several tensors to the CPU in one copy, as float32.
std::vector<at::Tensor> copy_back(const std::vector<at::Tensor>& tensors, RunCounters& counters) {
  std::vector<at::Tensor> flat;
  for (const at::Tensor& tensor : tensors) flat.push_back(tensor.to(at::kFloat).reshape({-1}));
  const at::Tensor all = at::cat(flat).cpu();
  counters.bytes_from_device += bytes_of(all);
  counters.copies_from_device += 1;
  std::vector<at::Tensor> result;
  std::int64_t begin = 0;
  for (const at::Tensor& tensor : tensors) {
    result.push_back(all.narrow(0, begin, tensor.numel()).view(tensor.sizes()));
    begin += tensor.numel();
  }
  return result;
}

}  // namespace

LaneRunner::LaneRunner(const ResolvedGraph& graph, const Plan& plan, c10::Device device,
                       const EngineOptions& options, SharedObjects& shared, RunCounters& counters)
    : graph_(graph), plan_(plan), device_(device), counters_(counters) {
  instances_.resize(graph.nodes.size());
  for (const Lane& lane : plan.lanes) {
    for (const int n : lane.nodes) {
      const auto index = static_cast<std::size_t>(n);
      instances_[index] = open_node(graph, graph.nodes[index], device, options, shared);
    }
  }
}

const ExecutionInfo* LaneRunner::execution(std::size_t node) const {
  if (instances_[node] == nullptr) return nullptr;
  return static_cast<const ExecutionInfo*>(instances_[node]->capability(execution_info_id));
}

std::vector<at::Tensor> LaneRunner::run(int view, const at::Tensor& samples,
                                        const std::vector<std::int64_t>& overlaps) {
  const Lane& lane = plan_.lanes[static_cast<std::size_t>(view)];
  std::vector<at::Tensor> edges(graph_.edges.size());
  at::Tensor input = samples;
  if (!device_.is_cpu()) {
    input = samples.pin_memory().to(device_, /*non_blocking=*/true);
    counters_.bytes_to_device += bytes_of(samples);
    counters_.copies_to_device += 1;
  }
  edges[static_cast<std::size_t>(view)] = std::move(input);
  run_lane(view, edges, overlaps);
  std::vector<at::Tensor> results;
  for (const int edge : lane.results) {
    results.push_back(std::move(edges[static_cast<std::size_t>(edge)]));
  }
  if (results.empty()) return results;
  if (!device_.is_cpu()) return copy_back(results, counters_);
  for (at::Tensor& result : results) result = result.to(at::kFloat).contiguous();
  return results;
}

void LaneRunner::run_lane(int view, std::vector<at::Tensor>& edges,
                          const std::vector<std::int64_t>& overlaps) {
  const Lane& lane = plan_.lanes[static_cast<std::size_t>(view)];
  const auto items = static_cast<std::int64_t>(overlaps.size());
  Stopwatch stopwatch(device_);
  // Patched edges are kept folded, [item, patch, ...], beside their unfolded form for consumers.
  const auto is_folded = [&](const Edge& edge) {
    return graph_.grids[static_cast<std::size_t>(edge.grid)].expanded_by >= 0;
  };
  const auto as_seen = [&](int index) {
    const at::Tensor& tensor = edges[static_cast<std::size_t>(index)];
    return is_folded(graph_.edges[static_cast<std::size_t>(index)]) ? tensor.flatten(0, 1) : tensor;
  };
  for (std::size_t k = 0; k < lane.nodes.size(); ++k) {
    const auto index = static_cast<std::size_t>(lane.nodes[k]);
    const GraphNode& node = graph_.nodes[index];
    NodeCall::Inputs inputs;
    std::int64_t count = items;
    for (const NodeInput& input : node.inputs) {
      std::vector<at::Tensor> tensors;
      for (const int edge : input.edges) tensors.push_back(as_seen(edge));
      count = tensors.front().size(0);
      inputs.emplace_back(input.port, std::move(tensors));
    }
    NodeCall call(node, std::move(inputs), view, &overlaps);
    stopwatch.begin();
    run_node(*instances_[index], call, node, count);
    stopwatch.end(counters_.nodes[index]);
    counters_.nodes[index].items += static_cast<std::uint64_t>(count);
    counters_.nodes[index].batches += 1;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      const auto out = static_cast<std::size_t>(node.outputs[i]);
      const Edge& edge = graph_.edges[out];
      if (node.absent[i]) continue;
      at::Tensor tensor = std::move(call.output(i));
      if (edge.patches == 1) {
        tensor = tensor.squeeze(1);
      } else if (edge.patches == 0 && is_folded(edge)) {
        tensor = tensor.unflatten(0, {items, count / items});
      }
      edges[out] = std::move(tensor);
    }
    for (const int edge : lane.drop_after[k]) edges[static_cast<std::size_t>(edge)].reset();
  }
  if (!device_.is_cpu()) stopwatch.collect();
}

}  // namespace melgraph
