// Feeds bytes to the JSON reader and stops where it breaks its promises, not only where it crashes.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "config/json_reader.h"
#include "config/json_writer.h"

namespace {

using melgraph::JsonMember;
using melgraph::JsonValue;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string_view> split_lines(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

char character_at(const std::vector<std::string_view>& lines, int line, int column) {
  require(line >= 1 && static_cast<std::size_t>(line) <= lines.size());
  const std::string_view text = lines[static_cast<std::size_t>(line) - 1];
  require(column >= 1 && static_cast<std::size_t>(column) <= text.size());
  return text[static_cast<std::size_t>(column) - 1];
}

const char* allowed_first(JsonValue::Type type) {
  switch (type) {
    case JsonValue::Type::null: return "n";
    case JsonValue::Type::boolean: return "tf";
    case JsonValue::Type::string: return "\"";
    case JsonValue::Type::array: return "[";
    case JsonValue::Type::object: return "{";
    default: return "-0123456789";
  }
}

void check_positions(const JsonValue& value, const std::vector<std::string_view>& lines) {
  const char first = character_at(lines, value.line(), value.column());
  require(std::string_view(allowed_first(value.type())).find(first) != std::string_view::npos);
  if (value.is_array()) {
    for (const JsonValue& item : value.items()) check_positions(item, lines);
  }
  if (value.is_object()) {
    for (const JsonMember& member : value.members()) {
      require(character_at(lines, member.key_line, member.key_column) == '"');
      require(value.find_member(member.key) == &member);
      check_positions(member.value, lines);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string_view> lines = split_lines(text);

  melgraph::Diagnostics diagnostics;
  const auto value = melgraph::read_json(text, "fuzz.json", diagnostics);
  require(value.has_value() == !diagnostics.has_errors());
  if (value) check_positions(*value, lines);
  for (const melgraph::Diagnostic& finding : diagnostics.all()) {
    require(!finding.message.empty());
    require(finding.where.line >= 1 && finding.where.column >= 1);
    require(static_cast<std::size_t>(finding.where.line) <= lines.size());
  }

  melgraph::Diagnostics none;
  const auto quoted = melgraph::read_json(melgraph::json_quote(text), "quoted", none);
  require(quoted.has_value() == (text.find('\0') == std::string::npos));
  return 0;
}
