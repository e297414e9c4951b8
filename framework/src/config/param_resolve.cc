#include "config/param_resolve.h"

#include <algorithm>
#include <cmath>

#include "config/json_writer.h"
#include "core/suggest.h"

namespace melgraph {

namespace {

const char* const preset_name = "preset";

/// Write whole numbers without an exponent: people read them.
std::string number_text(double value) {
  const bool whole = std::nearbyint(value) == value && std::abs(value) < 1e15;
  return whole ? std::to_string(static_cast<std::int64_t>(value)) : json_number_exact(value);
}

std::string range_text(const ParamSpec& spec) {
  const std::string low = spec.minimum ? number_text(*spec.minimum) : "";
  if (spec.exclusive_minimum) return "above " + low;
  if (spec.minimum && spec.maximum) return low + ".." + number_text(*spec.maximum);
  if (spec.minimum) return "at least " + low;
  if (spec.maximum) return "at most " + number_text(*spec.maximum);
  return "";
}

std::string list_text(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

bool in_range(const ParamSpec& spec, double value) {
  if (spec.minimum && (spec.exclusive_minimum ? !(value > *spec.minimum) : value < *spec.minimum)) {
    return false;
  }
  return !spec.maximum || value <= *spec.maximum;
}

const char* type_text(ParamType type) {
  switch (type) {
    case ParamType::boolean: return "true or false";
    case ParamType::integer: return "an integer";
    case ParamType::number: return "a number";
    case ParamType::string: return "a string";
    case ParamType::file: return "a path";
    case ParamType::integers: return "an array of integers";
    case ParamType::numbers: return "an array of numbers";
    case ParamType::strings: return "an array of strings";
    case ParamType::labels: return "an array of strings or a path";
  }
  return "a value";
}

/// Whole numbers are numbers, and an empty array fits every array type.
void widen(const ParamSpec& spec, ParamValue& value) {
  if (spec.type == ParamType::number) {
    if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      value = static_cast<double>(*whole);
    }
  } else if (spec.type == ParamType::numbers) {
    if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&value)) {
      value = std::vector<double>(whole->begin(), whole->end());
    }
  } else if (spec.type == ParamType::strings || spec.type == ParamType::labels) {
    const auto* whole = std::get_if<std::vector<std::int64_t>>(&value);
    if (whole != nullptr && whole->empty()) value = std::vector<std::string>();
  }
}

bool has_type(ParamType type, const ParamValue& value) {
  switch (type) {
    case ParamType::boolean: return std::holds_alternative<bool>(value);
    case ParamType::integer: return std::holds_alternative<std::int64_t>(value);
    case ParamType::number: return std::holds_alternative<double>(value);
    case ParamType::string:
    case ParamType::file: return std::holds_alternative<std::string>(value);
    case ParamType::integers: return std::holds_alternative<std::vector<std::int64_t>>(value);
    case ParamType::numbers: return std::holds_alternative<std::vector<double>>(value);
    case ParamType::strings: return std::holds_alternative<std::vector<std::string>>(value);
    case ParamType::labels:
      return std::holds_alternative<std::vector<std::string>>(value) ||
             std::holds_alternative<std::string>(value);
  }
  return false;
}

ParamFinding fault(const ParamSpec& spec, std::string message, std::string hint = {}) {
  return {spec.name, std::move(message), std::move(hint)};
}

std::string quoted(const ParamSpec& spec) { return "\"" + spec.name + "\""; }

}  // namespace

std::string describe_values(const ParamSpec& spec) {
  std::string text = spec.choices.empty() ? to_string(spec.type) : "one of " + list_text(spec.choices);
  const std::string range = range_text(spec);
  if (!range.empty()) text += ", " + range;
  if (!spec.unit.empty()) text += ", " + spec.unit;
  if (spec.nullable) text += ", or null";
  if (spec.required) text += ", required";
  if (spec.default_value && !std::holds_alternative<std::monostate>(*spec.default_value)) {
    text += ", default " + to_json(*spec.default_value);
  }
  return text;
}

