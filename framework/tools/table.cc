#include "table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "text_width.h"

namespace melgraph::cli {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t bar_cells = 10;
constexpr std::size_t score_cells = 6;
constexpr std::size_t shown_classes = 3;

constexpr const char* red = "\033[31m";
constexpr const char* dim = "\033[2m";
constexpr const char* plain = "\033[0m";

struct Columns {
  std::size_t file;
  std::size_t time;
  std::size_t label;
};

Columns columns(const TableStyle& style) {
  const std::size_t rest = style.width > 40 ? style.width - 40 : 0;
  return {std::clamp<std::size_t>(style.width * 3 / 10, 8, 40), 14,
          std::clamp<std::size_t>(rest / 4, 10, 24)};
}

std::string with_precision(const char* format, double value) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

std::string time_text(const Record& record, bool unicode) {
  return with_precision("%.2f", record.start) + (unicode ? "–" : "-") +
         with_precision("%.2f s", record.end);
}

std::string score_text(double score) {
  return with_precision(std::abs(score) < 1000 ? "%.3f" : "%.3g", score);
}

std::string column(const std::string& text, std::size_t cells, bool unicode) {
  return pad_right(shorten_end(text, cells, unicode), cells + gap);
}

std::string coloured(const std::string& text, const char* colour, const TableStyle& style) {
  return style.colour ? colour + text + plain : text;
}

/// What stands behind the best class: the next ones, as many as there is room for.
std::string others(const Record& record, const std::vector<std::size_t>& order, std::size_t room,
                   bool unicode) {
  std::string text;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const std::string label = printable(label_of(record, order[i]));
    text += (i > 1 ? ", " : "") + label + ' ' + score_text(record.scores[order[i]]);
  }
  return shorten_end(text, room, unicode);
}

}  // namespace

std::string score_bar(double score, std::size_t width, bool unicode) {
  const double share = std::clamp(score, 0.0, 1.0);
  if (!unicode) {
    const auto cells = static_cast<std::size_t>(std::lround(share * static_cast<double>(width)));
    return std::string(cells, '#') + std::string(width - cells, ' ');
  }
  static constexpr std::array<const char*, 8> parts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths =
      static_cast<std::size_t>(std::lround(share * static_cast<double>(width) * 8));
  std::string bar;
  for (std::size_t i = 0; i < eighths / 8; ++i) bar += "█";
  bar += parts[eighths % 8];
  return pad_right(bar, width);
}

std::string table_header(const TableStyle& style) {
  const Columns cells = columns(style);
  std::string line = pad_right("file", cells.file + gap) + pad_right("time", cells.time + gap) +
                     pad_right("best class", cells.label + gap) +
                     pad_right("score", bar_cells + 1 + score_cells + gap) + "next";
  return coloured(shorten_end(line, style.width, style.unicode), dim, style) + '\n';
}

std::string table_line(const Record& record, const TableStyle& style) {
  const Columns cells = columns(style);
  const std::string file = pad_right(
      shorten_middle(printable(record.file), cells.file, style.unicode), cells.file + gap);
  if (record.failed) {
    const std::size_t room = style.width > cells.file + gap ? style.width - cells.file - gap : 0;
    const std::string message =
        shorten_end("error: " + printable(record.error), room, style.unicode);
    return file + coloured(message, red, style) + '\n';
  }
  std::string line = file + column(time_text(record, style.unicode), cells.time, style.unicode);
  const std::vector<std::size_t> order = ranking(record, shown_classes);
  if (order.empty()) {
    line += "no class selected";
  } else {
    const double score = record.scores[order[0]];
    line += column(printable(label_of(record, order[0])), cells.label, style.unicode);
    const bool has_bar = score >= 0 && score <= 1;
    line += (has_bar ? score_bar(score, bar_cells, style.unicode) : std::string(bar_cells, ' ')) +
            ' ' + pad_right(score_text(score), score_cells + gap);
    const std::size_t used = display_width(line);
    if (style.width > used) {
      line += others(record, order, style.width - used, style.unicode);
    }
  }
  line = shorten_end(line, style.width, style.unicode);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace melgraph::cli
