#pragma once

#include <c10/core/Device.h>

#include <string>
#include <vector>

#include "melgraph/export.h"

namespace melgraph {

/// One device that graphs can run on.
struct DeviceInfo {
  std::string name;         ///< `cpu`, `cuda:0`
  std::string description;  ///< the model, as the driver names it
  std::int64_t memory = 0;  ///< bytes; 0 where unknown
};

/// Return the device meant by `auto`, `cpu`, `cuda` or `cuda:N`, with the CUDA libraries loaded
/// where they are needed. Throws `Error`: `usage` for another word, `device` where it is missing.
MELGRAPH_API c10::Device choose_device(const std::string& name);

/// Return all devices there are.
MELGRAPH_API std::vector<DeviceInfo> list_devices();

/// Return why CUDA cannot be used; empty where it can.
MELGRAPH_API std::string cuda_obstacle();

}  // namespace melgraph
