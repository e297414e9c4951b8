#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <system_error>

#include "bench_frontends.h"
#include "bench_models.h"
#include "bench_run.h"
#include "bench_stream.h"
#include "core/install_paths.h"
#include "cores.h"
#include "exit_codes.h"
#include "graph/graph.h"
#include "help_formatter.h"
#include "host_loader.h"
#include "json_text.h"
#include "melgraph/error.h"
#include "melgraph/output_file.h"
#include "melgraph/version.h"
#include "options.h"
#include "output.h"
#include "program.h"
#include "run/device.h"

namespace melgraph::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* default_graph = "esc10";
constexpr const char* default_python = "python3";

struct BenchOptions {
  GraphArguments graph;
  std::vector<std::string> inputs;
  std::string json;
  int cores = 2;
  int rounds = 3;
  std::string python = default_python;
  std::string peer;
  PluginOptions plugins;
  LogOptions log;
};

struct FrontendBenchOptions {
  std::string filter;
  std::string json;
  int rounds = 5;
  std::string device = "auto";
  std::string python = default_python;
  std::string peer;
  PluginOptions plugins;
  LogOptions log;
};

struct ModelBenchOptions {
  std::string filter;
  std::string json;
  int rounds = 5;
  std::string device = "cpu";
  std::string precision;
  std::string python = default_python;
  std::string peer;
  PluginOptions plugins;
  LogOptions log;
};

struct StreamBenchOptions {
  std::string graph = default_graph;
  std::string json;
  std::vector<int> streams = StreamBenchPlan().streams;
  double seconds = StreamBenchPlan().seconds;
  double delay = StreamBenchPlan().max_delay;
  std::string device = "cpu";
  LogOptions log;
};

struct AllBenchOptions {
  std::string json;
  std::string python = default_python;
  PluginOptions plugins;
  LogOptions log;
};

/// Find a file or folder of the source tree or the installation, in or above the program's folder.
fs::path find_beside_program(const std::string& program_folder,
                             const std::vector<std::string>& names) {
  for (fs::path folder = program_folder;; folder = folder.parent_path()) {
    for (const std::string& name : names) {
      std::error_code error;
      if (fs::exists(folder / name, error)) return folder / name;
    }
    if (folder == folder.parent_path()) return {};
  }
}

std::string find_peer(const Program& program, const std::string& script) {
  return find_beside_program(
             program.launch->program_folder,
             {"tests/bench/peers/" + script, "share/melgraph/bench/peers/" + script})
      .string();
}

std::vector<InputItem> bench_inputs(const BenchOptions& options, const Program& program) {
  if (!options.inputs.empty()) return expand_inputs(options.inputs, std::cin);
  const fs::path examples =
      find_beside_program(program.launch->program_folder, {"examples", "share/melgraph/examples"});
  if (examples.empty()) {
    throw Error(ErrorCode::usage, "there are no example sounds to run over",
                "give sounds after the graph, such as: melgraph bench run esc10 sounds/");
  }
  return expand_inputs({examples.string()}, std::cin);
}

/// Plan the peer where the graph is one that it can imitate: the default network.
PeerPlan plan_peer(const BenchOptions& options, const BenchPlan& bench, const Program& program) {
  PeerPlan plan;
  plan.python = options.python;
  plan.script = options.peer;
  plan.inputs = bench.inputs;
  plan.rounds = options.rounds;
  if (plan.script.empty()) plan.script = find_peer(program, "run_peer.py");
  Engine engine(bench.engine);
  const Graph graph = engine.load(bench.graph, bench.graph_options);
  if (graph.name().rfind(default_graph, 0) != 0) return plan;
  for (const GraphNode& node : graph.resolved().nodes) {
    if (node.type->descriptor.id != "model.cnn") continue;
    plan.weights = node.params.string("weights");
    const Edge& scores = graph.resolved().edges[static_cast<std::size_t>(node.outputs.front())];
    if (scores.spec.labels != nullptr) plan.labels = *scores.spec.labels;
  }
  return plan;
}

PeerResult run_peer(const PeerPlan& plan, int core) {
  PeerResult result;
  if (plan.weights.empty()) {
    result.unavailable = std::string("only the graph ") + default_graph + " has a peer";
  } else if (plan.script.empty()) {
    result.unavailable = "run_peer.py is not beside this program (see --peer)";
  } else {
    result = bench_peer(plan, core);
  }
  return result;
}

std::size_t agreement(const BenchResult& result, const PeerResult& peer) {
  std::size_t same = 0;
  for (std::size_t i = 0; i < std::min(result.best.size(), peer.best.size()); ++i) {
    if (result.best[i] == peer.best[i]) ++same;
  }
  return same;
}

