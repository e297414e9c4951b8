#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "melgraph/precision.h"
#include "plugin/registry.h"

namespace melgraph::cli {

/// One network at one input size.
struct ModelCase {
  std::string name;  ///< as the peers' script knows it
  std::string type;
  std::vector<std::int64_t> input;  ///< [channel, height, width]
};

/// Names of the programs that are measured, Melgraph first.
const std::vector<std::string>& model_runtimes();

/// All cases whose name contains `filter`.
std::vector<ModelCase> model_cases(const std::string& filter);

/// Least time of one call with a batch, by one program.
struct ModelTime {
  std::string runtime;  ///< `melgraph`, `torch`, `torch-channels-last`, ...
  double seconds = 0;
  std::string problem;  ///< why there is no figure; else empty
};

/// One network, batch and precision, by all programs.
struct ModelSpeed {
  ModelCase given;
  Precision precision = Precision::f32;
  std::int64_t batch = 1;
  std::vector<ModelTime> times;  ///< Melgraph's first

  /// Return the time of the best of PyTorch's eager layouts; 0 where there is none.
  double best_eager() const;
};

struct ModelBenchPlan {
  std::vector<ModelCase> cases;
  std::vector<std::int64_t> batches{1, 16};
  std::vector<Precision> precisions{Precision::f32, Precision::bf16};
  int rounds = 5;
  std::string python;
  std::string script;  ///< of the peers; empty: there is none
  std::string device = "cpu";
  /// Called with the times of each network, batch and precision as soon as they are known.
  std::function<void(const ModelSpeed&)> tell;
};

struct ModelBenchReport {
  std::vector<ModelSpeed> speeds;
  std::vector<std::pair<std::string, std::string>> versions;  ///< of the peers' Python
  std::string no_peers;                                       ///< why there are none; else empty
  std::string device;
};

/// Measure networks with random weights, rounds of Melgraph and of the peers taking turns; on a CPU
/// on one core.
ModelBenchReport bench_models(const ModelBenchPlan& plan, Registry& registry);

/// Write the head of the table, one line of it (behind the first, that names the programs), and
/// what stands below.
std::string model_speed_header(const std::string& device, int rounds);
std::string model_speed_line(const ModelSpeed& speed);
std::string model_speed_footer(const ModelBenchReport& report);
/// Write the report as the JSON of `--json`.
std::string model_speed_json(const ModelBenchReport& report, int rounds);

}  // namespace melgraph::cli
