#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "array_diff.h"
#include "exit_codes.h"
#include "io/npy.h"
#include "json_text.h"
#include "output.h"
#include "program.h"

namespace melgraph::cli {

namespace {

struct DiffOptions {
  std::string first;
  std::string second;
  double tolerance = 0;
  bool has_tolerance = false;
  bool json = false;
};

std::string not_finite_text(const NotFinite& counts) {
  return fmt::format("{} NaN, {} infinite", counts.nan, counts.infinite);
}

std::string diff_text(const ArrayDiff& diff) {
  if (!diff.same_shape) {
    return "shapes differ: " + shape_text(diff.shape) + " and " + shape_text(diff.other_shape) +
           '\n';
  }
  std::string text = fmt::format("shape      {}, {} numbers\n", shape_text(diff.shape), diff.count);
  if (diff.largest_at.empty()) {
    text += diff.unlike == 0 ? "equal      everywhere\n" : "equal      where both are finite\n";
  } else {
    text += fmt::format("largest    {:.6g} at {}: {:.9g} and {:.9g}\n", diff.largest,
                        shape_text(diff.largest_at), diff.first_value, diff.second_value);
    text += fmt::format("mean       {:.6g}, {} differ\n", diff.mean, diff.differing);
    text += fmt::format("relative   {:.6g}, largest over the largest value of A\n", diff.relative);
  }
  const NotFinite none;
  const auto any = [](const NotFinite& counts) { return counts.nan + counts.infinite > 0; };
  if (any(diff.first) || any(diff.second)) {
    text += "not finite A: " + not_finite_text(diff.first) +
            "; B: " + not_finite_text(diff.second) +
            fmt::format("; {} not in both alike\n", diff.unlike);
  }
  return text;
}

std::string diff_json(const DiffOptions& options, const ArrayDiff& diff, bool within) {
  using Json = nlohmann::ordered_json;
  Json json = {{"schema", "melgraph.diff/1"},
               {"a", options.first},
               {"b", options.second},
               {"same_shape", diff.same_shape},
               {"shape", diff.shape}};
  if (!diff.same_shape) {
    json["other_shape"] = diff.other_shape;
    return json_text(json);
  }
  json["count"] = diff.count;
  json["largest"] = diff.largest;
  json["largest_at"] = diff.largest_at;
  json["mean"] = diff.mean;
  json["relative"] = diff.relative;  // null where it is infinite
  json["differing"] = diff.differing;
  json["unlike"] = diff.unlike;
  json["a_not_finite"] = {{"nan", diff.first.nan}, {"infinite", diff.first.infinite}};
  json["b_not_finite"] = {{"nan", diff.second.nan}, {"infinite", diff.second.infinite}};
  if (options.has_tolerance) {
    json["tolerance"] = options.tolerance;
    json["within"] = within;
  }
  return json_text(json);
}

int diff(const DiffOptions& options, Program& program) {
  const ArrayDiff diff = compare_arrays(options.first, options.second);
  const bool within = !options.has_tolerance ||
                      (diff.same_shape && diff.unlike == 0 && diff.largest <= options.tolerance);
  print(options.json ? diff_json(options, diff, within) : diff_text(diff));
  if (!diff.same_shape) return exit_failure;
  if (within) return exit_ok;
  program.console.log(
      LogLevel::error,
      diff.unlike > 0
          ? fmt::format("{} numbers are not finite in one of the arrays alone", diff.unlike)
          : fmt::format("the largest difference, {:.6g}, is above {:.6g}", diff.largest,
                        options.tolerance));
  return exit_failure;
}

}  // namespace

void add_diff_command(CLI::App& app, Program& program) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command = app.add_subcommand("diff", "Compare two arrays, such as tapped edges");
  command->add_option("A", options->first, "A .npy file of float32 or float64")
      ->required()
      ->type_name("");
  command->add_option("B", options->second, "Another")->required()->type_name("");
  CLI::Option* tolerance =
      command
          ->add_option("--tolerance", options->tolerance,
                       "Exit with 1 where a difference is larger, or only one is not finite")
          ->check(CLI::NonNegativeNumber.description(""))
          ->capture_default_str()
          ->type_name("X");
  tolerance->default_str("");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(
      "Exit code 0 where the arrays can be compared, 1 where their shapes differ.\n\n"
      "Example:\n  melgraph diff before/dog.npy after/dog.npy --tolerance 1e-4");
  command->callback([options, tolerance, &program] {
    options->has_tolerance = tolerance->count() > 0;
    program.chosen = [options, &program] { return diff(*options, program); };
  });
}

}  // namespace melgraph::cli
