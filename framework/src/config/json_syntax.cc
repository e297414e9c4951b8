#include "config/json_syntax.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include "core/utf8.h"

namespace melgraph {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_number_part(char c) {
  return is_digit(c) || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
}
bool is_word_part(char c) {
  return is_letter(c) || is_number_part(c);
}

/// Give the end of the run of characters for which `belongs` holds.
template <typename Predicate>
std::size_t end_of_run(std::string_view text, std::size_t offset, Predicate belongs) {
  while (offset < text.size() && belongs(text[offset])) ++offset;
  return offset;
}

/// Give the end of a string that starts with a quote; the end of the text where it is not closed.
std::size_t end_of_string(std::string_view text, std::size_t offset) {
  for (++offset; offset < text.size(); ++offset) {
    if (text[offset] == '\\') {
      ++offset;
    } else if (text[offset] == '"') {
      return offset + 1;
    }
  }
  return text.size();
}

/// Give the end of the longest number at `offset`; `offset` itself where there is none.
std::size_t end_of_number(std::string_view text, std::size_t offset) {
  std::size_t i = offset;
  const auto at = [&](std::size_t k) { return k < text.size() ? text[k] : '\0'; };
  if (at(i) == '-') ++i;
  if (!is_digit(at(i))) return offset;
  i = at(i) == '0' ? i + 1 : end_of_run(text, i, is_digit);
  if (at(i) == '.' && is_digit(at(i + 1))) i = end_of_run(text, i + 1, is_digit);
  if (at(i) == 'e' || at(i) == 'E') {
    const std::size_t digits = at(i + 1) == '+' || at(i + 1) == '-' ? i + 2 : i + 1;
    if (is_digit(at(digits))) i = end_of_run(text, digits, is_digit);
  }
  return i;
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t longest = 30;
  if (text.size() <= longest) return std::string(text);
  std::size_t length = 0;
  while (length < longest) length += std::max<std::size_t>(1, utf8_sequence_length(text, length));
  return std::string(text.substr(0, length)) + "...";
}

std::string byte_name(char c) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "control character 0x%02x",
                static_cast<unsigned>(static_cast<unsigned char>(c)));
  return name.data();
}

std::string describe(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return "the end of the file";
  const char c = text[offset];
  if (c == '"') {
    std::size_t end = end_of_string(text, offset);
    end = std::min(end, text.find('\n', offset));
    return "the string " + excerpt(text.substr(offset, end - offset));
  }
  if (is_word_part(c)) {
    return excerpt(text.substr(offset, end_of_run(text, offset, is_word_part) - offset));
  }
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return byte_name(c);
  const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text, offset));
  return '\'' + std::string(text.substr(offset, length)) + '\'';
}

std::optional<unsigned> hex4(std::string_view text, std::size_t offset) {
  if (offset > text.size() || text.size() - offset < 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(offset, 4)) {
    value *= 16;
    if (is_digit(c)) {
      value += static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value += static_cast<unsigned>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
      value += static_cast<unsigned>(c - 'A') + 10;
    } else {
      return std::nullopt;
    }
  }
  return value;
}

JsonSyntaxError explain_string(std::string_view text, std::size_t start) {
  for (std::size_t i = start + 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') break;
    if (c == '\n' || c == '\r') {
      return {start, "the string is not closed on its line", "end it with '\"', or write \\n"};
    }
    if (static_cast<unsigned char>(c) < 0x20) {
      return {i, byte_name(c) + " in a string", "write it as an escape, \\t or \\u00XX"};
    }
    if (c != '\\') continue;
    const std::size_t escape = i++;
    if (i >= text.size()) break;
    if (text[i] != 'u') {
      if (std::string_view("\"\\/bfnrt").find(text[i]) != std::string_view::npos) continue;
      const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text, i));
      return {escape, "unknown escape \\" + std::string(text.substr(i, length)) + " in a string",
              "a backslash is written \\\\"};
    }
    const std::optional<unsigned> unit = hex4(text, i + 1);
    if (!unit) return {escape, "\\u needs four hexadecimal digits", ""};
    i += 4;
    if (*unit < 0xD800 || *unit > 0xDFFF) continue;
    std::optional<unsigned> second;
    if (*unit <= 0xDBFF && text.substr(i + 1, 2) == "\\u") second = hex4(text, i + 3);
    if (!second || *second < 0xDC00 || *second > 0xDFFF) {
      return {escape, "half of a surrogate pair in a string", "write the character itself"};
    }
    i += 6;
  }
  return {start, "the string is not closed", "end it with '\"'"};
}

JsonSyntaxError explain_number(std::string_view text, std::size_t start) {
  const std::string_view word = text.substr(start, end_of_run(text, start, is_word_part) - start);
  if (end_of_number(word, 0) == word.size()) {
    return {start, "number too large: " + excerpt(word), "a double ends near 1.8e308"};
  }
  return {start, "not a JSON number: " + excerpt(word), "write it like 12, -0.5 or 1e-3"};
}

JsonSyntaxError explain_word(std::string_view text, std::size_t start) {
  const std::string word(text.substr(start, end_of_run(text, start, is_word_part) - start));
  std::string lower = word;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  JsonSyntaxError error{start, "expected a value, found " + excerpt(word),
                        "text needs double quotes"};
  if (lower == "true" || lower == "false" || lower == "null") error.hint = "write " + lower;
  if (lower == "none") error.hint = "write null";
  if (lower == "nan" || lower == "inf" || lower == "infinity") {
    error.hint = "JSON has no such number";
  }
  return error;
}

