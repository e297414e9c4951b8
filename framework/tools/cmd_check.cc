#include <CLI/CLI.hpp>
#include <memory>

#include "core/sha256.h"
#include "exit_codes.h"
#include "graph/graph.h"
#include "json_text.h"
#include "options.h"
#include "output.h"
#include "program.h"

namespace melgraph::cli {

namespace {

struct CheckOptions {
  GraphArguments graph;
  PluginOptions plugins;
  LogOptions log;
};

struct CheckedFile {
  const NamedFile* file;
  std::string sha256;
};

/// Read every file that the graph names to its end; all that cannot be read are reported at once.
std::vector<CheckedFile> check_files(const ResolvedGraph& graph) {
  std::vector<CheckedFile> checked;
  Diagnostics diagnostics;
  for (const NamedFile& file : graph.files) {
    try {
      checked.push_back({&file, sha256_file(file.path.string())});
    } catch (const Error& error) {
      const bool known = file.node >= 0;
      Diagnostic diagnostic;
      if (known) {
        const GraphNode& node = graph.nodes[static_cast<std::size_t>(file.node)];
        diagnostic.where = node.where;
        diagnostic.pointer = node.pointer + "/params/" + file.param;
      } else {
        diagnostic.where.file = graph.file;
      }
      diagnostic.message = error.what();
      diagnostic.hint = error.hint();
      diagnostics.add(std::move(diagnostic));
    }
  }
  diagnostics.throw_if_errors();
  return checked;
}

std::string count(std::size_t number, const char* one, const char* many) {
  return std::to_string(number) + ' ' + (number == 1 ? one : many);
}

std::string summary_text(const ResolvedGraph& graph, const std::vector<CheckedFile>& files) {
  return "ok: " + (graph.name.empty() ? graph.file : graph.name) + ": " +
         count(graph.views.size(), "view", "views") + ", " +
         count(graph.nodes.size(), "node", "nodes") + ", " +
         count(graph.outputs.size(), "output", "outputs") + ", " +
         count(files.size(), "file", "files") + '\n';
}

std::string summary_json(const ResolvedGraph& graph, const std::vector<CheckedFile>& files) {
  nlohmann::ordered_json json = {{"status", "ok"},
                                 {"file", graph.file},
                                 {"name", graph.name},
                                 {"views", graph.views.size()},
                                 {"nodes", graph.nodes.size()},
                                 {"outputs", graph.outputs.size()},
                                 {"files", nlohmann::ordered_json::array()}};
  for (const CheckedFile& file : files) {
    json["files"].push_back({{"path", file.file->path.string()}, {"sha256", file.sha256}});
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

int check(const CheckOptions& options, Program& program) {
  options.log.apply(program.console);
  EngineOptions engine_options;
  engine_options.jobs = 1;
  engine_options.log = log_to(program.console);
  options.plugins.apply(engine_options);
  Engine engine(engine_options);
  const Graph graph = engine.load(options.graph.graph, options.graph.options());
  report_warnings(graph, program.console);
  const std::vector<CheckedFile> files = check_files(graph.resolved());
  print(program.console.format() == LogFormat::json ? summary_json(graph.resolved(), files)
                                                    : summary_text(graph.resolved(), files));
  return exit_ok;
}

}  // namespace

void add_check_command(CLI::App& app, Program& program) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      app.add_subcommand("check", "Find everything that is wrong with a graph, without running it");
  options->graph.add_to(*command);
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer(
      "Exit code 4 where anything is wrong.\n\nExample:\n  melgraph check my_graph.json");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return check(*options, program); };
  });
}

}  // namespace melgraph::cli
