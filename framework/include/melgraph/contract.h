#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "melgraph/descriptor.h"
#include "melgraph/error.h"
#include "melgraph/export.h"
#include "melgraph/params.h"
#include "melgraph/spec.h"

// All that the contract of a node type needs: its description and its pure shape inference.
// No LibTorch header comes in here, so that contracts compile quickly and can be fuzzed alone.

namespace melgraph {

/// What stands at the head of a weights file: names, types and shapes, not the numbers.
struct WeightsHeader {
  struct Tensor {
    std::string dtype;  ///< safetensors' names: `F32`, `I64`, ...
    std::vector<std::int64_t> shape;
  };
  std::map<std::string, Tensor, std::less<>> tensors;
  std::map<std::string, std::string, std::less<>> metadata;
};

/// What `infer` sees: parameters, input specs, and where its findings go.
///
/// `infer` is pure: it maps input specs to output specs, is called for the whole graph before
/// anything is opened, and again with concrete sizes where they were unknown. It reports what is
/// wrong and returns; it does not throw. Input kinds and axis names have been checked before.
/// [any-thread]
class MELGRAPH_API InferContext {
 public:
  virtual ~InferContext();
  InferContext(const InferContext&) = delete;
  InferContext& operator=(const InferContext&) = delete;

  virtual const Params& params() const = 0;
  /// Return how many edges end at `port`; 0 for an optional port that is not wired.
  virtual std::size_t input_count(std::string_view port) const = 0;
  virtual const PortSpec& input(std::string_view port, std::size_t index = 0) const = 0;
  virtual void set_output(std::string_view port, PortSpec spec) = 0;

  /// Return the head of the weights file that the `file` parameter `param` names, or null after
  /// a finding was reported there.
  virtual const WeightsHeader* weights(std::string_view param) = 0;
  /// Return the class names of the `labels` parameter `param`; where it is null, of the metadata
  /// key `labels` (a JSON array) of the weights that the parameter `weights_param` names. Null
  /// where neither has any, or after a finding.
  virtual Labels labels(std::string_view param, std::string_view weights_param = {}) = 0;

  virtual void report(std::string message, std::string hint = {}) = 0;
  virtual void report_param(std::string_view param, std::string message,
                            std::string hint = {}) = 0;
  virtual void report_input(std::string_view port, std::size_t index, std::string message,
                            std::string hint = {}) = 0;

 protected:
  InferContext() = default;
};

using InferFunction = void (*)(InferContext&);

}  // namespace melgraph
