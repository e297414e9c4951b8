#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "bundle_probe.h"
#include "bundle_text.h"
#include "bundle_writer.h"
#include "core/install_paths.h"
#include "exit_codes.h"
#include "graph/installed.h"
#include "json_text.h"
#include "options.h"
#include "output.h"
#include "program.h"
#include "text_width.h"

namespace melgraph::cli {

namespace {

namespace fs = std::filesystem;

/// What `show` and `verify` share.
struct BundleOptions {
  std::string bundle;
  bool json = false;
  ComputeOptions compute;
  PluginOptions plugins;
  LogOptions log;

  BundleOptions() { compute.device = "cpu"; }

  void add_to(CLI::App& command) {
    command.add_option("BUNDLE", bundle, "Folder of a bundle, or name of an installed one")
        ->required()
        ->type_name("");
    command.add_flag("--json", json, "Print JSON");
  }
};

struct CreateOptions {
  GraphArguments graph;
  BundleRequest request;
  std::string out;
  std::string probe;
  std::string card;
  std::string metrics;
  ComputeOptions compute;
  PluginOptions plugins;
  LogOptions log;

  CreateOptions() { compute.device = "cpu"; }
};

EngineOptions engine_options(const ComputeOptions& compute, const PluginOptions& plugins,
                             Console& console) {
  EngineOptions options;
  options.log = log_to(console);
  plugins.apply(options);
  compute.apply(options);
  return options;
}

Bundle read(const fs::path& folder) {
  Diagnostics diagnostics;
  auto bundle = read_bundle(folder, diagnostics);
  diagnostics.throw_if_errors();
  if (!bundle) {
    throw Error(ErrorCode::invalid_graph, folder.string() + " is a folder without a bundle.json");
  }
  return std::move(*bundle);
}

int show(const BundleOptions& options, Program& program) {
  options.log.apply(program.console);
  const Bundle bundle = read(find_bundle_folder(options.bundle, graph_folders()));
  print(options.json ? json_text(bundle_json(bundle)) : bundle_text(bundle));
  return exit_ok;
}

std::string verdict_text(const Bundle& bundle, const ProbeVerdict& verdict) {
  std::string text = fmt::format("files      {} as recorded\n", bundle.files.size());
  for (const BundleFrontEnd& front_end : bundle.front_ends) {
    text += fmt::format("front end  {} as recorded\n", printable(front_end.node));
  }
  if (verdict.compared > 0) {
    text += fmt::format(
        "probe      {} scores of {}, largest difference {:.3g} ({}), tolerance {:.6g}\n",
        verdict.compared, printable(bundle.probe->audio), verdict.largest.difference,
        printable(verdict.largest.label), bundle.probe->tolerance);
  }
  if (verdict.faults.empty()) text += "ok: " + printable(bundle.name) + '\n';
  return text;
}

nlohmann::ordered_json difference_json(const ScoreDifference& difference) {
  return {{"class", difference.label},
          {"expected", difference.expected},
          {"found", difference.found},
          {"difference", difference.difference}};
}

nlohmann::ordered_json verdict_json(const Bundle& bundle, const ProbeVerdict& verdict) {
  using Json = nlohmann::ordered_json;
  Json json = {{"status", verdict.faults.empty() ? "ok" : "failed"},
               {"name", bundle.name},
               {"files", bundle.files.size()},
               {"scores", verdict.compared},
               {"largest", nullptr},
               {"tolerance", bundle.probe ? Json(bundle.probe->tolerance) : Json()},
               {"differences", Json::array()},
               {"faults", verdict.faults}};
  if (!verdict.largest.label.empty()) json["largest"] = difference_json(verdict.largest);
  for (const ScoreDifference& difference : verdict.beyond) {
    json["differences"].push_back(difference_json(difference));
  }
  return json;
}

int verify(const BundleOptions& options, Program& program) {
  Console& console = program.console;
  options.log.apply(console);
  const fs::path folder = find_bundle_folder(options.bundle, graph_folders());
  const Bundle bundle = read(folder);
  Engine engine(engine_options(options.compute, options.plugins, console));
  const Graph graph = engine.load(folder.string());  // compares hashes and front ends
  report_warnings(graph, console);
  const ProbeVerdict verdict = verify_probe(engine, graph, bundle);
  print(options.json ? json_text(verdict_json(bundle, verdict)) : verdict_text(bundle, verdict));
  for (const std::string& fault : verdict.faults) console.log(LogLevel::error, fault);
  return verdict.faults.empty() ? exit_ok : exit_invalid_graph;
}

int create(CreateOptions& options, Program& program) {
  Console& console = program.console;
  options.log.apply(console);
  options.request.graph = options.graph.graph;
  options.request.options = options.graph.options();
  options.request.folder = options.out;
  options.request.probe = options.probe;
  options.request.card = options.card;
  options.request.metrics = options.metrics;
  Engine engine(engine_options(options.compute, options.plugins, console));
  try {
    write_bundle(engine, options.request,
                 [&](const std::string& message) { console.warning(message); });
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::io, std::string("cannot write the bundle: ") + error.what());
  }
  console.info("wrote " + options.out + ", and verified it");
  return exit_ok;
}

void add_show(CLI::App& parent, Program& program) {
  auto options = std::make_shared<BundleOptions>();
  CLI::App* command = parent.add_subcommand(
      "show", "Show what a bundle says of itself: licence, front end, files, metrics, probe");
  options->add_to(*command);
  options->log.add_to(*command);
  command->footer(
      "Runs nothing and opens no file but bundle.json.\n\n"
      "Example:\n  melgraph bundle show esc10-cnn");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return show(*options, program); };
  });
}

