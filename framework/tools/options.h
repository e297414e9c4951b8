#pragma once

#include <string>
#include <vector>

#include "console.h"
#include "melgraph/engine.h"

namespace CLI {
class App;
}

namespace melgraph::cli {

/// Options of messages: `--log-format`, `-q`, `-v`.
struct LogOptions {
  std::string format = "text";
  bool quiet = false;
  bool verbose = false;

  void add_to(CLI::App& command);
  /// Set up the console; without `-q` and `-v`, $MELGRAPH_LOG decides what is shown. Throws `Error`
  /// (usage) where that is no level.
  void apply(Console& console) const;
};

/// Options of plugins: `--plugin-path`.
struct PluginOptions {
  std::vector<std::string> folders;

  void add_to(CLI::App& command);
  void apply(EngineOptions& engine) const;
};

/// The argument GRAPH and `--set`.
struct GraphArguments {
  std::string graph;
  std::vector<std::string> set;

  void add_to(CLI::App& command);
  void add_set_to(CLI::App& command);
  /// Give the options for `Engine::load`; throws `Error` (usage) for a `--set` without a name.
  GraphOptions options() const;
};

/// Options of the computation: `--device`, `--precision`, `--batch`, `--jobs`, `--threads`,
/// `--trust-code`.
struct ComputeOptions {
  std::string device = "auto";
  std::string precision = "f32";
  int batch = EngineOptions().max_batch;
  int jobs = 0;
  int threads = 1;
  bool trust_code = false;

  void add_to(CLI::App& command);
  void apply(EngineOptions& engine) const;
};

/// Make the function that hands the engine's messages to the console.
LogFunction log_to(Console& console);

/// Show the findings of a graph that are no errors.
void report_warnings(const Graph& graph, Console& console);

}  // namespace melgraph::cli
