#include "config/json_reader.h"

#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/json_syntax.h"
#include "core/utf8.h"

namespace melgraph {

/// Receives the events of the parser and builds the document from them.
class JsonBuilder {
 public:
  JsonBuilder(std::string_view text, std::size_t start, const std::string& file,
              Diagnostics& diagnostics)
      : text_(text), cursor_(text, start), file_(file), diagnostics_(diagnostics) {}

  JsonValue take() { return std::move(root_); }

  // The interface that nlohmann::json::sax_parse asks for; false ends the parse.
  bool null() { return add(JsonValue()); }
  bool boolean(bool value) { return add(JsonValue(value)); }
  bool number_integer(std::int64_t value) { return add(JsonValue(value)); }
  bool number_unsigned(std::uint64_t value) { return add(JsonValue(value)); }
  bool number_float(double value, const std::string& digits);
  bool string(std::string& value);
  bool binary(nlohmann::json::binary_t&) { return false; }  // JSON text has none
  bool start_object(std::size_t) { return open(Container{false, {}, {}, {}, {}, {}}); }
  bool start_array(std::size_t) { return open(Container{true, {}, {}, {}, {}, {}}); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name);
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&);

 private:
  struct Container {
    bool is_array;
    JsonValue value;  // holds the place only, until the container is closed
    JsonValue::Array items;
    JsonValue::Object members;
    std::unordered_map<std::string, std::size_t> first_member;
    JsonMember pending;  // a key whose value is still to come
  };

  bool add(JsonValue value);
  void attach(JsonValue value);
  bool open(Container container);
  bool close();
  void place(JsonValue& value);
  std::string next_pointer() const;
  JsonExpected expected() const;
  void report(int line, int column, std::string pointer, std::string message,
              std::string hint = {});

  std::string_view text_;
  JsonCursor cursor_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  std::vector<Container> open_;
  JsonValue root_;
  bool started_ = false;
  bool key_pending_ = false;
};

void JsonBuilder::report(int line, int column, std::string pointer, std::string message,
                         std::string hint) {
  Diagnostic finding;
  finding.where = {file_, line, column};
  finding.pointer = std::move(pointer);
  finding.message = std::move(message);
  finding.hint = std::move(hint);
  diagnostics_.add(std::move(finding));
}

std::string JsonBuilder::next_pointer() const {
  if (open_.empty()) return {};
  const Container& top = open_.back();
  const std::string& parent = top.value.pointer_;
  if (top.is_array) return json_pointer_child(parent, top.items.size());
  return key_pending_ ? json_pointer_child(parent, top.pending.key) : parent;
}

void JsonBuilder::place(JsonValue& value) {
  cursor_.skip_to_token();
  value.line_ = cursor_.line();
  value.column_ = cursor_.column();
  value.pointer_ = next_pointer();
  cursor_.skip_token();
  started_ = true;
}

bool JsonBuilder::add(JsonValue value) {
  place(value);
  attach(std::move(value));
  return true;
}

void JsonBuilder::attach(JsonValue value) {
  if (open_.empty()) {
    root_ = std::move(value);
    return;
  }
  Container& top = open_.back();
  if (top.is_array) {
    top.items.push_back(std::move(value));
    return;
  }
  top.pending.value = std::move(value);
  top.members.push_back(std::move(top.pending));
  top.pending = JsonMember{};
  key_pending_ = false;
}

bool JsonBuilder::open(Container container) {
  place(container.value);
  if (open_.size() >= static_cast<std::size_t>(max_json_depth)) {
    report(container.value.line_, container.value.column_, container.value.pointer_,
           "nested deeper than " + std::to_string(max_json_depth) + " levels");
    return false;
  }
  open_.push_back(std::move(container));
  key_pending_ = false;
  return true;
}

bool JsonBuilder::close() {
  cursor_.skip_to_token();
  cursor_.skip_token();
  Container done = std::move(open_.back());
  open_.pop_back();
  JsonValue value = std::move(done.value);
  if (done.is_array) {
    value.value_ = std::move(done.items);
  } else {
    value.value_ = std::move(done.members);
  }
  key_pending_ = !open_.empty() && !open_.back().is_array;
  attach(std::move(value));
  return true;
}

