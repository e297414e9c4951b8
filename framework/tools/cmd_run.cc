#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "cores.h"
#include "exit_codes.h"
#include "file_events.h"
#include "graph/graph.h"
#include "graph_sinks.h"
#include "help_formatter.h"
#include "interrupt.h"
#include "melgraph/output_file.h"
#include "melgraph/record_text.h"
#include "options.h"
#include "output.h"
#include "program.h"
#include "progress.h"
#include "run/file_runner.h"
#include "run_report.h"
#include "table.h"
#include "tap_set.h"
#include "terminal.h"

namespace melgraph::cli {

namespace {

struct RunOptions {
  GraphArguments graph;
  std::vector<std::string> inputs;
  std::string out = "melgraph-out";
  bool overwrite = false;
  std::string decoder = "auto";
  std::string table = "auto";
  std::string report;
  std::vector<std::string> taps;
  std::string tap_format = "npy";
  ComputeOptions compute;
  PluginOptions plugins;
  LogOptions log;

  bool to_stdout() const { return out == "-"; }
};

/// Prints records to stdout, as a table or as JSON lines.
class RecordPrinter {
 public:
  RecordPrinter(const RunOptions& options, const Graph& graph, Console& console)
      : console_(console) {
    if (options.to_stdout()) {
      lines_ = stdout_parts(graph);
    } else if (options.table == "always" || (options.table == "auto" && is_terminal(stdout))) {
      has_table_ = true;
      table_output_ = table_output(graph);
      style_ = {terminal_width(stdout), locale_is_utf8(), wants_colour(stdout)};
    }
  }

  bool has_table() const noexcept { return has_table_; }

  void put(std::size_t output, const Record& record) {
    for (const StdoutPart& part : lines_) {
      if (part.output == output) print(json_record(record, part.top_k) + '\n');
    }
    if (!has_table_ || output != table_output_) return;
    console_.clear_status();
    if (!std::exchange(header_printed_, true)) print(table_header(style_));
    print(table_line(record, style_));
  }

