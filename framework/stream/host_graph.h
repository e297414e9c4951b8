#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host_table.h"
#include "melgraph/error.h"

namespace melgraph::stream {

/// Which graph, and how it runs; see `melgraph_host_request`.
struct GraphRequest {
  std::string graph;       ///< file, bundle folder or installed name; empty: `graph_text`
  std::string graph_text;  ///< the graph's JSON
  std::vector<std::pair<std::string, std::string>> settings;
  std::string device = "auto";
  std::string precision = "f32";
  bool trust_code = false;
  double window = 0;  ///< seconds, for views that take the whole input; 0: as the graph has it
  int max_batch = 0;
  double max_delay = 0;  ///< seconds
  int jobs = 0;
  std::string group;
  /// Where the engine's messages go; must be callable for as long as any graph of its engine lives.
  void (*log)(int level, const char* message, void* user) = nullptr;
};

/// How one stream comes; see `melgraph_host_stream`.
struct StreamRequest {
  int sample_rate = 0;
  int channels = 0;
  int max_queued = 0;
  int overflow = 0;  ///< `melgraph::Overflow`
  std::function<void()> progress;
};

enum class Polled { nothing, result, ended };

/// One stream on its way through a graph; the threading rules of `melgraph::Session` hold.
class HostSession {
 public:
  /// Throws `Error`.
  HostSession(const melgraph_host_table& table, melgraph_host_graph* graph, StreamRequest request);
  ~HostSession();
  HostSession(const HostSession&) = delete;
  HostSession& operator=(const HostSession&) = delete;

  void push(const float* interleaved, std::size_t frames);
  void restart(double start, int sample_rate, int channels);
  void drain();
  /// The values of `result` stay valid until the next call.
  Polled poll(melgraph_host_result& result);
  melgraph_host_session_counts counts() const;
  void cancel() noexcept;

 private:
  const melgraph_host_table& table_;
  const std::function<void()> progress_;
  melgraph_host_session* session_ = nullptr;
};

/// A graph that is loaded, on its device. [thread-safe]
class HostGraph {
 public:
  /// Throws `Error` with all that is wrong. The table must live as long as the process.
  HostGraph(const melgraph_host_table& table, const GraphRequest& request);
  ~HostGraph();
  HostGraph(const HostGraph&) = delete;
  HostGraph& operator=(const HostGraph&) = delete;

  const melgraph_host_graph_info& info() const { return *info_; }
  melgraph_host_graph_counts counts() const;
  std::unique_ptr<HostSession> open(StreamRequest request);

 private:
  const melgraph_host_table& table_;
  melgraph_host_graph* graph_ = nullptr;
  const melgraph_host_graph_info* info_ = nullptr;
};

}  // namespace melgraph::stream
