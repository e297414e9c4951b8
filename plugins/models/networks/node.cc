#include "models/networks/node.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "melgraph/execution.h"
#include "melgraph/network_info.h"
#include "melgraph/node.h"
#include "models/convolution/prepared_convolution.h"
#include "models/networks/gated_runner.h"
#include "models/networks/load.h"
#include "models/networks/network_params.h"
#include "models/networks/runner.h"

namespace melgraph {
namespace {

/// What all instances of a node share.
struct Prepared {
  std::shared_ptr<const NetworkRunner> runner;
  const GatedRunner* gate = nullptr;  ///< the runner, where it has a gate
  std::string precision;              ///< where it has none
  std::string note;
  bool has_logits = false;
  bool softmax = true;
  std::size_t layers = 0;
};

/// Ask LibTorch's oneDNN whether this processor has instructions for a type.
bool processor_has(const char* question) {
  const auto op = c10::Dispatcher::singleton().findSchema({question, ""});
  if (!op) return false;
  std::vector<c10::IValue> stack;
  op->callBoxed(stack);
  return stack.front().toBool();
}

bool processor_has(Precision precision) {
  if (precision == Precision::bf16) return processor_has("mkldnn::_is_mkldnn_bf16_supported");
  if (precision == Precision::f16) return processor_has("mkldnn::_is_mkldnn_fp16_supported");
  return precision == Precision::f32;
}

Init init_named(const std::string& name) {
  if (name == "kaiming") return Init::kaiming_fan_in;
  if (name == "xavier") return Init::xavier;
  if (name == "truncated_normal") return Init::truncated_normal;
  return Init::torch;
}

void set_init(Network& network, const Params& params) {
  if (params.is_null("init") || params.string("init") == "authors") return;
  constexpr double usual_deviation = 0.02;
  for (Layer& layer : network.layers) {
    if (layer.op != Op::convolution && layer.op != Op::linear) continue;
    layer.init = init_named(params.string("init"));
    layer.init_scale = usual_deviation;
  }
}

class NetworkNode final : public Node, public ExecutionInfo, public NetworkInfo {
 public:
  explicit NetworkNode(const NetworkType& type) : type_(type) {}

  void open(OpenContext& context) override {
    prepared_ = context.shared<Prepared>("network", [&] { return prepare(context); });
  }

  void process(ProcessContext& context) override {
    const at::Tensor& input = context.input(input_port(type_));
    std::vector<at::Tensor> outputs = prepared_->runner->run(input);
    // A fused activation may have made a number of what was none.
    const at::Tensor broken = broken_items(input);
    std::size_t next = 0;
    if (prepared_->has_logits) {
      at::Tensor logits = outputs[next++] + broken;
      context.set_output("scores", prepared_->softmax ? logits.softmax(1) : logits.sigmoid());
      context.set_output("logits", std::move(logits));
    }
    for (std::size_t i = 0; i < prepared_->layers; ++i) {
      context.set_output("layer" + std::to_string(i + 1), std::move(outputs[next++]));
    }
    at::Tensor embedding = std::move(outputs[next]);
    if (embedding.dim() > 2) embedding = embedding.flatten(2).mean(2);
    context.set_output("embedding", embedding + broken);
  }

  void* capability(std::string_view id) override {
    if (id == execution_info_id) return static_cast<ExecutionInfo*>(this);
    return id == network_info_id ? static_cast<NetworkInfo*>(this) : nullptr;
  }

  NetworkFacts facts() const override {
    NetworkOptions options;
    options.input = type_.input;
    options.classes = type_.classes;
    const Network network = type_.build(options);
    NetworkFacts facts;
    facts.input = type_.input;
    facts.classes = network.logits >= 0 ? type_.classes : 0;
    facts.parameters = network.parameter_count();
    facts.operations = network.operation_count();
    std::vector<std::pair<int, std::string>> layers;
    for (const auto& [name, layer] : network.names) layers.emplace_back(layer, name);
    std::sort(layers.begin(), layers.end());
    for (auto& layer : layers) facts.layers.push_back(std::move(layer.second));
    return facts;
  }

  std::string precision() const override {
    return prepared_->gate != nullptr ? prepared_->gate->precision() : prepared_->precision;
  }
  std::string note() const override {
    return prepared_->gate != nullptr ? prepared_->gate->note() : prepared_->note;
  }

