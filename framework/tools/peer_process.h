#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace melgraph::cli {

/// A program that answers requests, one JSON object a line, over its stdin and stdout; stderr is
/// shared. [one-thread-at-a-time]
class PeerProcess {
 public:
  /// Start a program found by `PATH`; `problem` tells where that failed.
  explicit PeerProcess(const std::vector<std::string>& arguments);
  /// Close its stdin and wait for its end.
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  /// Read one line; an object with "error" where the program ended or wrote something else.
  nlohmann::json read();
  nlohmann::json ask(const nlohmann::json& request);

 private:
  void end();

  pid_t process_ = 0;
  int to_ = -1;
  int from_ = -1;
  std::string buffer_;
};

}  // namespace melgraph::cli
