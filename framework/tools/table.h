#pragma once

#include <cstddef>
#include <string>

#include "melgraph/sink.h"

namespace melgraph::cli {

/// How the table of results is drawn.
struct TableStyle {
  std::size_t width = 80;  ///< cells of a line
  bool unicode = false;    ///< blocks and ellipsis beyond ASCII
  bool colour = false;
};

/// Name the columns: one line, ended by a newline.
std::string table_header(const TableStyle& style);

/// Draw one result as one line: file, time, the best class with a bar, the next ones; or a failure
/// with its message. Never wider than the style says; ended by a newline.
std::string table_line(const Record& record, const TableStyle& style);

/// Draw `score`, 0 to 1, as a bar of exactly `width` cells.
std::string score_bar(double score, std::size_t width, bool unicode);

}  // namespace melgraph::cli