void add_verify(CLI::App& parent, Program& program) {
  auto options = std::make_shared<BundleOptions>();
  CLI::App* command = parent.add_subcommand(
      "verify", "Compare a bundle's files and front ends with its record, and run its probe again");
  options->add_to(*command);
  options->compute.add_to(*command);
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer(
      "Exit code 4 where anything differs; each difference is named.\n\n"
      "Example:\n  melgraph bundle verify esc10-cnn");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return verify(*options, program); };
  });
}

void add_create(CLI::App& parent, Program& program) {
  auto options = std::make_shared<CreateOptions>();
  CLI::App* command = parent.add_subcommand(
      "create", "Make a bundle of a graph, with all files that it names and a probe");
  options->graph.add_to(*command);
  command->add_option("-o,--out", options->out, "Folder to make")->required()->type_name("DIR");
  command->add_option("--probe", options->probe, "Short sound whose scores the bundle records")
      ->required()
      ->type_name("SOUND");
  command
      ->add_option(
          "--output", options->request.output,
          "Output of the graph whose scores are recorded; without it, clip, else the first")
      ->type_name("NAME");
  command->add_option("--name", options->request.name, "Name; without it, the folder's")
      ->type_name("NAME");
  command->add_option("--licence", options->request.licence, "Licence of the weights")
      ->type_name("TEXT");
  command->add_option("--citation", options->request.citation, "What to cite")->type_name("TEXT");
  command->add_option("--card", options->card, "Model card to copy into the bundle")
      ->type_name("FILE");
  command->add_option("--metrics", options->metrics, "JSON object of numbers")
      ->type_name("FILE.json");
  command
      ->add_option("--tolerance", options->request.tolerance,
                   "Largest difference of a score that verify allows")
      ->check(CLI::PositiveNumber.description(""))
      ->type_name("X");
  command->add_flag("--overwrite", options->request.overwrite,
                    "Replace the bundle in DIR, where there is one");
  options->compute.add_to(*command);
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer(
      "Placeholders become the values given with --set. The folder gets its name once the new\n"
      "bundle has been verified. Scores of several windows are recorded as their mean.\n\n"
      "Example:\n"
      "  melgraph bundle create esc10 -o my-bundle --probe dog.wav --licence Apache-2.0");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return create(*options, program); };
  });
}

}  // namespace

void add_bundle_command(CLI::App& app, Program& program) {
  CLI::App* command = app.add_subcommand(
      "bundle", "Show, verify and make bundles: models that describe themselves");
  command->require_subcommand(1);
  command->footer("Example:\n  melgraph bundle verify esc10-cnn");
  add_show(*command, program);
  add_verify(*command, program);
  add_create(*command, program);
}

}  // namespace melgraph::cli