std::string result_text(const BenchResult& result, const PeerResult& peer) {
  const auto share = [&](double seconds) {
    return result.stages.sum() > 0 ? 100 * seconds / result.stages.sum() : 0.0;
  };
  std::string text = fmt::format(
      "{:2} core{} {:8.1f} files/s {:8.0f} x real time   decode {:.0f} %, convert {:.0f} %, "
      "compute {:.0f} %, write {:.0f} %",
      result.cores, result.cores == 1 ? " " : "s", result.files_per_second(),
      result.times_real_time(), share(result.stages.decode), share(result.stages.convert),
      share(result.stages.compute), share(result.stages.write));
  if (peer.unavailable.empty()) {
    text += fmt::format("   {:.1f} x Python", peer.median_seconds / result.median_seconds);
  }
  return text + '\n';
}

std::string bench_text(const std::vector<BenchResult>& results, const PeerResult& peer,
                       int rounds) {
  const BenchResult& first = results.front();
  std::string text = fmt::format("{} files, {:.1f} s of sound, median of {} rounds\n", first.files,
                                 first.audio_seconds, rounds);
  for (const BenchResult& result : results) text += result_text(result, peer);
  if (!peer.unavailable.empty()) return text + "no peer: " + peer.unavailable + '\n';
  return text + fmt::format(
                    "Python  {:8.1f} files/s {:8.0f} x real time   librosa, torchaudio, torch, one "
                    "thread; same best class in {} of {} ({})\n",
                    static_cast<double>(first.files) / peer.median_seconds,
                    first.audio_seconds / peer.median_seconds, agreement(first, peer), first.files,
                    peer.versions);
}

std::string bench_json(const BenchPlan& plan, const std::vector<BenchResult>& results,
                       const PeerResult& peer) {
  using Json = nlohmann::ordered_json;
  Json json = {{"schema", "melgraph.bench/1"},
               {"melgraph", MELGRAPH_VERSION},
               {"graph", plan.graph},
               {"rounds", plan.rounds},
               {"files", results.front().files},
               {"audio_seconds", results.front().audio_seconds},
               {"results", Json::array()}};
  for (const BenchResult& result : results) {
    Json entry = {{"cores", result.cores},
                  {"jobs", result.jobs},
                  {"seconds", result.seconds},
                  {"median_seconds", result.median_seconds},
                  {"files_per_second", result.files_per_second()},
                  {"times_real_time", result.times_real_time()},
                  {"stages",
                   {{"decode", result.stages.decode},
                    {"convert", result.stages.convert},
                    {"compute", result.stages.compute},
                    {"write", result.stages.write}}}};
    if (peer.unavailable.empty()) {
      entry["times_peer"] = peer.median_seconds / result.median_seconds;
    }
    json["results"].push_back(std::move(entry));
  }
  if (!peer.unavailable.empty()) {
    json["peer"] = {{"unavailable", peer.unavailable}};
  } else {
    json["peer"] = {{"versions", peer.versions},
                    {"seconds", peer.seconds},
                    {"median_seconds", peer.median_seconds},
                    {"same_best_class", agreement(results.front(), peer)}};
  }
  return json_text(json);
}

void write_json(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  OutputFile file(path);
  file.write(text);
  file.commit();
}

/// Measure the graph, print the table and return the JSON.
std::string measure_run(const BenchOptions& options, Program& program) {
  BenchPlan plan;
  plan.graph = options.graph.graph.empty() ? default_graph : options.graph.graph;
  plan.graph_options = options.graph.options();
  plan.engine.log = log_to(program.console);
  options.plugins.apply(plan.engine);
  plan.inputs = bench_inputs(options, program);
  plan.rounds = options.rounds;

  const std::vector<int> cores = usable_cores();
  std::vector<BenchResult> results;
  for (int count = 1; count <= std::min<int>(options.cores, static_cast<int>(cores.size()));
       count *= 2) {
    results.push_back(bench_graph(plan, {cores.begin(), cores.begin() + count}));
  }
  const PeerResult peer = run_peer(plan_peer(options, plan, program), cores.front());
  print(bench_text(results, peer, options.rounds));
  return bench_json(plan, results, peer);
}

/// Measure front ends and resamplers, print the table and return the JSON.
std::string measure_frontends(const FrontendBenchOptions& options, Program& program) {
  SpeedPlan plan;
  plan.cases = speed_cases(options.filter);
  if (plan.cases.empty()) {
    std::string names;
    for (const SpeedCase& one : speed_cases("")) names += (names.empty() ? "" : ", ") + one.name;
    throw Error(ErrorCode::usage, "no benchmark has \"" + options.filter + "\" in its name",
                "names: " + names);
  }
  plan.rounds = options.rounds;
  plan.python = options.python;
  plan.script = options.peer.empty() ? find_peer(program, "frontends_peer.py") : options.peer;
  plan.device = choose_device(options.device);
  EngineOptions engine_options;
  engine_options.log = log_to(program.console);
  options.plugins.apply(engine_options);
  Engine engine(engine_options);
  const SpeedReport report = bench_frontends(plan, engine.registry());
  print(speed_text(report, options.rounds));
  return speed_json(report, options.rounds);
}

