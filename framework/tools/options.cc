#include "options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "graph/graph.h"
#include "help_formatter.h"
#include "melgraph/error.h"

namespace melgraph::cli {

namespace {

constexpr int most_batch = 65536;
constexpr int most_jobs = 1024;

LogLevel level_of_environment() {
  const char* value = std::getenv("MELGRAPH_LOG");
  if (value == nullptr || *value == 0) return LogLevel::info;
  for (const LogLevel level :
       {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    if (std::string(value) == to_string(level)) return level;
  }
  throw Error(
      ErrorCode::usage,
      std::string("MELGRAPH_LOG must be debug, info, warning or error, not \"") + value + '"');
}

}  // namespace

void LogOptions::add_to(CLI::App& command) {
  command.add_option("--log-format", format, "Messages on stderr: text, or one JSON object a line")
      ->check(one_of({"text", "json"}))
      ->type_name("text|json")
      ->group("Messages");
  auto* quiet_flag = command.add_flag("-q,--quiet", quiet, "Show errors only")->group("Messages");
  command.add_flag("-v,--verbose", verbose, "Show more")->excludes(quiet_flag)->group("Messages");
}

void LogOptions::apply(Console& console) const {
  console.set_format(format == "json" ? LogFormat::json : LogFormat::text);
  LogLevel level = level_of_environment();
  if (quiet) level = LogLevel::error;
  if (verbose) level = LogLevel::debug;
  console.set_level(level);
}

void PluginOptions::add_to(CLI::App& command) {
  command
      .add_option("--plugin-path", folders,
                  "Folder searched for plugins before all others; may be repeated")
      ->allow_extra_args(false)
      ->type_name("DIR");
}

void PluginOptions::apply(EngineOptions& engine) const {
  engine.plugin_path.assign(folders.begin(), folders.end());
}

void GraphArguments::add_to(CLI::App& command) {
  command.add_option("GRAPH", graph, "JSON file, bundle folder, or name of an installed graph")
      ->required()
      ->type_name("");
  add_set_to(command);
}

void GraphArguments::add_set_to(CLI::App& command) {
  command.add_option("--set", set, "Value of a placeholder ${NAME} of the graph; may be repeated")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
}

GraphOptions GraphArguments::options() const {
  GraphOptions options;
  for (const std::string& assignment : set) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorCode::usage, "--set wants NAME=VALUE, not \"" + assignment + '"');
    }
    options.set[assignment.substr(0, equals)] = assignment.substr(equals + 1);
  }
  return options;
}

void ComputeOptions::add_to(CLI::App& command) {
  const char* const group = "Computation";
  command.add_option("--device", device, "auto, cpu, cuda or cuda:N; auto says what it took")
      ->type_name("DEVICE")
      ->group(group);
  command
      .add_option(
          "--precision", precision,
          "Numbers that networks are computed in; fast: the quickest that passes the accuracy "
          "gate")
      ->check(one_of({"f32", "fast", "bf16", "f16", "tf32"}))
      ->type_name("f32|fast|bf16|f16|tf32")
      ->group(group);
  command
      .add_option("--batch", batch, "Most windows computed at once; 0: 8 on a CPU, 64 elsewhere")
      ->check(whole_number(0, most_batch))
      ->type_name("N")
      ->group(group);
  command.add_option("--jobs", jobs, "Compute workers on a CPU; 0: one a core")
      ->check(whole_number(0, most_jobs))
      ->type_name("N")
      ->group(group);
  command.add_option("--threads", threads, "Threads inside one call of a worker")
      ->check(whole_number(1, most_jobs))
      ->type_name("N")
      ->group(group);
  command
      .add_flag("--trust-code", trust_code,
                "Allow weights files that are code (TorchScript): they can do anything")
      ->group(group);
}

void ComputeOptions::apply(EngineOptions& engine) const {
  engine.device = device;
  engine.max_batch = batch;
  engine.jobs = jobs;
  engine.threads = threads;
  engine.precision = parse_precision(precision);
  engine.trust_code = trust_code;
}

LogFunction log_to(Console& console) {
  return [&console](LogLevel level, std::string_view message) { console.log(level, message); };
}

void report_warnings(const Graph& graph, Console& console) {
  for (const Diagnostic& warning : graph.resolved().warnings) console.report(warning);
}

}  // namespace melgraph::cli
