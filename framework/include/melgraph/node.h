#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "melgraph/contract.h"
#include "melgraph/export.h"
#include "melgraph/log.h"
#include "melgraph/precision.h"
#include "melgraph/weights.h"

namespace melgraph {

/// Time that one item covers, seconds from the time of the first pushed sample.
struct TimeSpan {
  double start = 0;
  double end = 0;
};

/// What `Node::open` sees. Valid during the call only; what it returns may be kept.
class MELGRAPH_API OpenContext {
 public:
  virtual ~OpenContext();
  OpenContext(const OpenContext&) = delete;
  OpenContext& operator=(const OpenContext&) = delete;

  virtual const std::string& node_id() const = 0;
  virtual const Params& params() const = 0;
  virtual std::size_t input_count(std::string_view port) const = 0;
  virtual const PortSpec& input(std::string_view port, std::size_t index = 0) const = 0;
  virtual const PortSpec& output(std::string_view port) const = 0;
  /// Return the device whose tensors `process` gets and must give.
  virtual c10::Device device() const = 0;
  /// Return the weights that the `file` parameter `param` names, read once for all instances.
  virtual std::shared_ptr<const StateDict> weights(std::string_view param) = 0;
  /// Return the precision that the user asked for; what a node without a choice does is float32.
  virtual Precision precision() const = 0;
  /// Return whether the user allowed files that are code (`--trust-code`).
  virtual bool trust_code() const = 0;
  virtual void log(LogLevel level, std::string_view message) = 0;

  /// Return the object that all instances of this node on this device share under `key`, made by
  /// the first of them. What it points to must not change once made.
  template <class T>
  std::shared_ptr<T> shared(const std::string& key, std::function<std::shared_ptr<T>()> make) {
    return std::static_pointer_cast<T>(
        shared_object(key, [&make]() -> std::shared_ptr<void> { return make(); }));
  }

 protected:
  OpenContext() = default;
  virtual std::shared_ptr<void> shared_object(
      const std::string& key, const std::function<std::shared_ptr<void>()>& make) = 0;
};

/// What `Node::process` sees: the tensors of one batch.
class MELGRAPH_API ProcessContext {
 public:
  virtual ~ProcessContext();
  ProcessContext(const ProcessContext&) = delete;
  ProcessContext& operator=(const ProcessContext&) = delete;

  virtual std::size_t input_count(std::string_view port) const = 0;
  /// Return a tensor with the axes of the port's spec; axis 0 counts the items. Do not change it.
  virtual const at::Tensor& input(std::string_view port, std::size_t index = 0) const = 0;
  /// Return how many of the first samples of `item` of an audio input are, bit for bit, the last
  /// samples of the item before it in the batch, where windows of one stream overlap; 0 where that
  /// is not known. [item 0: always 0]
  virtual std::int64_t overlap(std::string_view port, std::int64_t item) const;
  /// Return the time that `item` of the first input covers. Only where the scope is `clip`.
  virtual TimeSpan span(std::int64_t item) const;
  /// Hand over an output with as many items as the inputs (one, where the scope is `clip` and
  /// the spec's item axis is `clip`). Do not change it afterwards.
  virtual void set_output(std::string_view port, at::Tensor tensor) = 0;
  /// Hand over any number of items that have times of their own, where the scope is `clip` and the
  /// spec's item axis is `event`: one span an item, in the order of their starts.
  virtual void set_output(std::string_view port, at::Tensor tensor, std::vector<TimeSpan> spans);

 protected:
  ProcessContext() = default;
};

/// Smallest unit of work in a graph.
///
/// Life cycle: construct -> open -> process* -> destroy. If `open` throws, `process` is never
/// called. An exception from `process` makes an error record of each input in the batch that
/// fails alone too; the run goes on.
/// [one-thread-at-a-time] The host never overlaps calls on one instance, but the thread may change
/// from call to call: keep no thread_local state. Gradients are off and `c10::InferenceMode` is on.
class MELGRAPH_API Node {
 public:
  virtual ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  virtual void open(OpenContext& context);
  virtual void process(ProcessContext& context) = 0;
  /// Return the capability with this id (`vendor.name/1`), or null. New abilities come this way,
  /// so that the table of virtual functions never changes.
  virtual void* capability(std::string_view id);

 protected:
  Node();
};

}  // namespace melgraph
