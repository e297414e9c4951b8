#pragma once

#include <stdexcept>
#include <string>

#include "melgraph/export.h"

namespace melgraph {

/// Kind of a failure; hosts map it to exit codes or bus messages.
enum class ErrorCode {
  usage,          ///< a wrong argument or option of the caller
  invalid_graph,  ///< the graph, a bundle or a weights file is not valid
  plugin,         ///< a plugin is missing, broken or refused
  device,         ///< the device asked for is missing or failed
  input,          ///< an audio input is missing, unreadable, truncated or not audio
  io,             ///< a result could not be written, a file not be read
  run_time,       ///< a node failed while it computed
  cancelled,      ///< the caller cancelled
  internal,       ///< a defect of Melgraph or of a plugin
};

/// Return the stable lower-case name of `code`, as it stands in JSON records.
MELGRAPH_API const char* to_string(ErrorCode code) noexcept;

/// Base of every exception that leaves the library.
///
/// `what()` says what is wrong and where; `hint()` says what to do, and may be empty.
class MELGRAPH_API Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message, std::string hint = {});
  Error(const Error&) = default;
  Error& operator=(const Error&) = default;
  ~Error() override;

  ErrorCode code() const noexcept { return code_; }
  const std::string& hint() const noexcept { return hint_; }

 private:
  ErrorCode code_;
  std::string hint_;
};

}  // namespace melgraph
