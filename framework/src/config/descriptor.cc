#include "melgraph/descriptor.h"

#include <utility>

namespace melgraph {

const char* to_string(ParamType type) noexcept {
  switch (type) {
    case ParamType::boolean: return "boolean";
    case ParamType::integer: return "integer";
    case ParamType::number: return "number";
    case ParamType::string: return "string";
    case ParamType::file: return "file";
    case ParamType::integers: return "integers";
    case ParamType::numbers: return "numbers";
    case ParamType::strings: return "strings";
    case ParamType::labels: return "labels";
  }
  return "string";
}

const char* to_string(Scope scope) noexcept {
  switch (scope) {
    case Scope::window: return "window";
    case Scope::clip: return "clip";
    case Scope::sink: return "sink";
  }
  return "window";
}

namespace {

ParamSpec make(ParamType type, std::string name, std::string doc) {
  ParamSpec spec;
  spec.type = type;
  spec.name = std::move(name);
  spec.doc = std::move(doc);
  return spec;
}

template <class T>
const T* find_named(const std::vector<T>& items, std::string_view name) noexcept {
  for (const T& item : items) {
    if (item.name == name) return &item;
  }
  return nullptr;
}

}  // namespace

ParamSpec ParamSpec::boolean(std::string name, std::string doc) {
  return make(ParamType::boolean, std::move(name), std::move(doc));
}
ParamSpec ParamSpec::integer(std::string name, std::string doc) {
  return make(ParamType::integer, std::move(name), std::move(doc));
}
ParamSpec ParamSpec::number(std::string name, std::string doc) {
  return make(ParamType::number, std::move(name), std::move(doc));
}
ParamSpec ParamSpec::string(std::string name, std::string doc) {
  return make(ParamType::string, std::move(name), std::move(doc));
}
ParamSpec ParamSpec::file(std::string name, std::string doc) {
  return make(ParamType::file, std::move(name), std::move(doc));
}
ParamSpec ParamSpec::integers(std::string name, std::string doc) {
  return make(ParamType::integers, std::move(name), std::move(doc));
}
ParamSpec ParamSpec::numbers(std::string name, std::string doc) {
  return make(ParamType::numbers, std::move(name), std::move(doc));
}
ParamSpec ParamSpec::strings(std::string name, std::string doc) {
  return make(ParamType::strings, std::move(name), std::move(doc));
}
ParamSpec ParamSpec::labels(std::string name, std::string doc) {
  return make(ParamType::labels, std::move(name), std::move(doc));
}

ParamSpec& ParamSpec::range(double low, double high) {
  minimum = low;
  maximum = high;
  return *this;
}

ParamSpec& ParamSpec::at_least(double low) {
  minimum = low;
  return *this;
}

ParamSpec& ParamSpec::above(double low) {
  minimum = low;
  exclusive_minimum = true;
  return *this;
}

ParamSpec& ParamSpec::in(std::string unit_name) {
  unit = std::move(unit_name);
  return *this;
}

ParamSpec& ParamSpec::one_of(std::vector<std::string> values) {
  choices = std::move(values);
  return *this;
}

ParamSpec& ParamSpec::otherwise(ParamValue value) {
  default_value = std::move(value);
  return *this;
}

// A string literal would otherwise become a bool inside the variant.
ParamSpec& ParamSpec::otherwise(const char* value) {
  return otherwise(ParamValue(std::string(value)));
}

ParamSpec& ParamSpec::otherwise(int value) {
  if (type == ParamType::number) return otherwise(ParamValue(static_cast<double>(value)));
  return otherwise(ParamValue(static_cast<std::int64_t>(value)));
}

ParamSpec& ParamSpec::otherwise(double value) { return otherwise(ParamValue(value)); }
ParamSpec& ParamSpec::otherwise(bool value) { return otherwise(ParamValue(value)); }

ParamSpec& ParamSpec::or_null() {
  nullable = true;
  if (!default_value) default_value = ParamValue();
  return *this;
}

ParamSpec& ParamSpec::is_required() {
  required = true;
  return *this;
}

ParamSpec& ParamSpec::replaced_by(std::string other) {
  deprecated = std::move(other);
  return *this;
}

const ParamSpec* Descriptor::find_param(std::string_view name) const noexcept {
  return find_named(params, name);
}
const InputPort* Descriptor::find_input(std::string_view name) const noexcept {
  return find_named(inputs, name);
}
const OutputPort* Descriptor::find_output(std::string_view name) const noexcept {
  return find_named(outputs, name);
}
const Preset* Descriptor::find_preset(std::string_view name) const noexcept {
  return find_named(presets, name);
}

}  // namespace melgraph
