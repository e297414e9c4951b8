#include "csv_rows.h"

#include <cmath>

#include "melgraph/record_text.h"

namespace melgraph::sinks {

namespace {

constexpr const char* line_end = "\r\n";

std::string item_fields(const Record& record) {
  return csv_field(record.file) + ',' + number_text(record.start) + ',' + number_text(record.end);
}

bool selected(float score) {
  return !(std::isinf(score) && score < 0);
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_long_header() {
  return std::string("file,start,end,rank,label,score,status,error") + line_end;
}

std::string csv_long_rows(const Record& record, std::size_t top_k) {
  if (record.failed) {
    return csv_field(record.file) + ",,,,,,error," + csv_field(record.error) + line_end;
  }
  const std::string item = item_fields(record);
  std::string rows;
  std::size_t rank = 0;
  for (const std::size_t index : ranking(record, top_k)) {
    rows += item + ',' + std::to_string(++rank) + ',' + csv_field(label_of(record, index)) + ',' +
            number_text(record.scores[index]) + ",ok," + line_end;
  }
  return rows;
}

std::string csv_wide_header(const Labels& labels, std::size_t classes) {
  Record naming;
  naming.labels = labels;
  std::string row = "file,start,end";
  for (std::size_t i = 0; i < classes; ++i) row += ',' + csv_field(label_of(naming, i));
  return row + ",status,error" + line_end;
}

std::string csv_wide_row(const Record& record, std::size_t classes) {
  std::string row = record.failed ? csv_field(record.file) + ",," : item_fields(record);
  for (std::size_t i = 0; i < classes; ++i) {
    row += ',';
    if (record.failed || i >= record.scores.size()) continue;
    if (selected(record.scores[i])) row += number_text(record.scores[i]);
  }
  if (!record.failed) return row + ",ok," + line_end;
  return row + ",error," + csv_field(record.error) + line_end;
}

}  // namespace melgraph::sinks
