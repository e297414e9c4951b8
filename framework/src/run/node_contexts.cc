#include "run/node_contexts.h"

#include <c10/util/Exception.h>

namespace melgraph {

std::shared_ptr<const StateDict> SharedObjects::weights(const std::string& path) {
  const std::lock_guard lock(mutex_);
  auto& entry = weights_[path];
  if (entry == nullptr) entry = std::make_shared<const StateDict>(read_weights(path));
  return entry;
}

std::shared_ptr<void> SharedObjects::object(const std::string& key,
                                            const std::function<std::shared_ptr<void>()>& make) {
  const std::lock_guard lock(mutex_);
  auto& entry = objects_[key];
  if (entry == nullptr) entry = make();
  return entry;
}

NodeOpening::NodeOpening(const ResolvedGraph& graph, const GraphNode& node, c10::Device device,
                         const EngineOptions& options, SharedObjects& shared)
    : graph_(graph), node_(node), device_(device), options_(options), shared_(shared) {}

std::size_t NodeOpening::input_count(std::string_view port) const {
  const NodeInput* input = node_.find_input(port);
  return input != nullptr ? input->edges.size() : 0;
}

const PortSpec& NodeOpening::input(std::string_view port, std::size_t index) const {
  const NodeInput* input = node_.find_input(port);
  if (input == nullptr || index >= input->edges.size()) {
    throw Error(ErrorCode::internal, "input \"" + std::string(port) + "\" is not wired");
  }
  return graph_.edges[static_cast<std::size_t>(input->edges[index])].spec;
}

const PortSpec& NodeOpening::output(std::string_view port) const {
  const auto& ports = node_.type->descriptor.outputs;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (ports[i].name == port) {
      return graph_.edges[static_cast<std::size_t>(node_.outputs[i])].spec;
    }
  }
  throw Error(ErrorCode::internal, "there is no output port \"" + std::string(port) + "\"");
}

std::shared_ptr<const StateDict> NodeOpening::weights(std::string_view param) {
  return shared_.weights(node_.params.string(param));
}

void NodeOpening::log(LogLevel level, std::string_view message) {
  if (options_.log) options_.log(level, node_.id + ": " + std::string(message));
}

std::shared_ptr<void> NodeOpening::shared_object(
    const std::string& key, const std::function<std::shared_ptr<void>()>& make) {
  return shared_.object(node_.id + '\n' + device_.str() + '\n' + key, make);
}

NodeCall::NodeCall(const GraphNode& node, Inputs inputs, int view,
                   const std::vector<std::int64_t>* overlaps)
    : node_(node),
      inputs_(std::move(inputs)),
      view_(view),
      overlaps_(overlaps),
      outputs_(node.outputs.size()),
      events_(node.outputs.size()) {}

NodeCall::NodeCall(const GraphNode& node, Inputs inputs, const std::vector<TimeSpan>* spans)
    : node_(node),
      inputs_(std::move(inputs)),
      spans_(spans),
      outputs_(node.outputs.size()),
      events_(node.outputs.size()) {}

std::size_t NodeCall::input_count(std::string_view port) const {
  for (const auto& [name, tensors] : inputs_) {
    if (name == port) return tensors.size();
  }
  return 0;
}

const at::Tensor& NodeCall::input(std::string_view port, std::size_t index) const {
  for (const auto& [name, tensors] : inputs_) {
    if (name == port && index < tensors.size()) return tensors[index];
  }
  throw Error(ErrorCode::internal, "input \"" + std::string(port) + "\" is not wired");
}

std::int64_t NodeCall::overlap(std::string_view port, std::int64_t item) const {
  const NodeInput* input = node_.find_input(port);
  if (overlaps_ == nullptr || input == nullptr || input->edges.front() != view_) return 0;
  return (*overlaps_)[static_cast<std::size_t>(item)];
}

TimeSpan NodeCall::span(std::int64_t item) const {
  if (spans_ == nullptr || node_.type->descriptor.scope != Scope::clip) {
    return ProcessContext::span(item);
  }
  return spans_->at(static_cast<std::size_t>(item));
}

std::size_t NodeCall::output_index(std::string_view port) const {
  const auto& ports = node_.type->descriptor.outputs;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (ports[i].name == port) return i;
  }
  throw Error(ErrorCode::internal, "there is no output port \"" + std::string(port) + "\"");
}

