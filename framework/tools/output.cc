#include "output.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "melgraph/error.h"

namespace melgraph::cli {

void print(std::string_view text) {
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) throw StdoutClosed();
  throw Error(ErrorCode::io, "cannot write to stdout: " + std::generic_category().message(errno));
}

}  // namespace melgraph::cli
