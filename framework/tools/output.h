#pragma once

#include <exception>
#include <string_view>

namespace melgraph::cli {

/// Whoever read stdout has gone; the program ends quietly.
class StdoutClosed : public std::exception {
 public:
  const char* what() const noexcept override { return "stdout is closed"; }
};

/// Write data to stdout and hand it on at once.
///
/// Throws `StdoutClosed` where nobody reads it any more, `Error` (io) where it cannot be written.
void print(std::string_view text);

}  // namespace melgraph::cli
