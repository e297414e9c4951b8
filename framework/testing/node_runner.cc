#include "melgraph/testing/node_runner.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "check_tensor.h"
#include "config/param_resolve.h"
#include "infer_recorder.h"
#include "melgraph/running.h"
#include "melgraph/weights.h"

namespace melgraph::testing {
namespace {

/// What instances of one node share in an engine.
struct Shared {
  std::map<std::string, std::shared_ptr<void>> objects;
  std::map<std::string, std::shared_ptr<const StateDict>> weights;
};

class Opening final : public OpenContext {
 public:
  Opening(const InferRecorder& inferred, Shared& shared, c10::Device device, Precision precision,
          bool trusted, std::vector<std::string>& log)
      : inferred_(inferred),
        shared_(shared),
        device_(device),
        precision_(precision),
        trusted_(trusted),
        log_(log) {}

  const std::string& node_id() const override { return id_; }
  const Params& params() const override { return inferred_.params(); }
  std::size_t input_count(std::string_view port) const override {
    return inferred_.input_count(port);
  }
  const PortSpec& input(std::string_view port, std::size_t index) const override {
    return inferred_.input(port, index);
  }
  const PortSpec& output(std::string_view port) const override {
    static const PortSpec left_out;
    return inferred_.has_output(port) ? inferred_.output(port) : left_out;
  }
  c10::Device device() const override { return device_; }
  std::shared_ptr<const StateDict> weights(std::string_view param) override {
    const std::string& path = params().string(param);
    auto& entry = shared_.weights[path];
    if (!entry) entry = std::make_shared<const StateDict>(read_weights(path));
    return entry;
  }
  Precision precision() const override { return precision_; }
  bool trust_code() const override { return trusted_; }
  void log(LogLevel, std::string_view message) override { log_.emplace_back(message); }

 protected:
  std::shared_ptr<void> shared_object(const std::string& key,
                                      const std::function<std::shared_ptr<void>()>& make) override {
    auto found = shared_.objects.find(key);
    if (found == shared_.objects.end()) found = shared_.objects.emplace(key, make()).first;
    return found->second;
  }

 private:
  const InferRecorder& inferred_;
  Shared& shared_;
  c10::Device device_;
  Precision precision_;
  bool trusted_;
  std::vector<std::string>& log_;
  std::string id_ = "node";
};

class Batch final : public ProcessContext {
 public:
  Batch(const Descriptor& descriptor, const Inputs& inputs,
        const std::vector<std::int64_t>& overlaps, const std::vector<TimeSpan>& spans)
      : descriptor_(descriptor), inputs_(inputs), overlaps_(overlaps), spans_(spans) {}

  std::size_t input_count(std::string_view port) const override {
    const auto found = inputs_.find(std::string(port));
    return found == inputs_.end() ? 0 : found->second.size();
  }
  const at::Tensor& input(std::string_view port, std::size_t index) const override {
    if (index >= input_count(port)) {
      throw Error(ErrorCode::internal, "process asked for input " + std::to_string(index) +
                                           " of port `" + std::string(port) + "`, which has " +
                                           std::to_string(input_count(port)));
    }
    return inputs_.find(std::string(port))->second[index];
  }
  std::int64_t overlap(std::string_view, std::int64_t item) const override {
    const auto index = static_cast<std::size_t>(item);
    return index < overlaps_.size() ? overlaps_[index] : 0;
  }
  TimeSpan span(std::int64_t item) const override {
    if (descriptor_.scope != Scope::clip) return ProcessContext::span(item);
    return spans_.at(static_cast<std::size_t>(item));
  }
  void set_output(std::string_view port, at::Tensor tensor) override {
    if (descriptor_.find_output(port) == nullptr) {
      throw Error(ErrorCode::internal, "process set `" + std::string(port) + "`, no output port");
    }
    if (!outputs.emplace(std::string(port), std::move(tensor)).second) {
      throw Error(ErrorCode::internal, "process set `" + std::string(port) + "` twice");
    }
  }
  void set_output(std::string_view port, at::Tensor tensor, std::vector<TimeSpan> spans) override {
    if (tensor.dim() < 1 || tensor.size(0) != static_cast<std::int64_t>(spans.size())) {
      throw Error(ErrorCode::internal, "`" + std::string(port) + "` wants one time an event");
    }
    events[std::string(port)] = std::move(spans);
    set_output(port, std::move(tensor));
  }

  Outputs outputs;
  std::map<std::string, std::vector<TimeSpan>> events;

 private:
  const Descriptor& descriptor_;
  const Inputs& inputs_;
  const std::vector<std::int64_t>& overlaps_;
  const std::vector<TimeSpan>& spans_;
};

}  // namespace

class NodeRunner::Impl {
 public:
  Impl(Descriptor description, InferFunction function, MakeNode make)
      : descriptor(std::move(description)), infer_function(function), make_node(make) {}

