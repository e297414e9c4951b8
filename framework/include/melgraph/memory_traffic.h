#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "melgraph/export.h"

namespace melgraph {

/// Capability `melgraph.traffic/1` of a node: says what it moves through the memory of its device.
/// A benchmark puts it beside the least: the input read once, the output written once.
class MELGRAPH_API MemoryTraffic {
 public:
  virtual ~MemoryTraffic();
  MemoryTraffic(const MemoryTraffic&) = delete;
  MemoryTraffic& operator=(const MemoryTraffic&) = delete;

  /// Return how many bytes are read and written for an input as `process` gets it, if no cache
  /// keeps anything from one kernel to the next; 0 where the node does not know.
  virtual std::int64_t bytes_moved(const at::Tensor& input) const = 0;

 protected:
  MemoryTraffic() = default;
};

inline constexpr char memory_traffic_id[] = "melgraph.traffic/1";

}  // namespace melgraph
