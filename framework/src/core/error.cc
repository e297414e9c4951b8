#include "melgraph/error.h"

#include <utility>

namespace melgraph {

Error::Error(ErrorCode code, const std::string& message, std::string hint)
    : std::runtime_error(message), code_(code), hint_(std::move(hint)) {}

Error::~Error() = default;

const char* to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::usage: return "usage";
    case ErrorCode::invalid_graph: return "invalid_graph";
    case ErrorCode::plugin: return "plugin";
    case ErrorCode::device: return "device";
    case ErrorCode::input: return "input";
    case ErrorCode::io: return "io";
    case ErrorCode::run_time: return "run_time";
    case ErrorCode::cancelled: return "cancelled";
    case ErrorCode::internal: return "internal";
  }
  return "internal";
}

}  // namespace melgraph
