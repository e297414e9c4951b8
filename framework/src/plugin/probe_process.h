#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace melgraph {

/// One running `melgraph-probe` and the socket to it. Not thread-safe.
///
/// Started with posix_spawn in a process group of its own, with every signal at its default; no
/// descriptor of the host reaches it. The destructor kills it, its children too.
class ProbeProcess {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  enum class Outcome { line, ended, timeout };

  /// Throws `Error` (io) where the program cannot be started.
  explicit ProbeProcess(const std::filesystem::path& program);
  ~ProbeProcess();
  ProbeProcess(const ProbeProcess&) = delete;
  ProbeProcess& operator=(const ProbeProcess&) = delete;

  /// Send bytes; false where the process no longer listens.
  bool send(const std::string& message);
  /// Wait for the next line of an answer, into `line`, without its newline.
  Outcome read_line(std::string& line, Deadline deadline);

  /// Forget what was written to stderr so far.
  void forget_stderr();
  /// Return the end of what was written to stderr, on one line.
  std::string stderr_tail();

  /// Wait until the process is gone, killing it at the deadline; say how it ended: `crashed
  /// (signal 11, Segmentation fault)`, `ended the process (exit 3)`.
  std::string wait_end(Deadline deadline);

 private:
  void drain_stderr();
  void kill_and_reap();
  std::optional<int> try_reap(int flags);

  pid_t process_ = -1;
  int socket_ = -1;
  int stderr_ = -1;
  bool stderr_open_ = true;
  std::string received_;
  std::string stderr_text_;
};

}  // namespace melgraph
