#include <CLI/CLI.hpp>
#include <memory>

#include "exit_codes.h"
#include "graph/show.h"
#include "options.h"
#include "output.h"
#include "program.h"

namespace melgraph::cli {

namespace {

struct ShowOptions {
  GraphArguments graph;
  PluginOptions plugins;
  LogOptions log;
  bool dot = false;
};

int show(const ShowOptions& options, Program& program) {
  options.log.apply(program.console);
  EngineOptions engine_options;
  engine_options.jobs = 1;
  engine_options.log = log_to(program.console);
  options.plugins.apply(engine_options);
  Engine engine(engine_options);
  const Graph graph = engine.load(options.graph.graph, options.graph.options());
  report_warnings(graph, program.console);
  std::string text = options.dot ? graph_to_dot(graph.resolved()) : graph_to_json(graph.resolved());
  if (text.empty() || text.back() != '\n') text += '\n';
  print(text);
  return exit_ok;
}

}  // namespace

void add_show_command(CLI::App& app, Program& program) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = app.add_subcommand(
      "show", "Print a graph with all parameters and shapes, as JSON or for Graphviz");
  options->graph.add_to(*command);
  command->add_flag("--dot", options->dot, "Print it for Graphviz' dot");
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer("Example:\n  melgraph show esc10 --dot | dot -Tsvg > esc10.svg");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return show(*options, program); };
  });
}

}  // namespace melgraph::cli
