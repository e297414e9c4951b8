#pragma once

#include <string>
#include <vector>

#include "melgraph/engine.h"
#include "run/inputs.h"

namespace melgraph::cli {

/// Seconds that a run spent in each of its stages, summed over threads.
struct StageSeconds {
  double decode = 0;
  double convert = 0;
  double compute = 0;
  double write = 0;

  double sum() const noexcept { return decode + convert + compute + write; }
};

/// Speed of one set-up: the round with the median time.
struct BenchResult {
  int cores = 0;
  int jobs = 0;
  std::size_t files = 0;
  double audio_seconds = 0;
  std::vector<double> seconds;  ///< of each round
  double median_seconds = 0;
  StageSeconds stages;
  std::vector<std::string> best;  ///< best class of each input

  double files_per_second() const noexcept;
  double times_real_time() const noexcept;
};

struct BenchPlan {
  std::string graph;
  GraphOptions graph_options;
  EngineOptions engine;
  std::vector<InputItem> inputs;
  int rounds = 3;
};

/// Run the graph on these cores, one worker and one decoder a core: once to warm up, then the
/// rounds. Results go to a folder that is removed. Throws `Error` where an input fails.
BenchResult bench_graph(const BenchPlan& plan, const std::vector<int>& cores);

/// The Python script that does what the default graph does.
struct PeerPlan {
  std::string python;
  std::string script;
  std::string weights;
  std::vector<std::string> labels;
  std::vector<InputItem> inputs;
  int rounds = 3;
};

struct PeerResult {
  std::string unavailable;  ///< why there is no result; empty where there is
  std::string versions;
  std::vector<double> seconds;
  double median_seconds = 0;
  std::vector<std::string> best;
};

/// Run the peer on one core.
PeerResult bench_peer(const PeerPlan& plan, int core);

double median(std::vector<double> values);

}  // namespace melgraph::cli
