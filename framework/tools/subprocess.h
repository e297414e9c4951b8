#pragma once

#include <string>
#include <vector>

namespace melgraph::cli {

/// What a program left behind.
struct ProcessResult {
  bool started = false;
  int status = 0;  ///< exit status; 128 and the signal where one ended it
  std::string standard_output;
};

/// Run a program found by `PATH` to its end and take its stdout; stdin is empty, stderr is shared.
ProcessResult run_process(const std::vector<std::string>& arguments);

}  // namespace melgraph::cli
