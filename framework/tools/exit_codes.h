#pragma once

#include "melgraph/error.h"

namespace melgraph::cli {

// Exit codes of the program; scripts rely on them.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failure = 1;  ///< at run time
inline constexpr int exit_usage = 2;
inline constexpr int exit_some_failed = 3;  ///< done, but some inputs failed
inline constexpr int exit_invalid_graph = 4;
inline constexpr int exit_plugin = 5;
inline constexpr int exit_device = 6;
inline constexpr int exit_interrupted = 130;

/// Give the exit code for a failure.
int exit_code(ErrorCode code) noexcept;

}  // namespace melgraph::cli
