#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <string>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// Capability `melgraph.stages/1` of a node: says where its time goes. A benchmark runs it up to
/// one stage after the other and takes differences.
class MELGRAPH_API StageRunner {
 public:
  virtual ~StageRunner();
  StageRunner(const StageRunner&) = delete;
  StageRunner& operator=(const StageRunner&) = delete;

  /// Return the names of the stages in their order; empty where the node has none to tell apart.
  virtual std::vector<std::string> stages() const = 0;
  /// Run the stages 0 to `last` on an input as `process` gets it, and drop what they give.
  virtual void run_until(std::size_t last, const at::Tensor& input) = 0;

 protected:
  StageRunner() = default;
};

inline constexpr char stage_runner_id[] = "melgraph.stages/1";

}  // namespace melgraph
