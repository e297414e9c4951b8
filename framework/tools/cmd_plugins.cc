#include <CLI/CLI.hpp>
#include <memory>

#include "exit_codes.h"
#include "options.h"
#include "output.h"
#include "plugin/registry.h"
#include "plugin_text.h"
#include "program.h"

namespace melgraph::cli {

namespace {

struct PluginsOptions {
  PluginOptions plugins;
  LogOptions log;
  bool json = false;
  bool rescan = false;
  std::string id;

  void add_to(CLI::App& command) {
    command.add_flag("--json", json, "Print JSON");
    plugins.add_to(command);
    log.add_to(command);
  }

  EngineOptions engine_options(Console& console) const {
    log.apply(console);
    EngineOptions options;
    options.jobs = 1;
    options.log = log_to(console);
    plugins.apply(options);
    return options;
  }
};

/// Collect the usable types and where they come from.
std::vector<ListedType> list_types(Registry& registry, const std::vector<PluginFile>& files) {
  std::vector<ListedType> types;
  for (const std::string& id : registry.ids()) {
    ListedType type{id, "", ""};
    for (const PluginFile& file : files) {
      if (!file.accepted) continue;
      for (const PluginType& offered : file.types) {
        if (offered.id != id || !offered.shadowed_by.empty()) continue;
        type.summary = offered.summary;
        type.file = file.path.string();
      }
    }
    if (type.file.empty()) {
      const Descriptor* descriptor = registry.find_descriptor(id);
      if (descriptor != nullptr) type.summary = descriptor->summary;
    }
    types.push_back(std::move(type));
  }
  return types;
}

int list(const PluginsOptions& options, Program& program) {
  Engine engine(options.engine_options(program.console));
  if (options.rescan) engine.registry().rescan();
  const std::vector<PluginFile> files = engine.registry().files();
  const std::vector<ListedType> types = list_types(engine.registry(), files);
  print(options.json ? plugin_list_json(types, files) : plugin_list_text(types, files));
  return exit_ok;
}

int info(const PluginsOptions& options, Program& program) {
  Engine engine(options.engine_options(program.console));
  Registry& registry = engine.registry();
  const Descriptor* descriptor = registry.find_descriptor(options.id);
  if (descriptor == nullptr) {
    const std::string rejection = registry.rejection_for(options.id);
    const std::string near = registry.suggest(options.id);
    throw Error(ErrorCode::plugin,
                "no node type \"" + options.id + '"' + (rejection.empty() ? "" : ": " + rejection),
                near.empty() ? "see: melgraph plugins list" : "did you mean \"" + near + "\"?");
  }
  print(options.json ? descriptor_json(*descriptor) : descriptor_text(*descriptor));
  return exit_ok;
}

}  // namespace

void add_plugins_command(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand("plugins", "Show what node types are installed");
  command->require_subcommand(1);
  command->footer("Example:\n  melgraph plugins list");

  auto list_options = std::make_shared<PluginsOptions>();
  CLI::App* list_command = command->add_subcommand(
      "list", "List the node types, and the plugin files that were refused, with the reason");
  list_command->add_flag("--rescan", list_options->rescan,
                         "Forget what is remembered of plugin files and look at each again");
  list_options->add_to(*list_command);
  list_command->footer("Example:\n  melgraph plugins list --json");
  list_command->callback([list_options, &program] {
    program.chosen = [list_options, &program] { return list(*list_options, program); };
  });

  auto info_options = std::make_shared<PluginsOptions>();
  CLI::App* info_command =
      command->add_subcommand("info", "Show ports, parameters and presets of a node type");
  info_command->add_option("ID", info_options->id, "Node type, such as frontend.mel")
      ->required()
      ->type_name("");
  info_options->add_to(*info_command);
  info_command->footer("Example:\n  melgraph plugins info frontend.mel");
  info_command->callback([info_options, &program] {
    program.chosen = [info_options, &program] { return info(*info_options, program); };
  });
}

}  // namespace melgraph::cli