/// Measure networks, print the table and return the JSON.
std::string measure_models(const ModelBenchOptions& options, Program& program) {
  ModelBenchPlan plan;
  plan.cases = model_cases(options.filter);
  if (plan.cases.empty()) {
    std::string names;
    for (const ModelCase& one : model_cases("")) names += (names.empty() ? "" : ", ") + one.name;
    throw Error(ErrorCode::usage, "no benchmark has \"" + options.filter + "\" in its name",
                "names: " + names);
  }
  if (!options.precision.empty()) plan.precisions = {parse_precision(options.precision)};
  plan.rounds = options.rounds;
  plan.python = options.python;
  plan.script = options.peer.empty() ? find_peer(program, "models_peer.py") : options.peer;
  plan.device = options.device;
  EngineOptions engine_options;
  engine_options.log = log_to(program.console);
  options.plugins.apply(engine_options);
  Engine engine(engine_options);
  print(model_speed_header(options.device, options.rounds));
  plan.tell = [](const ModelSpeed& speed) { print(model_speed_line(speed)); };
  const ModelBenchReport report = bench_models(plan, engine.registry());
  print(model_speed_footer(report));
  return model_speed_json(report, options.rounds);
}

/// Measure live streams, print the table and return the JSON.
std::string measure_streams(const StreamBenchOptions& options) {
  StreamBenchPlan plan;
  plan.graph.graph = options.graph;
  plan.graph.device = options.device;
  plan.streams = options.streams;
  plan.seconds = options.seconds;
  plan.max_delay = options.delay;
  const launch::LoadedHost host = launch::load_host(library_folder());
  if (host.table == nullptr) throw Error(ErrorCode::run_time, host.explanation);
  print(stream_speed_header(plan));
  const std::vector<StreamSpeed> speeds = bench_streams(
      plan, *host.table, [](const StreamSpeed& speed) { print(stream_speed_line(speed)); });
  return stream_speed_json(plan, speeds);
}

int bench_all(const AllBenchOptions& options, Program& program) {
  options.log.apply(program.console);
  BenchOptions run;
  run.python = options.python;
  run.plugins = options.plugins;
  FrontendBenchOptions frontends;
  frontends.python = options.python;
  frontends.plugins = options.plugins;
  using Json = nlohmann::ordered_json;
  Json json = {{"schema", "melgraph.bench.all/1"}};
  print("Graph\n");
  json["run"] = Json::parse(measure_run(run, program));
  print("\nFront ends\n");
  json["frontends"] = Json::parse(measure_frontends(frontends, program));
  print("\nNetworks\n");
  ModelBenchOptions models;
  models.python = options.python;
  models.plugins = options.plugins;
  json["models"] = Json::parse(measure_models(models, program));
  print("\nStreams\n");
  json["streams"] = Json::parse(measure_streams({}));
  write_json(options.json, json_text(json));
  return exit_ok;
}

void add_python(CLI::App& command, std::string& python) {
  command.add_option("--python", python, "Python with the peers; make peers makes one")
      ->type_name("PROGRAM");
}

void add_json(CLI::App& command, std::string& json) {
  command.add_option("--json", json, "Write the figures as JSON")->type_name("FILE");
}

void add_peer_and_rounds(CLI::App& command, std::string& peer, int& rounds,
                         const std::string& use) {
  command.add_option("--rounds", rounds, "Rounds to take the " + use + " of")
      ->check(whole_number(1, 1000))
      ->type_name("N");
  command.add_option("--peer", peer, "The peer's script; default: found by itself")
      ->type_name("FILE");
}

void add_all(CLI::App& group, Program& program) {
  auto options = std::make_shared<AllBenchOptions>();
  CLI::App* command = group.add_subcommand("all", "Run every benchmark with its defaults");
  add_json(*command, options->json);
  add_python(*command, options->python);
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer("Example:\n  melgraph bench all --json bench.json");
  command->callback([options, &program] {
    program.chosen = [options, &program] { return bench_all(*options, program); };
  });
}

