#include "bench_run.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "cores.h"
#include "graph_sinks.h"
#include "melgraph/error.h"
#include "run/file_runner.h"
#include "subprocess.h"
#include "temporary_folder.h"

namespace melgraph::cli {

namespace {

struct Round {
  double wall = 0;
  StageSeconds stages;
};

Round run_round(Engine& engine, const Graph& graph, const BenchPlan& plan, int decoders,
                BenchResult& result) {
  const TemporaryFolder folder;
  SinkSet sinks(make_sinks(graph), folder.path(), false);
  sinks.open();
  const std::size_t shown = table_output(graph);
  std::string failure;
  result.best.clear();
  FileRunOptions options;
  options.decoders = decoders;
  options.in_flight = std::max(8, 4 * decoders);
  options.on_event = [&failure](const FileEvent& event) {
    if (event.kind == FileEvent::Kind::failed) failure = event.file + ": " + event.message;
  };
  options.on_record = [&result, shown](std::size_t output, const Record& record) {
    if (output != shown) return;
    const std::vector<std::size_t> order = ranking(record, 1);
    result.best.push_back(order.empty() ? "" : label_of(record, order[0]));
  };
  const RunReport before = engine.report(graph);
  const FileRunSummary summary = run_files(engine, graph, plan.inputs, sinks, options);
  sinks.close();
  const RunReport after = engine.report(graph);
  if (summary.failed > 0) {
    throw Error(ErrorCode::input, failure, "figures are taken from inputs that all work");
  }
  result.files = summary.files;
  result.audio_seconds = summary.audio_seconds;
  return {summary.wall_seconds,
          {summary.decode_seconds, after.convert_seconds - before.convert_seconds,
           after.compute_seconds - before.compute_seconds, summary.write_seconds}};
}

void write_lines(const std::filesystem::path& path, const std::vector<std::string>& lines) {
  std::ofstream file(path);
  for (std::size_t i = 0; i < lines.size(); ++i) file << (i > 0 ? "\n" : "") << lines[i];
  if (!file.flush()) throw Error(ErrorCode::io, "cannot write " + path.string());
}

PeerResult read_peer(const std::string& text) {
  PeerResult result;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) {
    result.unavailable = "the script printed no result";
    return result;
  }
  if (json.contains("missing")) {
    for (const auto& name : json["missing"]) {
      result.unavailable +=
          (result.unavailable.empty() ? "Python lacks " : ", ") + name.get<std::string>();
    }
    return result;
  }
  for (const auto& [name, version] : json.at("versions").items()) {
    result.versions +=
        (result.versions.empty() ? "" : ", ") + name + ' ' + version.get<std::string>();
  }
  result.seconds = json.at("seconds").get<std::vector<double>>();
  result.best = json.at("best").get<std::vector<std::string>>();
  result.median_seconds = median(result.seconds);
  return result;
}

}  // namespace

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double BenchResult::files_per_second() const noexcept {
  return median_seconds > 0 ? static_cast<double>(files) / median_seconds : 0;
}

double BenchResult::times_real_time() const noexcept {
  return median_seconds > 0 ? audio_seconds / median_seconds : 0;
}

BenchResult bench_graph(const BenchPlan& plan, const std::vector<int>& cores) {
  const Pinned pinned(cores);  // the engine's threads stay where their maker was
  BenchResult result;
  result.cores = static_cast<int>(cores.size());
  result.jobs = result.cores;
  EngineOptions engine_options = plan.engine;
  engine_options.jobs = result.jobs;
  engine_options.threads = 1;
  Engine engine(engine_options);
  GraphOptions graph_options = plan.graph_options;
  graph_options.sinks = true;
  const Graph graph = engine.load(plan.graph, graph_options);
  run_round(engine, graph, plan, result.cores, result);
  std::vector<Round> rounds;
  for (int i = 0; i < plan.rounds; ++i) {
    rounds.push_back(run_round(engine, graph, plan, result.cores, result));
    result.seconds.push_back(rounds.back().wall);
  }
  result.median_seconds = median(result.seconds);
  std::sort(rounds.begin(), rounds.end(),
            [](const Round& a, const Round& b) { return a.wall < b.wall; });
  result.stages = rounds[rounds.size() / 2].stages;
  return result;
}

PeerResult bench_peer(const PeerPlan& plan, int core) {
  const Pinned pinned({core});
  const TemporaryFolder folder;
  std::vector<std::string> paths;
  for (const InputItem& input : plan.inputs) paths.push_back(input.path_or_uri);
  write_lines(folder.path() / "inputs.txt", paths);
  write_lines(folder.path() / "labels.txt", plan.labels);
  const ProcessResult process = run_process(
      {"env", "OMP_NUM_THREADS=1", plan.python, plan.script, "--weights", plan.weights, "--labels",
       (folder.path() / "labels.txt").string(), "--list", (folder.path() / "inputs.txt").string(),
       "--csv", (folder.path() / "results.csv").string(), "--rounds", std::to_string(plan.rounds)});
  if (!process.started || process.status != 0) {
    PeerResult result;
    result.unavailable = process.status == 127 || !process.started
                             ? "there is no " + plan.python
                             : "the script failed with status " + std::to_string(process.status);
    return result;
  }
  return read_peer(process.standard_output);
}

}  // namespace melgraph::cli