JsonSyntaxError explain_value(std::string_view text, std::size_t offset, const char* what) {
  if (offset < text.size()) {
    const char c = text[offset];
    if (c == '"') return explain_string(text, offset);
    if (is_digit(c) || c == '-') return explain_number(text, offset);
    if (is_letter(c)) return explain_word(text, offset);
  }
  JsonSyntaxError error{offset,
                        std::string("expected ") + what + ", found " + describe(text, offset), ""};
  if (offset < text.size() && text[offset] == '\'') error.hint = "strings need double quotes";
  return error;
}

JsonSyntaxError explain_key(std::string_view text, std::size_t offset, const char* what) {
  if (offset < text.size() && text[offset] == '"') return explain_string(text, offset);
  JsonSyntaxError error{offset,
                        std::string("expected ") + what + ", found " + describe(text, offset), ""};
  if (offset < text.size() && (text[offset] == '\'' || is_letter(text[offset]))) {
    error.hint = "keys need double quotes";
  }
  return error;
}

}  // namespace

JsonCursor::JsonCursor(std::string_view text, std::size_t offset)
    : text_(text), offset_(offset), line_start_(offset) {}

int JsonCursor::column() const noexcept {
  return static_cast<int>(offset_ - line_start_) + 1;
}

void JsonCursor::move_to(std::size_t offset) {
  offset = std::min(offset, text_.size());
  for (; offset_ < offset; ++offset_) {
    if (text_[offset_] != '\n') continue;
    ++line_;
    line_start_ = offset_ + 1;
  }
}

void JsonCursor::skip_blank() {
  while (offset_ < text_.size()) {
    if (is_space(text_[offset_])) {
      move_to(offset_ + 1);
    } else if (text_.substr(offset_, 2) == "//") {
      move_to(text_.find_first_of("\n\r", offset_));
    } else if (text_.substr(offset_, 2) == "/*") {
      const std::size_t end = text_.find("*/", offset_ + 2);
      if (end == std::string_view::npos) return;
      move_to(end + 2);
    } else {
      return;
    }
  }
}

void JsonCursor::skip_to_token() {
  skip_blank();
  while (offset_ < text_.size() && (text_[offset_] == ',' || text_[offset_] == ':')) {
    move_to(offset_ + 1);
    skip_blank();
  }
}

void JsonCursor::skip_token() {
  if (offset_ >= text_.size()) return;
  const char c = text_[offset_];
  if (c == '"') {
    move_to(end_of_string(text_, offset_));
  } else if (is_digit(c) || c == '-') {
    move_to(std::max(offset_ + 1, end_of_number(text_, offset_)));
  } else {
    std::size_t length = 1;
    for (const std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(offset_, word.size()) == word) length = word.size();
    }
    move_to(offset_ + length);
  }
}

JsonSyntaxError explain_json_error(std::string_view text, std::size_t offset,
                                   JsonExpected expected) {
  JsonCursor cursor(text, offset);
  cursor.skip_blank();
  if (text.substr(cursor.offset(), 2) == "/*") {
    return {cursor.offset(), "the comment is not closed", "end it with */"};
  }
  const auto next = [&] { return cursor.offset() < text.size() ? text[cursor.offset()] : '\0'; };
  const auto step = [&] {
    cursor.move_to(cursor.offset() + 1);
    cursor.skip_blank();
  };
  const auto wrong = [&](const char* what) {
    return JsonSyntaxError{
        cursor.offset(),
        std::string("expected ") + what + ", found " + describe(text, cursor.offset()), ""};
  };
  const auto not_closed = [&] { return text.substr(cursor.offset(), 2) == "/*"; };

  const bool in_array = expected == JsonExpected::comma_or_array_end;
  switch (expected) {
    case JsonExpected::document:
      if (next() == '\0') return {cursor.offset(), "there is no JSON value in the file", ""};
      return explain_value(text, cursor.offset(), "a value");
    case JsonExpected::end: return wrong("the end of the file");
    case JsonExpected::first_item: return explain_value(text, cursor.offset(), "a value or ']'");
    case JsonExpected::first_key: return explain_key(text, cursor.offset(), "a key or '}'");
    case JsonExpected::colon:
      if (next() != ':') return wrong("':' behind the key");
      step();
      if (not_closed()) break;
      return explain_value(text, cursor.offset(), "a value");
    case JsonExpected::comma_or_array_end:
    case JsonExpected::comma_or_object_end: {
      if (is_digit(next()) && cursor.offset() == offset && text[offset - 1] == '0') {
        return {offset, "a number with a leading zero", "leave out the leading zero"};
      }
      if (next() != ',') return wrong(in_array ? "',' or ']'" : "',' or '}'");
      const std::size_t comma = cursor.offset();
      step();
      if (not_closed()) break;
      if (next() == (in_array ? ']' : '}')) {
        return {comma, std::string("a comma in front of '") + next() + '\'', "remove the comma"};
      }
      return in_array ? explain_value(text, cursor.offset(), "a value")
                      : explain_key(text, cursor.offset(), "a key");
    }
  }
  return {cursor.offset(), "the comment is not closed", "end it with */"};
}

}  // namespace melgraph
