#include "config/json_value.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "melgraph/error.h"

namespace melgraph {

JsonValue::JsonValue() = default;
JsonValue::JsonValue(bool value) : value_(value) {}
JsonValue::JsonValue(int value) : value_(std::int64_t{value}) {}
JsonValue::JsonValue(std::int64_t value) : value_(value) {}
JsonValue::JsonValue(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    value_ = static_cast<std::int64_t>(value);
  } else {
    value_ = value;
  }
}
JsonValue::JsonValue(double value) : value_(value) {}
JsonValue::JsonValue(std::string value) : value_(std::move(value)) {}
JsonValue::JsonValue(const char* value) : value_(std::string(value)) {}
JsonValue::JsonValue(Array items) : value_(std::move(items)) {}
JsonValue::JsonValue(Object members) : value_(std::move(members)) {}

JsonValue::JsonValue(const JsonValue&) = default;
JsonValue::JsonValue(JsonValue&&) noexcept = default;
JsonValue& JsonValue::operator=(const JsonValue&) = default;
JsonValue& JsonValue::operator=(JsonValue&&) noexcept = default;
JsonValue::~JsonValue() = default;

namespace {

template <typename T, typename Variant>
const T& get(const Variant& value, JsonValue::Type expected, const JsonValue& self) {
  if (const T* found = std::get_if<T>(&value)) return *found;
  throw Error(ErrorCode::internal, "JSON value at \"" + self.pointer() + "\" is " +
                                       self.type_name() + ", read as " +
                                       JsonValue::type_name(expected));
}

void append_escaped(std::string& pointer, std::string_view token) {
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

}  // namespace

bool JsonValue::is_number() const noexcept {
  return is_integer() || is_unsigned_integer() || type() == Type::number;
}

bool JsonValue::as_boolean() const {
  return get<bool>(value_, Type::boolean, *this);
}

std::int64_t JsonValue::as_integer() const {
  return get<std::int64_t>(value_, Type::integer, *this);
}

std::uint64_t JsonValue::as_unsigned_integer() const {
  return get<std::uint64_t>(value_, Type::unsigned_integer, *this);
}

double JsonValue::as_number() const {
  if (is_integer()) return static_cast<double>(as_integer());
  if (is_unsigned_integer()) return static_cast<double>(as_unsigned_integer());
  return get<double>(value_, Type::number, *this);
}

const std::string& JsonValue::as_string() const {
  return get<std::string>(value_, Type::string, *this);
}

const JsonValue::Array& JsonValue::items() const {
  return get<Array>(value_, Type::array, *this);
}

const JsonValue::Object& JsonValue::members() const {
  return get<Object>(value_, Type::object, *this);
}

const JsonMember* JsonValue::find_member(std::string_view key) const noexcept {
  const Object* object = std::get_if<Object>(&value_);
  if (object == nullptr) return nullptr;
  const auto found = std::find_if(object->begin(), object->end(),
                                  [key](const JsonMember& member) { return member.key == key; });
  return found == object->end() ? nullptr : &*found;
}

const JsonValue* JsonValue::find(std::string_view key) const noexcept {
  const JsonMember* member = find_member(key);
  return member == nullptr ? nullptr : &member->value;
}

const char* JsonValue::type_name() const noexcept {
  return type_name(type());
}

const char* JsonValue::type_name(Type type) noexcept {
  switch (type) {
    case Type::null: return "null";
    case Type::boolean: return "a boolean";
    case Type::integer: return "an integer";
    case Type::unsigned_integer: return "an integer beyond 2^63";
    case Type::number: return "a number";
    case Type::string: return "a string";
    case Type::array: return "an array";
    case Type::object: return "an object";
  }
  return "a value";
}

std::string json_pointer_child(const std::string& parent, std::string_view key) {
  std::string pointer = parent + '/';
  append_escaped(pointer, key);
  return pointer;
}

std::string json_pointer_child(const std::string& parent, std::size_t index) {
  return parent + '/' + std::to_string(index);
}

}  // namespace melgraph
