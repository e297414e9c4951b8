#pragma once

#include <functional>

#include "console.h"
#include "launch_info.h"

namespace CLI {
class App;
}

namespace melgraph::cli {

/// What every command has.
struct Program {
  Console& console;
  const melgraph_launch_info* launch = nullptr;
  /// Set by the command that the arguments chose; gives the exit status.
  std::function<int()> chosen;
};

// Each adds one command, its options and its help to the program.
void add_run_command(CLI::App& app, Program& program);
void add_fit_command(CLI::App& app, Program& program);
void add_check_command(CLI::App& app, Program& program);
void add_show_command(CLI::App& app, Program& program);
void add_schema_command(CLI::App& app, Program& program);
void add_plugins_command(CLI::App& app, Program& program);
void add_frontends_command(CLI::App& app, Program& program);
void add_bundle_command(CLI::App& app, Program& program);
void add_models_command(CLI::App& app, Program& program);
void add_diff_command(CLI::App& app, Program& program);
void add_bench_command(CLI::App& app, Program& program);
void add_version_command(CLI::App& app, Program& program);

}  // namespace melgraph::cli