void add_frontends(CLI::App& group, Program& program) {
  auto options = std::make_shared<FrontendBenchOptions>();
  CLI::App* command = group.add_subcommand(
      "frontends", "Measure front ends and resamplers on one core, against Python's");
  add_json(*command, options->json);
  command->add_option("--filter", options->filter, "Only cases with this text in their names")
      ->type_name("TEXT");
  command->add_option("--device", options->device, "auto, cpu or cuda: measure on a GPU too")
      ->type_name("DEVICE");
  add_python(*command, options->python);
  add_peer_and_rounds(*command, options->peer, options->rounds, "least");
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer("Example:\n  melgraph bench frontends --filter vggish --json frontends.json");
  command->callback([options, &program] {
    program.chosen = [options, &program] {
      options->log.apply(program.console);
      write_json(options->json, measure_frontends(*options, program));
      return exit_ok;
    };
  });
}

void add_models(CLI::App& group, Program& program) {
  auto options = std::make_shared<ModelBenchOptions>();
  CLI::App* command = group.add_subcommand(
      "models", "Measure networks on one core or a GPU, against PyTorch and other runtimes");
  add_json(*command, options->json);
  command->add_option("--filter", options->filter, "Only networks with this text in their names")
      ->type_name("TEXT");
  command->add_option("--device", options->device, "cpu, or cuda to measure on a GPU")
      ->type_name("DEVICE");
  command->add_option("--precision", options->precision, "Only this one; default: f32 and bf16")
      ->check(one_of({"f32", "bf16", "f16", "tf32"}))
      ->type_name("f32|bf16|f16|tf32");
  add_python(*command, options->python);
  add_peer_and_rounds(*command, options->peer, options->rounds, "least");
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer("Example:\n  melgraph bench models --filter resnet50 --json models.json");
  command->callback([options, &program] {
    program.chosen = [options, &program] {
      options->log.apply(program.console);
      write_json(options->json, measure_models(*options, program));
      return exit_ok;
    };
  });
}

void add_stream(CLI::App& group, Program& program) {
  auto options = std::make_shared<StreamBenchOptions>();
  CLI::App* command = group.add_subcommand(
      "stream", "Measure live streams that share an engine, against an engine each");
  command
      ->add_option("GRAPH", options->graph, std::string("Graph to run; default: ") + default_graph)
      ->type_name("");
  add_json(*command, options->json);
  command->add_option("--streams", options->streams, "Numbers of streams, such as 32,128")
      ->delimiter(',')
      ->check(whole_number(1, 10000))
      ->type_name("N");
  command->add_option("--seconds", options->seconds, "Seconds that each measurement lasts")
      ->check(CLI::Range(0.1, 3600.0))
      ->type_name("S");
  command->add_option("--delay", options->delay, "Seconds that a batch is waited for")
      ->check(CLI::Range(0.0, 60.0))
      ->type_name("S");
  command->add_option("--device", options->device, "cpu, or cuda to measure on a GPU")
      ->type_name("DEVICE");
  options->log.add_to(*command);
  command->footer("Example:\n  melgraph bench stream --streams 32 --json streams.json");
  command->callback([options, &program] {
    program.chosen = [options, &program] {
      options->log.apply(program.console);
      write_json(options->json, measure_streams(*options));
      return exit_ok;
    };
  });
}

void add_run(CLI::App& group, Program& program) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* command = group.add_subcommand(
      "run", "Measure a graph over sounds on 1, 2, 4 ... cores, against a Python script");
  command
      ->add_option("GRAPH", options->graph.graph,
                   std::string("Graph to run; default: ") + default_graph)
      ->type_name("");
  command
      ->add_option("INPUT", options->inputs,
                   "Sounds, as for melgraph run; default: the example sounds")
      ->type_name("");
  options->graph.add_set_to(*command);
  add_json(*command, options->json);
  command->add_option("--cores", options->cores, "Most cores to use, where there are as many")
      ->check(whole_number(1, 1024))
      ->type_name("N");
  add_python(*command, options->python);
  add_peer_and_rounds(*command, options->peer, options->rounds, "median");
  options->plugins.add_to(*command);
  options->log.add_to(*command);
  command->footer("Example:\n  melgraph bench run esc10 sounds/ --cores 2 --json bench.json");
  command->callback([options, &program] {
    program.chosen = [options, &program] {
      options->log.apply(program.console);
      write_json(options->json, measure_run(*options, program));
      return exit_ok;
    };
  });
}

}  // namespace

void add_bench_command(CLI::App& app, Program& program) {
  CLI::App* group = app.add_subcommand("bench", "Measure speed, with peers in the same run");
  group->require_subcommand(1);
  group->footer("Example:\n  melgraph bench run");

  add_all(*group, program);
  add_run(*group, program);
  add_frontends(*group, program);
  add_models(*group, program);
  add_stream(*group, program);
}

}  // namespace melgraph::cli
