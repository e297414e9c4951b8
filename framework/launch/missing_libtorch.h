#pragma once

#include <string>

#include "launch.h"

namespace melgraph::launch {

/// Tell, in lines for people, what was looked at and how to get LibTorch.
std::string explain_missing_libtorch(const LoadedLibTorch& libtorch);

/// Give what `version` can say without LibTorch, as text or as one JSON object.
std::string version_without_libtorch(const LoadedLibTorch& libtorch, bool json);

}  // namespace melgraph::launch
