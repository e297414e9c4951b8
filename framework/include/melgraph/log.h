#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "melgraph/export.h"

namespace melgraph {

enum class LogLevel { debug, info, warning, error };

MELGRAPH_API const char* to_string(LogLevel level) noexcept;

/// Where a host wants messages; the library itself writes to no stream. [thread-safe]
using LogFunction = std::function<void(LogLevel, std::string_view message)>;

}  // namespace melgraph
