#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "frontend_verify.h"

namespace melgraph::cli {

/// How the table of verdicts is drawn.
struct VerdictStyle {
  std::size_t name_width = 20;  ///< cells of the first column
  bool colour = false;
};

/// Name the columns: one line, ended by a newline.
std::string verdict_header(const VerdictStyle& style);
/// Draw one verdict as one line, and a second one for what went wrong.
std::string verdict_line(const Verdict& verdict, const VerdictStyle& style);

nlohmann::ordered_json verdict_json(const Verdict& verdict);

/// Write a tolerance: `1e-03`, or `1e-06 + 2e-05|x|`.
std::string tolerance_text(const Tolerance& tolerance);
nlohmann::ordered_json tolerance_json(const Tolerance& tolerance);

}  // namespace melgraph::cli