  bool infer() {
    recorder = std::make_unique<InferRecorder>(descriptor, edges);
    std::vector<ParamFinding> wrong;
    Params complete = complete_params(descriptor, given, wrong);
    for (const ParamFinding& finding : wrong) {
      recorder->report_param(finding.param, finding.message, finding.hint);
    }
    recorder->check_wiring();
    if (!recorder->findings().empty()) return false;
    recorder->set_params(std::move(complete));
    infer_function(*recorder);
    if (recorder->findings().empty()) recorder->check_outputs();
    return recorder->findings().empty();
  }

  void check_outputs(const Outputs& outputs, std::int64_t items) const {
    for (const OutputPort& port : descriptor.outputs) {
      const auto found = outputs.find(port.name);
      if (!recorder->has_output(port.name)) continue;
      if (found == outputs.end()) {
        throw Error(ErrorCode::internal, "process did not set the output `" + port.name + "`");
      }
      const PortSpec& spec = recorder->output(port.name);
      const bool one =
          descriptor.scope == Scope::clip && spec.axes.front().name == std::string("clip");
      const auto timed = events.find(port.name);
      const std::int64_t count = timed == events.end()
                                     ? (one ? 1 : items)
                                     : static_cast<std::int64_t>(timed->second.size());
      check_tensor(found->second, spec, count, "output " + port.name);
    }
  }

