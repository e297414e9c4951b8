// The program `melgraph`: takes the arguments apart and maps every end to an exit code.
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>

#include "core/suggest.h"
#include "exit_codes.h"
#include "help_formatter.h"
#include "output.h"
#include "program.h"
#include "terminal.h"

namespace melgraph::cli {

namespace {

void add_commands(CLI::App& app, Program& program) {
  app.require_subcommand(1);
  app.option_defaults()->always_capture_default();
  app.set_help_flag("-h,--help", "Show this help");
  app.formatter(std::make_shared<HelpFormatter>());
  add_run_command(app, program);
  add_check_command(app, program);
  add_show_command(app, program);
  add_schema_command(app, program);
  add_plugins_command(app, program);
  add_frontends_command(app, program);
  add_bundle_command(app, program);
  add_models_command(app, program);
  add_fit_command(app, program);
  add_diff_command(app, program);
  add_bench_command(app, program);
  add_version_command(app, program);
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 usage, 3 some inputs failed, 4 graph invalid, 5 plugin,\n"
      "6 device, 130 interrupted. Results go to files or stdout, messages to stderr.\n\n"
      "Example:\n  melgraph run esc10 sounds/ --out results");
}

/// Find the command that the arguments chose, as deep as they go.
CLI::App* chosen_command(CLI::App& app) {
  CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
  return command;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* child : command.get_subcommands([](CLI::App*) { return true; })) {
    names.push_back(child->get_name());
  }
  return names;
}

/// Find the first argument that stands where a command should and is none.
std::string unknown_command(CLI::App& app, int argc, char** argv, std::string& hint) {
  CLI::App* command = &app;
  std::string path = "melgraph";
  for (int i = 1; i < argc; ++i) {
    const std::vector<std::string> names = command_names(*command);
    const std::string word = argv[i];
    if (names.empty() || word.empty() || word[0] == '-') return {};
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      const std::string near = suggest(word, names);
      std::string list;
      for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
      hint = near.empty() ? "commands: " + list : "did you mean \"" + near + "\"?";
      return "unknown command \"" + word + "\" of " + path;
    }
    command = command->get_subcommand(word);
    path += ' ' + word;
  }
  return {};
}

std::string hint_for(CLI::App& app, const CLI::ParseError& error) {
  CLI::App* command = chosen_command(app);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    for (const std::string& word : app.remaining(true)) {
      const std::string near = suggest(word.substr(0, word.find('=')), option_names(*command));
      if (!near.empty()) return "did you mean " + near + "?";
    }
  }
  std::string path;
  for (const CLI::App* part = command; part != nullptr; part = part->get_parent()) {
    path = part->get_name() + (path.empty() ? "" : " " + path);
  }
  return "see: " + path + " --help";
}

int run_program(int argc, char** argv, const melgraph_launch_info* launch, Console& console) {
  CLI::App app("Classify sounds with graphs of plugins", "melgraph");
  Program program{console, launch, {}};
  add_commands(app, program);
  std::string hint;
  const std::string unknown = unknown_command(app, argc, argv, hint);
  if (!unknown.empty()) throw Error(ErrorCode::usage, unknown, hint);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    print(app.help());
    return exit_ok;
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorCode::usage, error.what(), hint_for(app, error));
  }
  return program.chosen();
}

/// Messages about the arguments come before they are read: look for the format alone.
bool asks_for_json(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--log-format=json") return true;
    if (word == "--log-format" && i + 1 < argc) return argv[i + 1] == std::string("json");
  }
  return false;
}

}  // namespace

}  // namespace melgraph::cli

namespace melgraph::cli {
namespace {

/// Keep freed memory of usual sizes in the process. By default a worker's arena is given back after
/// each batch and mapped anew for the next: page faults that cost a second core a fifth of its
/// gain.
void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

}  // namespace
}  // namespace melgraph::cli

extern "C" MELGRAPH_PROGRAM_EXPORT int melgraph_program_main(int argc, char** argv,
                                                             const melgraph_launch_info* info) {
  using namespace melgraph;
  using namespace melgraph::cli;
  keep_freed_memory();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of write, not a signal
  Console console(stderr);
  console.set_colour(wants_colour(stderr));
  if (asks_for_json(argc, argv)) console.set_format(LogFormat::json);
  try {
    return run_program(argc, argv, info, console);
  } catch (const StdoutClosed&) {
    return exit_ok;
  } catch (const Error& error) {
    console.report(error);
    return exit_code(error.code());
  } catch (const std::exception& error) {
    console.log(LogLevel::error, error.what(), "this is a defect of Melgraph or of a plugin");
    return exit_failure;
  }
}
