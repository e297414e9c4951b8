#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "melgraph/log.h"
#include "plugin/registry.h"

namespace melgraph {

/// Make the registry of an ordinary host: the standard search path, the cache in the user's cache
/// folder, the probe beside the library.
MELGRAPH_API std::unique_ptr<Registry> make_standard_registry(
    const std::vector<std::filesystem::path>& plugin_path, const LogFunction& log);

}  // namespace melgraph
