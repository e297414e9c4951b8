#pragma once

#include <string>
#include <string_view>

namespace melgraph {

/// What to do about a weights file that is cut, damaged or of another kind.
inline constexpr const char* damaged_weights_hint =
    "the file is damaged or was not made by torch.save; fetch or write it again";

/// What to do about a sound weights file that Melgraph does not read: two lines of Python.
inline constexpr const char* convert_weights_hint =
    "keep only the state dict and convert it to safetensors with Python:\n"
    "  import torch, safetensors.torch; state = torch.load(\"weights.pth\", map_location=\"cpu\", "
    "weights_only=True)\n"
    "  safetensors.torch.save_file({k: v.contiguous().clone() for k, v in state.items()}, "
    "\"weights.safetensors\")";

/// Throw `Error` (invalid_graph) "FILE: PROBLEM".
[[noreturn]] void refuse_weights(const std::string& file_name, const std::string& problem,
                                 const char* hint = damaged_weights_hint);

/// Quote a name out of an untrusted file: escaped, and cut where it is long.
std::string quote_untrusted(std::string_view name);

}  // namespace melgraph
