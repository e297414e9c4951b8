#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "melgraph/diagnostics.h"
#include "melgraph/export.h"

namespace melgraph {

struct JsonMember;

/// One value of a JSON document, with the place where it stands; made by `read_json`, not changed
/// after.
class MELGRAPH_API JsonValue {
 public:
  enum class Type { null, boolean, integer, unsigned_integer, number, string, array, object };
  using Array = std::vector<JsonValue>;
  using Object = std::vector<JsonMember>;

  JsonValue();
  explicit JsonValue(bool value);
  explicit JsonValue(int value);
  explicit JsonValue(std::int64_t value);
  /// Hold an integer beyond the range of `std::int64_t`; smaller ones become `Type::integer`.
  explicit JsonValue(std::uint64_t value);
  explicit JsonValue(double value);
  explicit JsonValue(std::string value);
  explicit JsonValue(const char* value);
  explicit JsonValue(Array items);
  explicit JsonValue(Object members);

  JsonValue(const JsonValue&);
  JsonValue(JsonValue&&) noexcept;
  JsonValue& operator=(const JsonValue&);
  JsonValue& operator=(JsonValue&&) noexcept;
  ~JsonValue();

  Type type() const noexcept { return static_cast<Type>(value_.index()); }
  bool is_null() const noexcept { return type() == Type::null; }
  bool is_boolean() const noexcept { return type() == Type::boolean; }
  /// Tell whether the value was written without fraction and exponent and fits 64 bits signed.
  bool is_integer() const noexcept { return type() == Type::integer; }
  bool is_unsigned_integer() const noexcept { return type() == Type::unsigned_integer; }
  /// Tell whether the value is any number, with or without a fraction.
  bool is_number() const noexcept;
  bool is_string() const noexcept { return type() == Type::string; }
  bool is_array() const noexcept { return type() == Type::array; }
  bool is_object() const noexcept { return type() == Type::object; }

  /// Give the value; each throws `Error` (internal) where the type is another one.
  bool as_boolean() const;
  std::int64_t as_integer() const;
  std::uint64_t as_unsigned_integer() const;
  /// Give any number as a double; integers beyond 2^53 are rounded.
  double as_number() const;
  const std::string& as_string() const;
  /// Give the items of an array, in their order.
  const Array& items() const;
  /// Give the members of an object, in the order of the file.
  const Object& members() const;

  /// Find a member of an object; null where the key is missing or this is no object.
  const JsonValue* find(std::string_view key) const noexcept;
  /// Find the member together with the place of its key.
  const JsonMember* find_member(std::string_view key) const noexcept;

  /// Name the type for a message: "a string", "an integer", "null", "an object", ...
  const char* type_name() const noexcept;
  static const char* type_name(Type type) noexcept;

  /// Place of the first byte, counted from 1; 0 for a value that came from no file.
  int line() const noexcept { return line_; }
  int column() const noexcept { return column_; }
  /// JSON Pointer (RFC 6901) from the root of the document; empty for the root.
  const std::string& pointer() const noexcept { return pointer_; }
  SourceLocation where(const std::string& file) const { return {file, line_, column_}; }

 private:
  friend class JsonBuilder;

  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Array,
               Object>
      value_;
  int line_ = 0;
  int column_ = 0;
  std::string pointer_;
};

/// One member of an object.
struct JsonMember {
  std::string key;
  int key_line = 0;
  int key_column = 0;
  JsonValue value;

  SourceLocation key_where(const std::string& file) const { return {file, key_line, key_column}; }
};

/// Append `/token` to a JSON Pointer, with `~` and `/` of the token escaped.
std::string json_pointer_child(const std::string& parent, std::string_view key);
std::string json_pointer_child(const std::string& parent, std::size_t index);

}  // namespace melgraph
