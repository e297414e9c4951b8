#include <CLI/CLI.hpp>
#include <memory>

#include "config/schema.h"
#include "exit_codes.h"
#include "options.h"
#include "output.h"
#include "plugin/registry.h"
#include "program.h"

namespace melgraph::cli {

namespace {

struct SchemaOptions {
  PluginOptions plugins;
  LogOptions log;
};

int schema(const SchemaOptions& options, Program& program) {
  options.log.apply(program.console);
  EngineOptions engine_options;
  engine_options.jobs = 1;
  engine_options.log = log_to(program.console);
  options.plugins.apply(engine_options);
  Engine engine(engine_options);
  std::vector<const Descriptor*> descriptors;
  for (const std::string& id : engine.registry().ids()) {
    const Descriptor* descriptor = engine.registry().find_descriptor(id);
    if (descriptor != nullptr) {
      descriptors.push_back(descriptor);
    } else {
      program.console.warning(id + " is left out: " + engine.registry().rejection_for(id));
    }
  }
  print(json_schema(descriptors));
  return exit_ok;
}

}  // namespace

void add_schema_command(CLI::App& app, Program& program) {
  auto options = std::make_shared<SchemaOptions>();
  CLI::App* command = app.add_subcommand(
      "schema", "Print the JSON Schema (draft 7) of graphs, from the installed plugins");
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer(
      "Editors complete and check graphs with it: name the file in the graph's \"$schema\".\n\n"
      "Example:\n  melgraph schema > melgraph.schema.json");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return schema(*options, program); };
  });
}

}  // namespace melgraph::cli
