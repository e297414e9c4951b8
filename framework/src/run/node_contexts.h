#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "melgraph/node.h"
#include "melgraph/running.h"

namespace melgraph {

/// Objects that all instances of a graph's nodes share: weights by path, others by key.
/// [thread-safe]
class MELGRAPH_API SharedObjects {
 public:
  std::shared_ptr<const StateDict> weights(const std::string& path);
  std::shared_ptr<void> object(const std::string& key,
                               const std::function<std::shared_ptr<void>()>& make);

 private:
  std::recursive_mutex mutex_;  // what makes an object may ask for weights
  std::map<std::string, std::shared_ptr<const StateDict>> weights_;
  std::map<std::string, std::shared_ptr<void>> objects_;
};

/// The host's side of `OpenContext`.
class NodeOpening final : public OpenContext {
 public:
  NodeOpening(const ResolvedGraph& graph, const GraphNode& node, c10::Device device,
              const EngineOptions& options, SharedObjects& shared);

  const std::string& node_id() const override { return node_.id; }
  const Params& params() const override { return node_.params; }
  std::size_t input_count(std::string_view port) const override;
  const PortSpec& input(std::string_view port, std::size_t index) const override;
  const PortSpec& output(std::string_view port) const override;
  c10::Device device() const override { return device_; }
  std::shared_ptr<const StateDict> weights(std::string_view param) override;
  Precision precision() const override { return options_.precision; }
  bool trust_code() const override { return options_.trust_code; }
  void log(LogLevel level, std::string_view message) override;

 private:
  std::shared_ptr<void> shared_object(const std::string& key,
                                      const std::function<std::shared_ptr<void>()>& make) override;

  const ResolvedGraph& graph_;
  const GraphNode& node_;
  c10::Device device_;
  const EngineOptions& options_;
  SharedObjects& shared_;
};

/// The host's side of `ProcessContext`: inputs and outputs of one call.
class NodeCall final : public ProcessContext {
 public:
  using Inputs = std::vector<std::pair<std::string_view, std::vector<at::Tensor>>>;

  /// A call on windows. `overlaps` are those of the items of the edge `view`; it outlives the call.
  NodeCall(const GraphNode& node, Inputs inputs, int view,
           const std::vector<std::int64_t>* overlaps);
  /// A call on a session's items, which cover `spans`; it outlives the call.
  NodeCall(const GraphNode& node, Inputs inputs, const std::vector<TimeSpan>* spans);

  std::size_t input_count(std::string_view port) const override;
  const at::Tensor& input(std::string_view port, std::size_t index) const override;
  std::int64_t overlap(std::string_view port, std::int64_t item) const override;
  TimeSpan span(std::int64_t item) const override;
  void set_output(std::string_view port, at::Tensor tensor) override;
  void set_output(std::string_view port, at::Tensor tensor, std::vector<TimeSpan> spans) override;

  /// Return output `port` (an index); undefined where the node did not set it.
  at::Tensor& output(std::size_t port) { return outputs_[port]; }
  /// Return the times of the events of output `port`.
  const std::vector<TimeSpan>& events(std::size_t port) const { return events_[port]; }

 private:
  std::size_t output_index(std::string_view port) const;

  const GraphNode& node_;
  Inputs inputs_;
  int view_ = -1;
  const std::vector<std::int64_t>* overlaps_ = nullptr;
  const std::vector<TimeSpan>* spans_ = nullptr;
  std::vector<at::Tensor> outputs_;
  std::vector<std::vector<TimeSpan>> events_;
};

/// Make and open the instance of one node.
std::unique_ptr<Node> open_node(const ResolvedGraph& graph, const GraphNode& node,
                                c10::Device device, const EngineOptions& options,
                                SharedObjects& shared);

/// Run one call of a node; checks that every output that it has was set and has `items` items.
/// Any exception becomes an `Error` of code `run_time` that names the node.
void run_node(Node& instance, NodeCall& call, const GraphNode& node, std::int64_t items);
/// Hand the next items of one input to a node that reduces as they come; errors as `run_node`.
void add_items(RunningReduction& running, RunningReduction::State& state, NodeCall& call,
               const GraphNode& node);
/// Get what such a node makes of all of them; checks and errors as `run_node`.
void finish_items(RunningReduction& running, RunningReduction::State& state, NodeCall& call,
                  const GraphNode& node);

}  // namespace melgraph
