#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>

#include "core/file.h"
#include "cores.h"
#include "exit_codes.h"
#include "file_events.h"
#include "fit_graph.h"
#include "fit_text.h"
#include "fit_truth.h"
#include "graph/graph.h"
#include "help_formatter.h"
#include "interrupt.h"
#include "melgraph/suggest.h"
#include "melgraph/weights.h"
#include "options.h"
#include "output.h"
#include "plugin/standard_registry.h"
#include "program.h"
#include "run/file_runner.h"
#include "terminal.h"

namespace melgraph::cli {

namespace {

namespace fs = std::filesystem;

struct FitOptions {
  GraphArguments graph;
  std::string node;
  std::vector<std::string> inputs;
  std::string truth;
  std::string file_column = "file";
  std::string label_column = "label";
  bool allow_missing = false;
  std::string out;
  bool overwrite = false;
  FitSettings settings;
  std::string decoder = "auto";
  bool json = false;
  ComputeOptions compute;
  PluginOptions plugins;
  LogOptions log;
};

void check_output(const FitOptions& options) {
  std::error_code error;
  for (fs::path above = fs::path(options.out).parent_path(); !above.empty();
       above = above == above.parent_path() ? fs::path() : above.parent_path()) {
    if (fs::exists(above, error) && !fs::is_directory(above, error)) {
      throw Error(ErrorCode::usage, "--out: " + above.string() + " is no folder");
    }
  }
  const fs::file_status status = fs::symlink_status(options.out, error);
  if (status.type() == fs::file_type::not_found) return;
  if (fs::is_directory(options.out, error)) {
    throw Error(ErrorCode::usage, "--out: " + options.out + " is a folder, not a file");
  }
  if (!options.overwrite) {
    throw Error(ErrorCode::usage, options.out + " exists already", "use --overwrite");
  }
}

/// The inputs with their true classes.
struct LabelledInputs {
  std::vector<InputItem> inputs;
  std::vector<const TruthTable::Row*> rows;  ///< one an input
  std::size_t missing = 0;                   ///< left out
};

LabelledInputs match(const std::vector<InputItem>& inputs, const TruthTable& truth,
                     bool allow_missing) {
  LabelledInputs matched;
  std::map<const TruthTable::Row*, std::string> taken;
  std::string first_missing;
  for (const InputItem& input : inputs) {
    const TruthTable::Row* row = truth.find(input.name);
    if (row == nullptr) {
      if (matched.missing++ == 0) first_missing = input.name;
      continue;
    }
    const auto [other, added] = taken.emplace(row, input.name);
    if (!added) {
      throw Error(ErrorCode::usage,
                  truth.path() + ':' + std::to_string(row->line) + ": \"" + row->file +
                      "\" is the row of two inputs: " + other->second + " and " + input.name,
                  "name each input once; the table may name files with their folders");
    }
    matched.inputs.push_back(input);
    matched.rows.push_back(row);
  }
  if (matched.inputs.empty()) {
    throw Error(ErrorCode::usage,
                truth.path() + " has a row for none of the inputs, such as " + first_missing);
  }
  if (matched.missing > 0 && !allow_missing) {
    throw Error(ErrorCode::usage,
                truth.path() + " has no row for " + first_missing +
                    (matched.missing > 1 ? fmt::format(" and {} more", matched.missing - 1) : ""),
                "complete it, or leave these files out with --allow-missing");
  }
  return matched;
}

/// Return the classes of the result: those given, else all that the inputs have, sorted.
Labels classes_of(const LabelledInputs& labelled, Labels given) {
  if (given) return given;
  std::set<std::string> found;
  for (const TruthTable::Row* row : labelled.rows) found.insert(row->label);
  return std::make_shared<const std::vector<std::string>>(found.begin(), found.end());
}

/// Return the class of each input.
std::vector<std::int64_t> targets_of(const LabelledInputs& labelled, const Labels& classes,
                                     const TruthTable& truth) {
  std::vector<std::int64_t> targets;
  for (const TruthTable::Row* row : labelled.rows) {
    const auto found = std::find(classes->begin(), classes->end(), row->label);
    if (found == classes->end()) {
      const std::string near = suggest(row->label, *classes);
      std::string list;
      for (std::size_t i = 0; i < std::min<std::size_t>(classes->size(), 20); ++i) {
        list += (i == 0 ? "" : ", ") + (*classes)[i];
      }
      throw Error(ErrorCode::usage,
                  truth.path() + ':' + std::to_string(row->line) + ": \"" + row->label +
                      "\" is none of the " + std::to_string(classes->size()) + " classes",
                  near.empty() ? "classes: " + list + (classes->size() > 20 ? ", ..." : "")
                               : "did you mean \"" + near + "\"?");
    }
    targets.push_back(found - classes->begin());
  }
  return targets;
}

/// What the members gave, one entry an input; empty for failed ones.
using Collected = std::vector<std::vector<Result>>;

FileRunSummary collect(Engine& engine, const FitGraph& fit, const std::vector<InputItem>& inputs,
                       const FitOptions& options, Console& console, Collected& collected) {
  engine.prepare(fit.graph());
  const InterruptGuard interrupt;
  Progress progress(
      console, inputs.size(),
      is_terminal(stderr) && !options.log.quiet && console.format() == LogFormat::text);
  FileEvents events(console, progress);
  FileRunOptions run;
  run.decoders = std::max(1, static_cast<int>(usable_cores().size()));
  run.in_flight = std::max(8, 4 * run.decoders);
  run.decoder = decoder_of(options.decoder);
  run.stop = &interrupt.stop();
  run.on_event = [&](const FileEvent& event) { events.handle(event); };
  run.on_tap = [&](std::size_t input, std::size_t output, std::vector<Result>&& items) {
    if (output == fit.output()) collected[input] = std::move(items);
  };
  SinkSet no_sinks({}, ".", false);
  return run_files(engine, fit.graph(), inputs, no_sinks, run);
}

/// Put the members of all inputs together; returns how many inputs gave any.
std::size_t arrange(const Collected& collected, const LabelledInputs& labelled,
                    const std::vector<std::int64_t>& targets, const FitGraph& fit,
                    FitItems& items) {
  const auto files = static_cast<std::size_t>(std::count_if(
      collected.begin(), collected.end(), [](const auto& of) { return !of.empty(); }));
  items.members.resize(fit.sizes().size());
  for (std::size_t i = 0; i < collected.size(); ++i) {
    for (const Result& item : collected[i]) {
      auto from = item.values.begin();
      for (std::size_t m = 0; m < fit.sizes().size(); ++m) {
        const auto end = from + static_cast<std::ptrdiff_t>(fit.sizes()[m]);
        items.members[m].insert(items.members[m].end(), from, end);
        from = end;
      }
      items.targets.push_back(targets[i]);
      items.weights.push_back(1.0 / static_cast<double>(files * collected[i].size()));
      items.names.push_back(labelled.inputs[i].name + fmt::format(" at {:.6g} s", item.start));
    }
  }
  return files;
}

int fit(const FitOptions& options, Program& program) {
  Console& console = program.console;
  options.log.apply(console);
  check_output(options);
  const TruthTable truth(options.truth, options.file_column, options.label_column);
  LabelledInputs labelled =
      match(expand_inputs(options.inputs, std::cin), truth, options.allow_missing);

  EngineOptions engine_options;
  engine_options.log = log_to(console);
  options.plugins.apply(engine_options);
  options.compute.apply(engine_options);
  const auto registry = make_standard_registry(engine_options.plugin_path, {});
  FitGraph fit(options.graph.graph, options.node, options.graph.options(), *registry);
  Engine engine(engine_options);
  if (options.compute.device == "auto") console.info("device: " + engine.device());
  fit.load(engine);
  report_warnings(fit.graph(), console);
  FitItems items;
  items.classes = classes_of(labelled, fit.fittable().check(fit.node(), options.settings));
  const std::vector<std::int64_t> targets = targets_of(labelled, items.classes, truth);

  Collected collected(labelled.inputs.size());
  const FileRunSummary summary = collect(engine, fit, labelled.inputs, options, console, collected);
  if (summary.interrupted) {
    console.info("interrupted; nothing is written");
    return exit_interrupted;
  }
  FitReport report;
  report.files = arrange(collected, labelled, targets, fit, items);
  if (report.files == 0) throw Error(ErrorCode::run_time, "none of the inputs could be used");
  report.result = fit.fittable().fit(fit.node(), options.settings, items);
  if (!report.result.converged) {
    console.warning(
        fmt::format("stopped early: what was minimised may be {:.3g} above its least value",
                    report.result.gap));
  }
  check_output(options);
  const fs::path folder = fs::path(options.out).parent_path();
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) throw_file_error("cannot create the folder", folder.string(), error.value());
  write_weights(options.out, report.result.file);

