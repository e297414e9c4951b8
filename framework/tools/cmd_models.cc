#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "exit_codes.h"
#include "melgraph/engine.h"
#include "model_catalog.h"
#include "options.h"
#include "output.h"
#include "program.h"
#include "terminal.h"

namespace melgraph::cli {

namespace {

struct ModelsOptions {
  PluginOptions plugins;
  LogOptions log;
  bool json = false;
  std::string name;

  void add_to(CLI::App& command) {
    command.add_flag("--json", json, "Print JSON");
    plugins.add_to(command);
    log.add_to(command);
  }

  EngineOptions engine_options(Console& console) const {
    log.apply(console);
    EngineOptions options;
    options.log = log_to(console);
    plugins.apply(options);
    return options;
  }
};

int list(const ModelsOptions& options, Program& program) {
  Engine engine(options.engine_options(program.console));
  const std::vector<CatalogModel> models = find_models(engine.registry());
  const std::size_t width = is_terminal(stdout) ? terminal_width(stdout) : 0;
  print(options.json ? model_list_json(models) : model_list_text(models, width));
  return exit_ok;
}

int show(const ModelsOptions& options, Program& program) {
  Engine engine(options.engine_options(program.console));
  const std::vector<CatalogModel> models = find_models(engine.registry());
  const CatalogModel& model = find_model(models, options.name);
  print(options.json ? model_json(model) : model_text(model));
  return exit_ok;
}

}  // namespace

void add_models_command(CLI::App& app, Program& program) {
  CLI::App* group = app.add_subcommand("models", "Show networks: parameters, operations, inputs");
  group->require_subcommand(1);
  group->footer("Example:\n  melgraph models list");

  auto listing = std::make_shared<ModelsOptions>();
  CLI::App* list_command = group->add_subcommand("list", "List the networks of all plugins");
  listing->add_to(*list_command);
  list_command->footer("Example:\n  melgraph models list");
  list_command->callback([listing, &program] {
    program.chosen = [listing, &program] { return list(*listing, program); };
  });

  auto showing = std::make_shared<ModelsOptions>();
  CLI::App* show_command =
      group->add_subcommand("show", "Show one network and the names of its layers");
  show_command->add_option("NAME", showing->name, "Such as resnet50, or model.resnet50")
      ->required()
      ->type_name("");
  showing->add_to(*show_command);
  show_command->footer("Example:\n  melgraph models show resnet50");
  show_command->callback([showing, &program] {
    program.chosen = [showing, &program] { return show(*showing, program); };
  });
}

}  // namespace melgraph::cli
