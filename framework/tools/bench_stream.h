#pragma once

#include <functional>
#include <string>
#include <vector>

#include "host_graph.h"

namespace melgraph::cli {

/// Live streams of one graph, all in this process.
struct StreamBenchPlan {
  stream::GraphRequest graph;
  std::vector<int> streams = {32, 128};
  double seconds = 10;     ///< that each measurement lasts, after a second to warm up
  double max_delay = 0.1;  ///< seconds that a batch is waited for, where engines are shared
  int sample_rate = 48000;
  double block = 0.01;  ///< seconds of one pushed buffer
};

enum class Sharing {
  separate,  ///< each stream has an engine of its own
  shared,    ///< one engine for all
  batched,   ///< one engine for all, which waits for its batches to fill
};

const char* to_string(Sharing sharing) noexcept;

/// What one number of streams costs.
struct StreamSpeed {
  int streams = 0;
  Sharing sharing = Sharing::shared;
  double wall_seconds = 0;
  double cpu_seconds = 0;  ///< of the whole process
  std::uint64_t windows = 0;
  std::uint64_t dropped = 0;
  double mean_batch = 0;
  double p50 = 0;  ///< seconds from the arrival of a window's end to its result
  double p99 = 0;

  /// Share of one core that one stream takes.
  double core_share() const;
};

/// Push noise in real time, the streams at moments of their own, and measure. `tell` hears of each
/// figure when it is there. Throws `Error`.
std::vector<StreamSpeed> bench_streams(const StreamBenchPlan& plan,
                                       const melgraph_host_table& table,
                                       const std::function<void(const StreamSpeed&)>& tell);

std::string stream_speed_header(const StreamBenchPlan& plan);
std::string stream_speed_line(const StreamSpeed& speed);
std::string stream_speed_json(const StreamBenchPlan& plan, const std::vector<StreamSpeed>& speeds);

}  // namespace melgraph::cli