std::optional<ParamFinding> check_value(const ParamSpec& spec, ParamValue& value) {
  if (std::holds_alternative<std::monostate>(value)) {
    if (spec.nullable) return std::nullopt;
    return fault(spec, quoted(spec) + " must be " + type_text(spec.type) + ", not null");
  }
  widen(spec, value);
  if (!has_type(spec.type, value)) {
    return fault(spec, quoted(spec) + " must be " + type_text(spec.type) + ", not " +
                           to_json(value));
  }
  std::vector<double> numbers;
  if (const auto* v = std::get_if<std::int64_t>(&value)) numbers = {static_cast<double>(*v)};
  if (const auto* v = std::get_if<double>(&value)) numbers = {*v};
  if (const auto* v = std::get_if<std::vector<std::int64_t>>(&value)) {
    numbers.assign(v->begin(), v->end());
  }
  if (const auto* v = std::get_if<std::vector<double>>(&value)) numbers = *v;
  for (const double number : numbers) {
    if (!std::isfinite(number)) return fault(spec, quoted(spec) + " must be finite");
    if (!in_range(spec, number)) {
      return fault(spec, quoted(spec) + " is out of range: " + number_text(number) + " is not " +
                             (spec.minimum && spec.maximum && !spec.exclusive_minimum ? "in " : "") +
                             range_text(spec) + (spec.unit.empty() ? "" : " " + spec.unit));
    }
  }
  if (!spec.choices.empty()) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr &&
        std::find(spec.choices.begin(), spec.choices.end(), *text) == spec.choices.end()) {
      const std::string near = suggest(*text, spec.choices);
      return fault(spec,
                   quoted(spec) + " must be one of " + list_text(spec.choices) + ", not " +
                       json_quote(*text),
                   near.empty() ? "" : "did you mean \"" + near + "\"?");
    }
  }
  return std::nullopt;
}

std::vector<std::string> param_names(const Descriptor& descriptor) {
  std::vector<std::string> names;
  if (!descriptor.presets.empty()) names.emplace_back(preset_name);
  for (const ParamSpec& spec : descriptor.params) names.push_back(spec.name);
  return names;
}

Params complete_params(const Descriptor& descriptor,
                       const std::vector<std::pair<std::string, ParamValue>>& given,
                       std::vector<ParamFinding>& findings) {
  Params params;
  for (const ParamSpec& spec : descriptor.params) {
    if (spec.default_value) params.set(spec.name, *spec.default_value);
  }
  if (!descriptor.presets.empty()) {
    params.set(preset_name, ParamValue());
    for (const auto& [name, value] : given) {
      if (name != preset_name || std::holds_alternative<std::monostate>(value)) continue;
      const auto* wanted = std::get_if<std::string>(&value);
      const Preset* preset = wanted != nullptr ? descriptor.find_preset(*wanted) : nullptr;
      if (preset == nullptr) {
        std::vector<std::string> names;
        for (const Preset& p : descriptor.presets) names.push_back(p.name);
        const std::string near = wanted != nullptr ? suggest(*wanted, names) : "";
        findings.push_back({preset_name,
                            "unknown preset " + to_json(value) + " of " + descriptor.id,
                            near.empty() ? "presets: " + list_text(names)
                                         : "did you mean \"" + near + "\"?"});
        continue;
      }
      params.set(preset_name, value, true);
      for (const auto& [key, preset_value] : preset->values) params.set(key, preset_value);
    }
  }
  std::vector<std::string> seen;
  for (const auto& [name, value] : given) {
    if (name == preset_name && !descriptor.presets.empty()) continue;
    const ParamSpec* spec = descriptor.find_param(name);
    if (spec == nullptr) {
      const std::string near = suggest(name, param_names(descriptor));
      const ParamSpec* meant = near.empty() ? nullptr : descriptor.find_param(near);
      std::string hint;
      if (!near.empty()) {
        hint = "did you mean \"" + near + "\"?";
        if (meant != nullptr) hint += " (" + describe_values(*meant) + ")";
      } else if (!descriptor.params.empty()) {
        hint = "see: melgraph plugins info " + descriptor.id;
      } else {
        hint = descriptor.id + " has no parameters";
      }
      findings.push_back({name, "unknown parameter \"" + name + "\" of " + descriptor.id, hint});
      continue;
    }
    seen.push_back(name);
    ParamValue checked = value;
    if (auto finding = check_value(*spec, checked)) {
      if (finding->hint.empty()) finding->hint = describe_values(*spec);
      findings.push_back(std::move(*finding));
      continue;
    }
    params.set(name, std::move(checked), true);
  }
  for (const ParamSpec& spec : descriptor.params) {
    if (spec.required && std::find(seen.begin(), seen.end(), spec.name) == seen.end()) {
      findings.push_back({"",
                          descriptor.id + " needs the parameter \"" + spec.name + "\"",
                          spec.name + ": " + spec.doc + " (" + describe_values(spec) + ")"});
    }
  }
  return params;
}

}  // namespace melgraph