  report.graph = options.graph.graph;
  report.node = options.node;
  report.type = fit.type();
  report.param = fit.fittable().file_param();
  report.file = options.out;
  report.item = fit.item();
  report.members = fit.members();
  report.classes = *items.classes;
  report.failed = labelled.inputs.size() - report.files;
  report.missing = labelled.missing;
  report.items = items.targets.size();
  print(options.json ? fit_json(report) : fit_text(report));
  if (report.missing > 0) {
    console.info(std::to_string(report.missing) + " inputs without a true class were left out");
  }
  if (report.failed == 0) return exit_ok;
  console.warning(std::to_string(report.failed) + " inputs failed and were left out");
  return exit_some_failed;
}

}  // namespace

void add_fit_command(CLI::App& app, Program& program) {
  auto options = std::make_shared<FitOptions>();
  CLI::App* command =
      app.add_subcommand("fit", "Fit the weights of a combiner to sounds of known classes");
  options->graph.add_to(*command);
  command->add_option("NODE", options->node, "Combiner of the graph whose weights are made")
      ->required()
      ->type_name("");
  command
      ->add_option("INPUT", options->inputs,
                   "Files, folders, patterns, @list.txt, - (paths on stdin), URIs")
      ->required()
      ->type_name("");
  command
      ->add_option("--truth", options->truth,
                   "CSV table with a header: the true class of each file, by its name as given or "
                   "without folders")
      ->required()
      ->type_name("TABLE.csv");
  command->add_option("--file-column", options->file_column, "Column of the table with files")
      ->type_name("NAME");
  command->add_option("--label-column", options->label_column, "Column of the table with classes")
      ->type_name("NAME");
  command->add_flag("--allow-missing", options->allow_missing,
                    "Leave files out that the table does not name");
  command->add_option("-o,--out", options->out, "File to write: safetensors")
      ->required()
      ->type_name("FILE");
  command->add_flag("--overwrite", options->overwrite, "Replace the file where it exists already");
  command
      ->add_option("--l2", options->settings.l2,
                   "Weight of the penalty of combiner.stack; 1e-4 where it is not given")
      ->type_name("X");
  command
      ->add_option("--decoder", options->decoder,
                   "What decodes files: auto takes libsndfile where it can, else GStreamer")
      ->check(one_of({"auto", "sndfile", "gstreamer"}))
      ->type_name("auto|sndfile|gstreamer");
  command->add_flag("--json", options->json, "Print JSON");
  options->compute.add_to(*command);
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer(
      "Only what NODE takes from is loaded and computed; the file it names need not exist yet. "
      "Each file counts the same, whatever its length.\n\n"
      "Example:\n  melgraph fit ensemble.json both sounds/ --truth truth.csv -o "
      "weights.safetensors");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return fit(*options, program); };
  });
}

}  // namespace melgraph::cli
