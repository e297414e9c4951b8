#include "fit_text.h"

#include <fmt/format.h>

#include <cmath>

#include "json_text.h"

namespace melgraph::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string plural(std::size_t count, const std::string& what) {
  if (count == 1) return "1 " + what;
  const bool ends_in_s = what.back() == 's';
  return std::to_string(count) + ' ' + what + (ends_in_s ? "es" : "s");
}

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.4f}", value) : "infinite";
}

std::string row(const std::string& name, const FitReport& report, double FitScore::*field,
                const std::string& unit) {
  const std::string before = report.result.before ? number((*report.result.before).*field) : "-";
  return fmt::format("{:<10}{:<10}{:<10}{}\n", name, before, number(report.result.after.*field),
                     unit);
}

Json score_json(const FitScore& score) {
  return {{"loss", std::isfinite(score.loss) ? Json(score.loss) : Json()},
          {"accuracy", score.accuracy}};
}

}  // namespace

std::string fit_text(const FitReport& report) {
  const FitResult& result = report.result;
  std::string text =
      fmt::format("{:<10}{}, {}, {}\n", "node", report.node + " (" + report.type + ')',
                  plural(report.members.size(), "member"), plural(report.classes.size(), "class"));
  text += fmt::format("{:<10}{} of {}; each file counts the same\n", "items",
                      plural(report.items, report.item), plural(report.files, "file"));
  text += fmt::format("{:<10}{:<10}{:<10}on the data fitted to, which flatters\n", "", "before",
                      "after");
  text += row("loss", report, &FitScore::loss, "nats an item");
  text += row("accuracy", report, &FitScore::accuracy, "share of items");
  for (std::size_t m = 0; m < report.members.size(); ++m) {
    text += fmt::format("{:<10}{:<10.4f}{}\n", m == 0 ? result.members_text : "", result.members[m],
                        report.members[m]);
  }
  text +=
      fmt::format("{:<10}{}; \"{}\" of the node takes it\n", "written", report.file, report.param);
  return text;
}

std::string fit_json(const FitReport& report) {
  const FitResult& result = report.result;
  Json members = Json::array();
  for (std::size_t m = 0; m < report.members.size(); ++m) {
    members.push_back({{"edge", report.members[m]}, {result.members_text, result.members[m]}});
  }
  const Json json = {{"schema", "melgraph.fit/1"},
                     {"graph", report.graph},
                     {"node", report.node},
                     {"type", report.type},
                     {"param", report.param},
                     {"file", report.file},
                     {"item", report.item},
                     {"items", report.items},
                     {"files", report.files},
                     {"failed", report.failed},
                     {"missing", report.missing},
                     {"classes", report.classes},
                     {"measured_on", "the data fitted to"},
                     {"before", result.before ? score_json(*result.before) : Json()},
                     {"after", score_json(result.after)},
                     {"members", members},
                     {"gap", result.gap},
                     {"iterations", result.iterations},
                     {"converged", result.converged}};
  return json_text(json);
}

}  // namespace melgraph::cli