  Descriptor descriptor;
  InferFunction infer_function;
  MakeNode make_node;
  std::vector<std::pair<std::string, ParamValue>> given;
  Edges edges;
  c10::Device device{c10::kCPU};
  Precision precision = Precision::f32;
  bool trusted = false;
  std::vector<std::int64_t> overlaps;
  std::vector<TimeSpan> spans;
  std::map<std::string, std::vector<TimeSpan>> events;
  std::vector<std::string> log;
  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  std::unique_ptr<InferRecorder> recorder;
  std::unique_ptr<Node> node;
};

NodeRunner::NodeRunner(NodeType type)
    : NodeRunner(std::move(type.descriptor), type.infer, type.make_node) {}

NodeRunner::NodeRunner(Descriptor descriptor, InferFunction function, MakeNode make_node)
    : impl_(std::make_unique<Impl>(std::move(descriptor), function, make_node)) {}

NodeRunner::~NodeRunner() = default;
NodeRunner::NodeRunner(NodeRunner&&) noexcept = default;
NodeRunner& NodeRunner::operator=(NodeRunner&&) noexcept = default;

NodeRunner& NodeRunner::set(const std::string& param, ParamValue value) {
  impl_->recorder.reset();
  impl_->given.emplace_back(param, std::move(value));
  return *this;
}

NodeRunner& NodeRunner::set(const std::string& param, const char* value) {
  return set(param, ParamValue(std::string(value)));
}

NodeRunner& NodeRunner::set(const std::string& param, bool value) {
  return set(param, ParamValue(value));
}

NodeRunner& NodeRunner::set(const std::string& param, int value) {
  return set(param, ParamValue(static_cast<std::int64_t>(value)));
}

NodeRunner& NodeRunner::set(const std::string& param, std::int64_t value) {
  return set(param, ParamValue(value));
}

NodeRunner& NodeRunner::set(const std::string& param, double value) {
  return set(param, ParamValue(value));
}

NodeRunner& NodeRunner::connect(const std::string& port, PortSpec spec) {
  impl_->recorder.reset();
  impl_->edges[port].push_back(std::move(spec));
  return *this;
}

NodeRunner& NodeRunner::on(c10::Device device) {
  impl_->device = device;
  return *this;
}

NodeRunner& NodeRunner::trust_code(bool trusted) {
  impl_->trusted = trusted;
  return *this;
}

NodeRunner& NodeRunner::share_with(const NodeRunner& other) {
  impl_->shared = other.impl_->shared;
  return *this;
}

bool NodeRunner::infer() {
  return impl_->infer();
}

const std::vector<Finding>& NodeRunner::findings() const noexcept {
  static const std::vector<Finding> none;
  return impl_->recorder ? impl_->recorder->findings() : none;
}

std::string NodeRunner::findings_text() const {
  std::string text;
  for (const Finding& finding : findings()) {
    if (!finding.param.empty()) text += finding.param + ": ";
    if (!finding.port.empty()) {
      text += finding.port;
      if (finding.index != 0) text.append("[").append(std::to_string(finding.index)).append("]");
      text += ": ";
    }
    text += finding.message;
    if (!finding.hint.empty()) text += "; " + finding.hint;
    text += "\n";
  }
  return text;
}

const Params& NodeRunner::params() const noexcept {
  static const Params none;
  return impl_->recorder ? impl_->recorder->params() : none;
}

const PortSpec& NodeRunner::output(const std::string& port) const {
  if (!impl_->recorder) throw Error(ErrorCode::usage, "NodeRunner::output comes after infer");
  return impl_->recorder->output(port.empty() ? impl_->descriptor.outputs.front().name : port);
}

const std::vector<std::string>& NodeRunner::log() const noexcept {
  return impl_->log;
}

void NodeRunner::open() {
  if (!impl_->recorder) impl_->infer();
  if (!findings().empty()) {
    throw Error(ErrorCode::invalid_graph, impl_->descriptor.id + ": " + findings_text());
  }
  if (impl_->make_node == nullptr) {
    throw Error(ErrorCode::usage, impl_->descriptor.id + " has no class to make");
  }
  const c10::InferenceMode inference;
  std::unique_ptr<Node> node = impl_->make_node();
  Opening opening(*impl_->recorder, *impl_->shared, impl_->device, impl_->precision, impl_->trusted,
                  impl_->log);
  node->open(opening);
  impl_->node = std::move(node);
}

Node& NodeRunner::node() {
  if (!impl_->node) open();
  return *impl_->node;
}

Outputs NodeRunner::process(const Inputs& inputs) {
  Node& opened = node();
  const c10::InferenceMode inference;
  const InferRecorder& inferred = *impl_->recorder;
  std::int64_t items = -1;
  for (const InputPort& port : impl_->descriptor.inputs) {
    const auto found = inputs.find(port.name);
    const std::size_t count = found == inputs.end() ? 0 : found->second.size();
    if (count != inferred.input_count(port.name)) {
      throw Error(ErrorCode::usage, "port `" + port.name + "` wants as many tensors as edges: " +
                                        std::to_string(inferred.input_count(port.name)));
    }
    for (std::size_t i = 0; i < count; ++i) {
      check_tensor(found->second[i], inferred.input(port.name, i), items, "input " + port.name);
      items = found->second[i].size(0);
    }
  }
  Batch batch(impl_->descriptor, inputs, impl_->overlaps, impl_->spans);
  opened.process(batch);
  impl_->events = std::move(batch.events);
  impl_->check_outputs(batch.outputs, items);
  return std::move(batch.outputs);
}

Outputs NodeRunner::process_in_blocks(const Inputs& inputs, std::int64_t items_in_a_block) {
  auto* running = static_cast<RunningReduction*>(node().capability(running_reduction_id));
  if (running == nullptr) {
    throw Error(ErrorCode::usage, impl_->descriptor.id + " has no melgraph.running/1");
  }
  const c10::InferenceMode inference;
  const std::unique_ptr<RunningReduction::State> state = running->begin();
  std::int64_t items = 0;
  for (const auto& [port, tensors] : inputs) {
    for (const at::Tensor& tensor : tensors) items = tensor.size(0);
  }
  for (std::int64_t i = 0; i < items; i += items_in_a_block) {
    Inputs block;
    const std::int64_t count = std::min(items_in_a_block, items - i);
    for (const auto& [port, tensors] : inputs) {
      for (const at::Tensor& tensor : tensors) block[port].push_back(tensor.narrow(0, i, count));
    }
    std::vector<TimeSpan> spans;
    for (auto k = static_cast<std::size_t>(i); k < static_cast<std::size_t>(i + count); ++k) {
      if (k < impl_->spans.size()) spans.push_back(impl_->spans[k]);
    }
    Batch batch(impl_->descriptor, block, impl_->overlaps, spans);
    running->add(*state, batch);
    if (!batch.outputs.empty()) {
      throw Error(ErrorCode::internal, "an output was set before all items were there");
    }
  }
  const Inputs none;
  Batch last(impl_->descriptor, none, impl_->overlaps, impl_->spans);
  running->finish(*state, last);
  impl_->check_outputs(last.outputs, items);
  return std::move(last.outputs);
}

NodeRunner& NodeRunner::overlap(std::vector<std::int64_t> samples) {
  impl_->overlaps = std::move(samples);
  return *this;
}

NodeRunner& NodeRunner::precision(Precision precision) {
  impl_->precision = precision;
  return *this;
}

NodeRunner& NodeRunner::spans(std::vector<TimeSpan> times) {
  impl_->spans = std::move(times);
  return *this;
}

const std::vector<TimeSpan>& NodeRunner::events(const std::string& port) const {
  const auto found = impl_->events.find(port);
  if (found == impl_->events.end()) {
    throw Error(ErrorCode::usage, "process gave no events at `" + port + "`");
  }
  return found->second;
}

at::Tensor NodeRunner::run(const at::Tensor& input) {
  node();
  Inputs inputs;
  for (const InputPort& port : impl_->descriptor.inputs) {
    if (impl_->recorder->input_count(port.name) != 0) inputs[port.name].push_back(input);
  }
  if (inputs.size() != 1) {
    throw Error(ErrorCode::usage, "NodeRunner::run is for nodes with one wired port");
  }
  return process(inputs).at(impl_->descriptor.outputs.front().name);
}

}  // namespace melgraph::testing