 private:
  std::shared_ptr<Prepared> prepare(OpenContext& context) const {
    const Params& params = context.params();
    std::shared_ptr<const StateDict> state;
    std::map<std::string, Size> file;
    if (!params.is_null("weights")) {
      state = context.weights("weights");
      for (const auto& [name, tensor] : state->tensors) file[name] = tensor.sizes().vec();
    }
    const NetworkChoice choice = choose_network(type_, params, context.input(input_port(type_)),
                                                state ? &file : nullptr, classes_of(context));
    if (!choice.findings.empty()) {
      throw Error(ErrorCode::invalid_graph, choice.findings.front().message,
                  choice.findings.front().hint);
    }
    Network network = choice.network;
    set_init(network, params);
    NetworkModule module(std::move(network), std::nullopt);
    module.eval();
    if (needs_numbers(choice)) {
      module.initialise(static_cast<std::uint64_t>(params.integer("seed")));
    }
    if (state) {
      load_network(module, *state, choice.weights, choice.channels, params.string("weights"));
    }
    return make_prepared(context, module, choice);
  }

  /// Return whether something keeps the numbers that it begins with; to draw them takes time.
  static bool needs_numbers(const NetworkChoice& choice) {
    if (!choice.has_weights) return true;
    const std::vector<StateEntry> state = choice.network.state();
    return std::any_of(choice.weights.fresh.begin(), choice.weights.fresh.end(),
                       [&](std::size_t entry) { return !state[entry].integer; });
  }

  /// Return how many classes the graph was inferred with, so that the same network comes out.
  static std::int64_t classes_of(const OpenContext& context) {
    const Params& params = context.params();
    if (!params.is_null("classes")) return 0;
    const PortSpec& scores = context.output("scores");
    return scores.labels != nullptr ? static_cast<std::int64_t>(scores.labels->size()) : 0;
  }

  std::shared_ptr<Prepared> make_prepared(OpenContext& context, const NetworkModule& module,
                                          const NetworkChoice& choice) const {
    auto prepared = std::make_shared<Prepared>();
    prepared->has_logits = choice.network.logits >= 0;
    prepared->softmax = context.params().string("activation") == "softmax";
    prepared->layers = choice.layers.size();
    RunnerOptions exact;
    exact.device = context.device();
    if (prepared->has_logits) exact.wanted.push_back(choice.network.logits);
    exact.wanted.insert(exact.wanted.end(), choice.layers.begin(), choice.layers.end());
    exact.wanted.push_back(choice.network.embedding);

    const Precision asked = context.precision();
    Precision precision = asked;
    if (precision == Precision::fast) precision = Precision::bf16;
    if (context.device().is_cpu() && !processor_has(precision)) {
      if (asked != Precision::fast) {
        throw Error(
            ErrorCode::device,
            std::string("this processor does not compute networks in ") + to_string(precision),
            precision == Precision::tf32 ? "tf32 is for CUDA; run with --precision f32"
                                         : "run with --precision f32 or fast");
      }
      prepared->note = "f32: this processor has no instructions for bf16";
      precision = Precision::f32;
    }
    auto runner = make_torch_runner(module, exact);
    if (precision == Precision::f32 || precision == Precision::tf32) {
      prepared->precision = to_string(precision);
      prepared->runner = std::move(runner);
      return prepared;
    }
    RunnerOptions quick = exact;
    quick.type = precision == Precision::bf16 ? at::kBFloat16 : at::kHalf;
    auto gate = std::make_shared<GatedRunner>(
        std::move(runner), make_torch_runner(module, quick), to_string(precision),
        prepared->has_logits ? 0 : -1, prepared->softmax ? Scores::softmax : Scores::sigmoid,
        asked == Precision::fast ? GateFailure::fall_back : GateFailure::refuse);
    prepared->gate = gate.get();
    prepared->runner = std::move(gate);
    return prepared;
  }

  const NetworkType& type_;
  std::shared_ptr<const Prepared> prepared_;
};

}  // namespace

std::unique_ptr<Node> make_network_node(const NetworkType& type) {
  return std::make_unique<NetworkNode>(type);
}

}  // namespace melgraph
