#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host_table.h"

namespace melgraph::fake {

/// How an engine behind the table behaves.
struct EngineOptions {
  double window = 0.1;  ///< seconds; sound is cut at the rate that it comes with
  double hop = 0.1;
  bool manual = false;      ///< windows wait until `complete` lets them go
  bool windows = true;      ///< an output of one result a window
  bool clip = false;        ///< an output of one result a stream: how many windows, their mean
  int fail_window = -1;     ///< index of the window of a session that cannot be computed
  int fail_push = -1;       ///< number of the call of `push` of a session that fails
  bool fail_graph = false;  ///< no graph opens
  bool fail_session = false;
  /// A call of `progress` begins only once its session is being closed.
  bool late_progress = false;
};

/// An engine behind a `melgraph_host_table`, in plain C++: promises what the real one does. Scores
/// of a window: its first sample, its last, its mean, its number of samples. [thread-safe]
class Engine {
 public:
  explicit Engine(EngineOptions options = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  static const melgraph_host_table& table();
  /// What a request for it gives as its graph.
  const std::string& name() const { return name_; }

  /// Let `windows` more be computed.
  void complete(std::size_t windows);
  /// Let all be computed from now on.
  void run_freely();
  /// Wait until so many windows have been cut, by all sessions, or so many wait for being computed.
  void wait_for_windows(std::uint64_t windows) const;
  /// Wait until a `push` waits for room.
  void wait_for_blocked() const;
  /// Wait until so many calls of `progress` were held back until their sessions close.
  void wait_for_late_progress(std::size_t calls) const;
  /// Wait until so many sessions have been opened, by any graph.
  void wait_for_sessions(std::size_t sessions) const;

  std::size_t open_sessions() const;
  std::size_t open_graphs() const;

  struct State;

 private:
  std::string name_;
  std::shared_ptr<State> state_;
};

}  // namespace melgraph::fake
