#include "exit_codes.h"

namespace melgraph::cli {

int exit_code(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::usage: return exit_usage;
    case ErrorCode::invalid_graph: return exit_invalid_graph;
    case ErrorCode::plugin: return exit_plugin;
    case ErrorCode::device: return exit_device;
    case ErrorCode::cancelled: return exit_interrupted;
    case ErrorCode::input:
    case ErrorCode::io:
    case ErrorCode::run_time:
    case ErrorCode::internal: return exit_failure;
  }
  return exit_failure;
}

}  // namespace melgraph::cli
