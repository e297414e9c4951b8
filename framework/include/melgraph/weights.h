#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "melgraph/export.h"

namespace torch::nn {
class Module;
}

namespace melgraph {

/// Named tensors of a weights file, on the CPU, with its metadata. Shared and never changed.
struct StateDict {
  std::map<std::string, at::Tensor, std::less<>> tensors;
  std::map<std::string, std::string, std::less<>> metadata;
};

/// Read a weights file whole: safetensors, or a state dict of torch.save (`.pth`, its zip or its
/// older format), without executing anything. Throws `Error` of code `invalid_graph` with the rule
/// broken.
MELGRAPH_API StateDict read_weights(const std::filesystem::path& path);

/// Write a safetensors file: to a temporary sibling first, then renamed.
MELGRAPH_API void write_weights(const std::filesystem::path& path, const StateDict& state);

/// Put the tensors of `state` into the parameters and buffers of `module`, by name.
///
/// Throws `Error` of code `invalid_graph` that lists every missing, unexpected and mis-shaped
/// name, except names in `optional` (a trailing `*` matches any rest). `what` names the file.
MELGRAPH_API void load_state(torch::nn::Module& module, const StateDict& state,
                             const std::string& what,
                             const std::vector<std::string>& optional = {});

}  // namespace melgraph
