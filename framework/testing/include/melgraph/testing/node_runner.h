#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "melgraph/contract.h"
#include "melgraph/node.h"
#include "melgraph/node_type.h"

namespace melgraph::testing {

/// What `infer`, or the check of parameters or wiring before it, reported.
struct Finding {
  std::string param;      ///< parameter meant, or empty
  std::string port;       ///< input port meant, or empty
  std::size_t index = 0;  ///< which edge of a variadic port
  std::string message;
  std::string hint;
};

/// Tensors by port: inputs may hold several for a variadic port.
using Inputs = std::map<std::string, std::vector<at::Tensor>>;
using Outputs = std::map<std::string, at::Tensor>;

/// Run one node alone, as the engine would, without graph and engine.
///
/// ```
/// NodeRunner runner(describe_log_mel(), infer_log_mel, make_log_mel);
/// runner.set("n_mels", 64).connect("audio", audio_spec(16000, 1, 15600));
/// at::Tensor features = runner.run(samples);
/// ```
/// Steps come in the order `set` and `connect`, `infer`, `open`, `process`; a later step runs the
/// earlier ones where they have not been. What a node must not do is checked: wrong number of
/// items, sizes or data type that differ from the inferred spec, an output that is missing.
class NodeRunner {
 public:
  using MakeNode = std::unique_ptr<Node> (*)();

  explicit NodeRunner(NodeType type);
  NodeRunner(Descriptor descriptor, InferFunction function, MakeNode make_node);
  ~NodeRunner();
  NodeRunner(NodeRunner&&) noexcept;
  NodeRunner& operator=(NodeRunner&&) noexcept;

  /// Give a parameter, as a graph would.
  NodeRunner& set(const std::string& param, ParamValue value);
  NodeRunner& set(const std::string& param, const char* value);
  NodeRunner& set(const std::string& param, bool value);
  NodeRunner& set(const std::string& param, int value);
  NodeRunner& set(const std::string& param, std::int64_t value);
  NodeRunner& set(const std::string& param, double value);
  /// Wire one more edge to `port`; a second edge needs a variadic port.
  NodeRunner& connect(const std::string& port, PortSpec spec);
  NodeRunner& on(c10::Device device);
  NodeRunner& trust_code(bool trusted = true);
  /// Use the shared objects and weights of another runner, as a second instance in an engine does.
  NodeRunner& share_with(const NodeRunner& other);

  /// Complete the parameters, check the wiring, call `infer`; return whether nothing was found.
  bool infer();
  const std::vector<Finding>& findings() const noexcept;
  /// Write all findings, one a line: `PARAM or PORT: MESSAGE; HINT`.
  std::string findings_text() const;
  const Params& params() const noexcept;
  /// Return an inferred output; of the first port where `port` is empty.
  const PortSpec& output(const std::string& port = {}) const;
  const std::vector<std::string>& log() const noexcept;

  /// Make and open the node. Throws `Error` (invalid_graph) with the findings where there are any.
  void open();
  Node& node();

  /// Run one batch under `c10::InferenceMode`.
  Outputs process(const Inputs& inputs);
  /// Hand the items over in blocks, as the engine does where an input is long, to a node with
  /// `RunningReduction`. Throws `Error` where it has none.
  Outputs process_in_blocks(const Inputs& inputs, std::int64_t items_in_a_block);
  /// Say how many samples each item of the next batches shares with the one before it.
  NodeRunner& overlap(std::vector<std::int64_t> samples);
  /// Say which times the items of the next calls cover; for nodes of scope `clip`.
  NodeRunner& spans(std::vector<TimeSpan> times);
  /// Say which precision the user asked for; before `open`.
  NodeRunner& precision(Precision precision);
  /// Return the times of the events that the last `process` gave at `port`.
  const std::vector<TimeSpan>& events(const std::string& port) const;
  /// Run one batch of a node with one wired port; return its first output.
  at::Tensor run(const at::Tensor& input);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Make the specs that tests need most; sizes may be `unknown_size`.
PortSpec audio_spec(int sample_rate, std::int64_t channels, std::int64_t samples);
PortSpec features_spec(std::int64_t channels, std::int64_t time, std::int64_t mel);
/// Make scores, logits or embeddings: `item_axis` is `window` or `clip`.
PortSpec scores_spec(Kind kind, std::int64_t classes, Labels labels = nullptr,
                     const std::string& item_axis = "window");
PortSpec values_spec();
Labels make_labels(std::vector<std::string> names);

}  // namespace melgraph::testing