 private:
  Console& console_;
  std::vector<StdoutPart> lines_;
  bool has_table_ = false;
  std::size_t table_output_ = 0;
  TableStyle style_;
  bool header_printed_ = false;
};

/// Run the graph and close the sinks, whatever happens between.
FileRunSummary run_and_close(Engine& engine, const Graph& graph,
                             const std::vector<InputItem>& inputs, SinkSet& sinks,
                             const FileRunOptions& options) {
  FileRunSummary summary;
  try {
    summary = run_files(engine, graph, inputs, sinks, options);
  } catch (...) {
    try {
      sinks.close();
    } catch (const Error&) {
      // The first failure is the one to tell.
    }
    throw;
  }
  sinks.close();
  return summary;
}

std::string summary_text(const FileRunSummary& summary, std::size_t inputs,
                         const RunOptions& options, const SinkSet& sinks, const TapSet& taps) {
  std::string text = fmt::format("{} of {} files done", summary.files - summary.failed, inputs);
  if (summary.failed > 0) text += fmt::format(", {} failed", summary.failed);
  if (summary.wall_seconds > 0) {
    text +=
        fmt::format(": {:.1f} s of sound in {:.2f} s ({:.0f} x real time)", summary.audio_seconds,
                    summary.wall_seconds, summary.audio_seconds / summary.wall_seconds);
  }
  if (!sinks.files().empty()) text += "; results in " + options.out;
  if (!taps.empty()) text += "; taps in " + taps.folders_text();
  return text;
}

void check_options(const RunOptions& options) {
  if (options.to_stdout() && options.table == "always") {
    throw Error(ErrorCode::usage, "--out - and --table always both write to stdout",
                "leave one of them out");
  }
}

int run(const RunOptions& options, Program& program) {
  Console& console = program.console;
  options.log.apply(console);
  check_options(options);
  TapSet taps(options.taps, options.tap_format == "png" ? TapFormat::png : TapFormat::npy);
  const std::vector<InputItem> inputs = expand_inputs(options.inputs, std::cin);

  EngineOptions engine_options;
  engine_options.log = log_to(console);
  options.plugins.apply(engine_options);
  options.compute.apply(engine_options);
  Engine engine(engine_options);
  if (options.compute.device == "auto") console.info("device: " + engine.device());

  GraphOptions graph_options = options.graph.options();
  graph_options.sinks = true;
  graph_options.taps = taps.edges();
  const Graph graph = engine.load(options.graph.graph, graph_options);
  report_warnings(graph, console);

  RecordPrinter printer(options, graph, console);
  std::vector<SinkSlot> slots;
  if (!options.to_stdout()) slots = make_sinks(graph);
  const bool writes_files = !slots.empty();
  SinkSet sinks(std::move(slots), options.out, options.overwrite);
  sinks.check();
  taps.plan(graph, inputs, options.overwrite);
  if (!options.to_stdout() && !printer.has_table() && !writes_files && taps.empty()) {
    console.warning("this graph has no sink: its results are not written (see --out -)");
  }
  engine.prepare(graph);
  sinks.open();

  const InterruptGuard interrupt;
  Progress progress(
      console, inputs.size(),
      is_terminal(stderr) && !options.log.quiet && console.format() == LogFormat::text);
  FileEvents events(console, progress);
  FileRunOptions run_options;
  run_options.decoders = std::max(1, static_cast<int>(usable_cores().size()));
  run_options.in_flight = std::max(8, 4 * run_options.decoders);
  run_options.decoder = decoder_of(options.decoder);
  run_options.stop = &interrupt.stop();
  run_options.on_event = [&](const FileEvent& event) { events.handle(event); };
  run_options.on_record = [&](std::size_t output, const Record& record) {
    printer.put(output, record);
  };
  run_options.on_tap = [&](std::size_t input, std::size_t output, std::vector<Result>&& items) {
    taps.write(input, output, items);
  };
  const FileRunSummary summary = run_and_close(engine, graph, inputs, sinks, run_options);

  if (!options.report.empty()) {
    OutputFile file(options.report);
    file.write(run_report_json(graph, engine.report(graph), summary));
    file.commit();
  }
  console.info((summary.interrupted ? "interrupted; " : "") +
               summary_text(summary, inputs.size(), options, sinks, taps));
  if (summary.interrupted) return exit_interrupted;
  return summary.failed > 0 ? exit_some_failed : exit_ok;
}

}  // namespace

void add_run_command(CLI::App& app, Program& program) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Run a graph over files, folders and URIs");
  options->graph.add_to(*command);
  command
      ->add_option("INPUT", options->inputs,
                   "Files, folders, patterns, @list.txt, - (paths on stdin), URIs")
      ->required()
      ->type_name("");
  command
      ->add_option("-o,--out", options->out,
                   "Folder of results; - writes JSON lines to stdout instead")
      ->type_name("DIR");
  command->add_flag("--overwrite", options->overwrite, "Replace results that exist already");
  command
      ->add_option("--decoder", options->decoder,
                   "What decodes files: auto takes libsndfile where it can, else GStreamer")
      ->check(one_of({"auto", "sndfile", "gstreamer"}))
      ->type_name("auto|sndfile|gstreamer");
  command->add_option("--table", options->table, "Print a table; auto: where stdout is a terminal")
      ->check(one_of({"auto", "always", "never"}))
      ->type_name("auto|always|never");
  command->add_option("--report", options->report, "Write figures of the run as JSON")
      ->type_name("FILE.json");
  command
      ->add_option("--tap", options->taps,
                   "Write what flows out of a node, or a view (source.VIEW), into files of a "
                   "folder, one an input; may be repeated")
      ->allow_extra_args(false)
      ->type_name("NODE[.PORT]=DIR");
  command->add_option("--tap-format", options->tap_format, "Arrays for NumPy, or pictures")
      ->check(one_of({"npy", "png"}))
      ->type_name("npy|png");
  options->compute.add_to(*command);
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer(
      "Ctrl-C ends the run and leaves whole files with the inputs done; a second one ends at "
      "once.\n\n"
      "Example:\n  melgraph run esc10 sounds/ --out results --report results/report.json");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return run(*options, program); };
  });
}

}  // namespace melgraph::cli
