#include "verdict_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "text_width.h"

namespace melgraph::cli {

namespace {

constexpr std::size_t device_cells = 8;
constexpr std::size_t numbers_cells = 9;
constexpr std::size_t error_cells = 9;
constexpr std::size_t tolerance_cells = 18;
constexpr std::size_t result_cells = 8;

constexpr const char* red = "\033[31m";
constexpr const char* green = "\033[32m";
constexpr const char* dim = "\033[2m";
constexpr const char* plain = "\033[0m";

std::string number_text(double value, const char* format) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

/// Write `1e-04`, and `1.5e-04` where a second digit says more.
std::string short_text(double value) {
  std::string text = number_text(value, "%.1e");
  if (text.compare(1, 2, ".0") == 0) text.erase(1, 2);
  return text;
}

std::string error_text(const Verdict& verdict, double value) {
  return verdict.problem.empty() ? number_text(value, "%.1e") : "-";
}

std::string coloured(const std::string& text, const char* colour, bool wanted) {
  return wanted ? colour + text + plain : text;
}

nlohmann::ordered_json number_json(double value) {
  if (!std::isfinite(value)) return nullptr;
  return value;
}

}  // namespace

std::string tolerance_text(const Tolerance& tolerance) {
  std::string text;
  if (tolerance.absolute > 0) text = short_text(tolerance.absolute);
  if (tolerance.relative > 0) {
    text += (text.empty() ? "" : " + ") + short_text(tolerance.relative) + "|x|";
  }
  return text.empty() ? "0" : text;
}

nlohmann::ordered_json tolerance_json(const Tolerance& tolerance) {
  return {{"absolute", tolerance.absolute}, {"relative", tolerance.relative}};
}

std::string verdict_header(const VerdictStyle& style) {
  const std::string line =
      pad_right("preset", style.name_width + 2) + pad_right("device", device_cells) +
      pad_right("numbers", numbers_cells) + pad_right("error", error_cells) +
      pad_right("of mean", error_cells) + pad_right("of std", error_cells) +
      pad_right("tolerance", tolerance_cells) + pad_right("result", result_cells) + "sound";
  return coloured(line, dim, style.colour) + '\n';
}

std::string verdict_line(const Verdict& verdict, const VerdictStyle& style) {
  const std::string result = pad_right(verdict.ok ? "ok" : "FAILED", result_cells);
  std::string line =
      pad_right(printable(verdict.name), style.name_width + 2) +
      pad_right(verdict.device, device_cells) + pad_right(verdict.numbers, numbers_cells) +
      pad_right(error_text(verdict, verdict.largest_error), error_cells) +
      pad_right(error_text(verdict, verdict.mean_error), error_cells) +
      pad_right(error_text(verdict, verdict.std_error), error_cells) +
      pad_right(tolerance_text(verdict.tolerance), tolerance_cells) +
      coloured(result, verdict.ok ? green : red, style.colour) + printable(verdict.sound) + '\n';
  if (!verdict.problem.empty()) {
    std::string problem = verdict.problem;
    while (!problem.empty() && problem.back() == '\n') problem.pop_back();
    std::replace(problem.begin(), problem.end(), '\n', ' ');
    line += "  " + coloured("error: ", red, style.colour) + printable(problem) + '\n';
  }
  return line;
}

nlohmann::ordered_json verdict_json(const Verdict& verdict) {
  nlohmann::ordered_json json = {{"name", verdict.name},
                                 {"sound", verdict.sound},
                                 {"device", verdict.device},
                                 {"precision", verdict.numbers},
                                 {"largest_error", number_json(verdict.largest_error)},
                                 {"mean_error", number_json(verdict.mean_error)},
                                 {"std_error", number_json(verdict.std_error)},
                                 {"tolerance", tolerance_json(verdict.tolerance)},
                                 {"oracle", verdict.oracle},
                                 {"ok", verdict.ok}};
  if (!verdict.problem.empty()) {
    for (const char* key : {"largest_error", "mean_error", "std_error"}) json[key] = nullptr;
    json["problem"] = verdict.problem;
  }
  return json;
}

}  // namespace melgraph::cli