bool JsonBuilder::number_float(double value, const std::string& digits) {
  const bool whole = digits.find_first_of(".eE") == std::string::npos;
  JsonValue number(value);
  place(number);
  if (whole) {
    report(number.line_, number.column_, number.pointer_, "number too large: " + digits,
           "integers have 64 bits; write a fraction or an exponent for a rounded number");
  }
  attach(std::move(number));
  return true;
}

bool JsonBuilder::string(std::string& value) {
  const bool has_nul = value.find('\0') != std::string::npos;
  JsonValue text(std::move(value));
  place(text);
  if (has_nul) {
    report(text.line_, text.column_, text.pointer_, "NUL character \\u0000 in a string");
  }
  attach(std::move(text));
  return true;
}

bool JsonBuilder::key(std::string& name) {
  cursor_.skip_to_token();
  Container& top = open_.back();
  top.pending.key = std::move(name);
  top.pending.key_line = cursor_.line();
  top.pending.key_column = cursor_.column();
  key_pending_ = true;
  cursor_.skip_token();
  const auto [first, is_new] = top.first_member.try_emplace(top.pending.key, top.members.size());
  if (!is_new) {
    const JsonMember& before = top.members[first->second];
    report(top.pending.key_line, top.pending.key_column, next_pointer(),
           "duplicate key \"" + before.key + "\"; the first is at line " +
               std::to_string(before.key_line) + ", column " + std::to_string(before.key_column),
           "remove or rename one of them");
  }
  if (top.pending.key.find('\0') != std::string::npos) {
    report(top.pending.key_line, top.pending.key_column, top.value.pointer_,
           "NUL character \\u0000 in a key");
  }
  return true;
}

JsonExpected JsonBuilder::expected() const {
  if (!started_) return JsonExpected::document;
  if (open_.empty()) return JsonExpected::end;
  const Container& top = open_.back();
  if (top.is_array) {
    return top.items.empty() ? JsonExpected::first_item : JsonExpected::comma_or_array_end;
  }
  if (key_pending_) return JsonExpected::colon;
  return top.members.empty() ? JsonExpected::first_key : JsonExpected::comma_or_object_end;
}

bool JsonBuilder::parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) {
  JsonSyntaxError error = explain_json_error(text_, cursor_.offset(), expected());
  cursor_.move_to(error.offset);
  if (error.hint.empty() && error.offset >= text_.size() && !open_.empty()) {
    const Container& top = open_.back();
    error.hint = std::string("the ") + (top.is_array ? "array" : "object") + " of line " +
                 std::to_string(top.value.line_) + ", column " + std::to_string(top.value.column_) +
                 " is not closed";
  }
  report(cursor_.line(), cursor_.column(), open_.empty() ? "" : open_.back().value.pointer_,
         std::move(error.message), std::move(error.hint));
  return false;
}

namespace {

/// Report what makes the bytes no text at all; the parser would take some of it for the end.
bool check_text(std::string_view text, std::size_t start, const std::string& file,
                Diagnostics& diagnostics) {
  Diagnostic finding;
  std::size_t offset = start;
  if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") {
    finding.message = "the file is UTF-16, expected UTF-8";
    finding.hint = "save it as UTF-8";
  } else if (offset = find_invalid_utf8(text); offset != std::string_view::npos) {
    finding.message = "invalid UTF-8";
    finding.hint = "save the file as UTF-8";
  } else if (offset = text.find('\0'); offset != std::string_view::npos) {
    finding.message = "a NUL byte; the file is not text";
  } else {
    return true;
  }
  JsonCursor cursor(text, start);
  cursor.move_to(offset);
  finding.where = {file, cursor.line(), cursor.column()};
  diagnostics.add(std::move(finding));
  return false;
}

}  // namespace

std::optional<JsonValue> read_json(const std::string& text, const std::string& file_name,
                                   Diagnostics& diagnostics) {
  const std::size_t errors_before = diagnostics.error_count();
  const std::size_t start = text.compare(0, 3, "\xEF\xBB\xBF") == 0 ? 3 : 0;
  if (!check_text(text, start, file_name, diagnostics)) return std::nullopt;
  JsonBuilder builder(text, start, file_name, diagnostics);
  const bool complete = nlohmann::json::sax_parse(text.begin(), text.end(), &builder,
                                                  nlohmann::json::input_format_t::json,
                                                  /*strict=*/true, /*ignore_comments=*/true);
  if (!complete || diagnostics.error_count() > errors_before) return std::nullopt;
  return builder.take();
}

}  // namespace melgraph
