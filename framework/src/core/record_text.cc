#include "melgraph/record_text.h"

#include <array>
#include <charconv>
#include <cmath>

namespace melgraph {

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";  // to_chars would keep its meaningless sign
  // Not printf: the decimal point must not follow the host's locale.
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::general, 6);
  return std::string(buffer.data(), end.ptr);
}

namespace {

std::string quote(const std::string& text) {
  return to_json(ParamValue(text));
}

/// JSON has no word for NaN and infinities.
std::string number(double value) {
  return std::isfinite(value) ? number_text(value) : "null";
}

}  // namespace

std::string json_record(const Record& record, std::size_t top_k) {
  std::string text = R"({"schema":"melgraph.result/1","file":)" + quote(record.file);
  if (record.failed) {
    return text + R"(,"start":null,"end":null,"scores":[],"status":"error","error":)" +
           quote(record.error) + '}';
  }
  text += ",\"start\":" + number(record.start) + ",\"end\":" + number(record.end) + ",\"scores\":[";
  bool first = true;
  for (const std::size_t index : ranking(record, top_k)) {
    if (!first) text += ',';
    first = false;
    text += "{\"label\":" + quote(label_of(record, index)) +
            ",\"score\":" + number(record.scores[index]) + '}';
  }
  return text + R"(],"status":"ok"})";
}

}  // namespace melgraph
