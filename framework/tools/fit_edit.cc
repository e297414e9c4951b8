#include "fit_edit.h"

#include <nlohmann/json.hpp>

namespace melgraph::cli {

namespace {

using Json = nlohmann::json;

class Writer {
 public:
  explicit Writer(const JsonEdit& edit) : edit_(edit) {}

  void write(const JsonValue& value) {
    move_to(value.line(), value.column());
    const auto replaced = edit_.replaced.find(&value);
    if (replaced != edit_.replaced.end()) return put(replaced->second);
    switch (value.type()) {
      case JsonValue::Type::null: return put("null");
      case JsonValue::Type::boolean: return put(value.as_boolean() ? "true" : "false");
      case JsonValue::Type::integer: return put(Json(value.as_integer()).dump());
      case JsonValue::Type::unsigned_integer: return put(Json(value.as_unsigned_integer()).dump());
      case JsonValue::Type::number: return put(Json(value.as_number()).dump());
      case JsonValue::Type::string: return put(Json(value.as_string()).dump());
      case JsonValue::Type::array: return write_array(value);
      case JsonValue::Type::object: return write_object(value, {});
    }
  }

  void write_object(const JsonValue& object, const std::string& appended) {
    put("{");
    bool first = true;
    for (const JsonMember& member : object.members()) {
      if (edit_.dropped.count(&member.value) > 0) continue;
      if (!std::exchange(first, false)) put(",");
      move_to(member.key_line, member.key_column);
      const auto renamed = edit_.renamed.find(&member.value);
      put(Json(renamed != edit_.renamed.end() ? renamed->second : member.key).dump() + ':');
      write(member.value);
    }
    if (!appended.empty()) put((first ? "" : ",") + appended);
    put("}");
  }

  std::string take() { return std::move(text_); }

 private:
  void write_array(const JsonValue& array) {
    put("[");
    bool first = true;
    for (const JsonValue& item : array.items()) {
      if (edit_.dropped.count(&item) > 0) continue;
      if (!std::exchange(first, false)) put(",");
      write(item);
    }
    put("]");
  }

  void move_to(int line, int column) {
    for (; line_ < line; ++line_, column_ = 1) text_ += '\n';
    for (; line_ == line && column_ < column; ++column_) text_ += ' ';
  }

  void put(const std::string& token) {
    text_ += token;
    column_ += static_cast<int>(token.size());
  }

  const JsonEdit& edit_;
  std::string text_;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace

std::string write_edited(const JsonValue& root, const JsonEdit& edit) {
  Writer writer(edit);
  writer.write_object(root, edit.appended);
  return writer.take();
}

}  // namespace melgraph::cli
