#include <fmt/format.h>

#include "bench_models.h"
#include "json_text.h"
#include "melgraph/version.h"

namespace melgraph::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string shape_text(const std::vector<std::int64_t>& sizes) {
  std::string text;
  for (const std::int64_t n : sizes) text += (text.empty() ? "" : "x") + std::to_string(n);
  return text;
}

/// Items a second; `-` where there is no figure.
std::string rate_text(const ModelTime& time, std::int64_t batch) {
  if (!time.problem.empty() || time.seconds <= 0) return "-";
  return fmt::format("{:.1f}", static_cast<double>(batch) / time.seconds);
}

}  // namespace

std::string model_speed_header(const std::string& device, int rounds) {
  std::string text = fmt::format(
      "Items a second on {}, the best of {} rounds; times: Melgraph to the best of PyTorch's eager "
      "layouts\n{:<13} {:<9} {:<5} {:>5}",
      device == "cpu" ? "one core" : device, rounds, "network", "input", "type", "batch");
  for (const std::string& runtime : model_runtimes()) text += fmt::format("  {:>19}", runtime);
  return text + "  times\n";
}

std::string model_speed_line(const ModelSpeed& speed) {
  std::string text =
      fmt::format("{:<13} {:<9} {:<5} {:>5}", speed.given.name, shape_text(speed.given.input),
                  to_string(speed.precision), speed.batch);
  for (std::size_t i = 0; i < model_runtimes().size(); ++i) {
    text += fmt::format("  {:>19}",
                        i < speed.times.size() ? rate_text(speed.times[i], speed.batch) : "-");
  }
  const double eager = speed.best_eager();
  const double own = speed.times.front().seconds;
  return text + (eager > 0 && own > 0 ? fmt::format("  {:>5.2f}\n", eager / own) : "      -\n");
}

std::string model_speed_footer(const ModelBenchReport& report) {
  std::string text;
  if (!report.no_peers.empty()) text += "no peers: " + report.no_peers + '\n';
  for (const ModelTime& time : report.speeds.front().times) {
    if (!time.problem.empty()) text += time.runtime + ": " + time.problem + '\n';
  }
  std::string versions;
  for (const auto& [name, version] : report.versions) {
    versions += (versions.empty() ? "" : ", ") + name + ' ' + version;
  }
  return versions.empty() ? text : text + versions + '\n';
}

std::string model_speed_json(const ModelBenchReport& report, int rounds) {
  Json json = {{"schema", "melgraph.bench.models/1"},
               {"melgraph", MELGRAPH_VERSION},
               {"device", report.device},
               {"rounds", rounds},
               {"results", Json::array()}};
  for (const ModelSpeed& speed : report.speeds) {
    Json entry = {{"network", speed.given.name},
                  {"input", speed.given.input},
                  {"precision", to_string(speed.precision)},
                  {"batch", speed.batch},
                  {"milliseconds", Json::object()}};
    for (const ModelTime& time : speed.times) {
      if (time.problem.empty()) {
        entry["milliseconds"][time.runtime] = 1e3 * time.seconds;
      } else {
        entry["problems"][time.runtime] = time.problem;
      }
    }
    const double eager = speed.best_eager();
    const double own = speed.times.front().seconds;
    if (eager > 0 && own > 0) entry["times_best_eager"] = eager / own;
    json["results"].push_back(std::move(entry));
  }
  if (report.no_peers.empty()) {
    json["versions"] = Json::object();
    for (const auto& [name, version] : report.versions) json["versions"][name] = version;
  } else {
    json["no_peers"] = report.no_peers;
  }
  return json_text(json);
}

}  // namespace melgraph::cli