void NodeCall::set_output(std::string_view port, at::Tensor tensor) {
  outputs_[output_index(port)] = std::move(tensor);
}

void NodeCall::set_output(std::string_view port, at::Tensor tensor, std::vector<TimeSpan> spans) {
  if (spans_ == nullptr) return ProcessContext::set_output(port, std::move(tensor), spans);
  const std::size_t index = output_index(port);
  if (!tensor.defined() || tensor.dim() < 1 ||
      tensor.size(0) != static_cast<std::int64_t>(spans.size())) {
    throw Error(ErrorCode::internal,
                "output \"" + std::string(port) + "\" wants one time an event");
  }
  outputs_[index] = std::move(tensor);
  events_[index] = std::move(spans);
}

std::unique_ptr<Node> open_node(const ResolvedGraph& graph, const GraphNode& node,
                                c10::Device device, const EngineOptions& options,
                                SharedObjects& shared) {
  const Descriptor& descriptor = node.type->descriptor;
  const std::string what = "node \"" + node.id + "\" (" + descriptor.id + ")";
  if (descriptor.cpu_only && !device.is_cpu()) {
    throw Error(ErrorCode::device, what + " runs on a CPU only, not on " + device.str(),
                "use --device cpu");
  }
  if (descriptor.runs_code && !options.trust_code) {
    throw Error(ErrorCode::usage, what + " runs the code of a file",
                "allow it with --trust-code, if you trust the file");
  }
  NodeOpening context(graph, node, device, options, shared);
  try {
    std::unique_ptr<Node> instance = node.type->make_node();
    instance->open(context);
    return instance;
  } catch (const Error& error) {
    throw Error(error.code(), what + ": " + error.what(), error.hint());
  } catch (const c10::Error& error) {
    throw Error(ErrorCode::run_time, what + ": " + error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw Error(ErrorCode::run_time, what + ": " + error.what());
  } catch (...) {
    throw Error(ErrorCode::run_time, what + ": something that is no exception was thrown",
                "this is a defect of the plugin");
  }
}

namespace {

std::string name_of(const GraphNode& node) {
  return "node \"" + node.id + "\" (" + node.type->descriptor.id + ")";
}

/// Call code of a plugin; whatever it throws becomes an `Error` that names the node.
template <class Work>
void call_plugin(const GraphNode& node, Work work) {
  try {
    work();
  } catch (const Error& error) {
    throw Error(ErrorCode::run_time, name_of(node) + ": " + error.what(), error.hint());
  } catch (const c10::Error& error) {
    throw Error(ErrorCode::run_time, name_of(node) + ": " + error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw Error(ErrorCode::run_time, name_of(node) + ": " + error.what());
  } catch (...) {
    throw Error(ErrorCode::run_time, name_of(node) + ": something that is no exception was thrown",
                "this is a defect of the plugin");
  }
}

void check_outputs(NodeCall& call, const GraphNode& node, std::int64_t items) {
  const Descriptor& descriptor = node.type->descriptor;
  for (std::size_t i = 0; i < descriptor.outputs.size(); ++i) {
    const at::Tensor& output = call.output(i);
    if (node.absent[i]) continue;
    if (!output.defined()) {
      throw Error(ErrorCode::internal,
                  name_of(node) + " did not set its output \"" + descriptor.outputs[i].name + "\"");
    }
    if (items >= 0 && (output.dim() < 1 || output.size(0) != items)) {
      throw Error(ErrorCode::internal,
                  name_of(node) + " gave " +
                      (output.dim() < 1 ? "a number" : std::to_string(output.size(0)) + " items") +
                      " at its output \"" + descriptor.outputs[i].name + "\" for " +
                      std::to_string(items) + " items");
    }
  }
}

}  // namespace

void run_node(Node& instance, NodeCall& call, const GraphNode& node, std::int64_t items) {
  call_plugin(node, [&] { instance.process(call); });
  check_outputs(call, node, items);
}

void add_items(RunningReduction& running, RunningReduction::State& state, NodeCall& call,
               const GraphNode& node) {
  call_plugin(node, [&] { running.add(state, call); });
}

void finish_items(RunningReduction& running, RunningReduction::State& state, NodeCall& call,
                  const GraphNode& node) {
  call_plugin(node, [&] { running.finish(state, call); });
  check_outputs(call, node, -1);
}

}  // namespace melgraph
