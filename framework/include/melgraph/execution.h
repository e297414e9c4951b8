#pragma once

#include <string>

#include "melgraph/export.h"

namespace melgraph {

/// Capability `melgraph.execution/1` of a node: says how it computes, for the report of a run.
/// [any-thread]
class MELGRAPH_API ExecutionInfo {
 public:
  virtual ~ExecutionInfo();
  ExecutionInfo(const ExecutionInfo&) = delete;
  ExecutionInfo& operator=(const ExecutionInfo&) = delete;

  /// Return the precision in use: `f32`, `bf16`, ...
  virtual std::string precision() const = 0;
  /// Return what was found when it was chosen, such as the largest difference from float32; empty
  /// where there was nothing to choose.
  virtual std::string note() const = 0;

 protected:
  ExecutionInfo() = default;
};

inline constexpr char execution_info_id[] = "melgraph.execution/1";

}  // namespace melgraph
