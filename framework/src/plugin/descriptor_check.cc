#include "plugin/descriptor_check.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "config/param_resolve.h"
#include "core/utf8.h"

namespace melgraph {

namespace {

/// What is wrong; empty: nothing.
using Fault = std::string;

std::string quoted(std::string_view name) {
  return "\"" + std::string(name) + "\"";
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// Presets are named as the field names them: `panns-32k`.
bool is_preset_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

bool is_id(std::string_view id) {
  std::size_t parts = 0;
  std::size_t begin = 0;
  while (begin <= id.size()) {
    const std::size_t end = std::min(id.find('.', begin), id.size());
    if (!is_word(id.substr(begin, end - begin))) return false;
    ++parts;
    begin = end + 1;
  }
  return parts >= 2;
}

bool is_line(std::string_view text) {
  return !text.empty() && text.find('\n') == std::string_view::npos &&
         find_invalid_utf8(text) == std::string_view::npos;
}

Fault check_axes(const InputPort& port) {
  if (port.axes.empty()) return "has no axes";
  for (std::size_t i = 0; i < port.axes.size(); ++i) {
    const std::string& axis = port.axes[i];
    if (axis == "...") {
      if (i == 0 || i + 1 != port.axes.size()) return "has an axis \"...\" that is not the last";
      continue;
    }
    if (axis == "*") continue;
    std::size_t begin = 0;
    while (begin <= axis.size()) {
      const std::size_t end = std::min(axis.find('|', begin), axis.size());
      if (!is_word(std::string_view(axis).substr(begin, end - begin))) {
        return "has an axis with the name " + quoted(axis) + ": use lower-case words, * or ...";
      }
      begin = end + 1;
    }
  }
  return {};
}

Fault check_inputs(const Descriptor& descriptor) {
  std::set<std::string> names;
  for (const InputPort& port : descriptor.inputs) {
    const std::string where = "input " + quoted(port.name) + " ";
    if (!is_word(port.name)) return where + "must be named [a-z0-9_]+";
    if (!names.insert(port.name).second) return where + "is declared twice";
    if (port.kinds.empty()) return where + "takes no kind";
    if (const Fault fault = check_axes(port); !fault.empty()) return where + fault;
  }
  if (descriptor.inputs.empty()) return "it has no inputs";
  // The first input that is wired says what a node's items are: there must be one.
  const bool all_optional = std::all_of(descriptor.inputs.begin(), descriptor.inputs.end(),
                                        [](const InputPort& port) { return port.optional; });
  if (all_optional) return "all of its inputs are optional";
  return {};
}

Fault check_outputs(const Descriptor& descriptor) {
  std::set<std::string> names;
  for (const OutputPort& port : descriptor.outputs) {
    const std::string where = "output " + quoted(port.name) + " ";
    if (!is_word(port.name)) return where + "must be named [a-z0-9_]+";
    if (!names.insert(port.name).second) return where + "is declared twice";
  }
  return {};
}

/// A value is used as it stands: a whole number where a number is meant would not be found again.
Fault check_declared_value(const ParamSpec& spec, const ParamValue& value) {
  ParamValue checked = value;
  if (const std::optional<ParamFinding> finding = check_value(spec, checked)) {
    return finding->message;
  }
  if (checked.index() != value.index()) {
    return quoted(spec.name) + " must be " + to_string(spec.type) + ", not " + to_json(value);
  }
  return {};
}

bool has_numbers(ParamType type) {
  return type == ParamType::integer || type == ParamType::number || type == ParamType::integers ||
         type == ParamType::numbers;
}

Fault check_param(const ParamSpec& spec) {
  if (!is_word(spec.name)) return "must be named [a-z0-9_]+";
  if (!is_line(spec.doc)) return "needs one line of documentation";
  if ((spec.minimum || spec.maximum) && !has_numbers(spec.type)) {
    return std::string("has a range, but its type is ") + to_string(spec.type);
  }
  // Written so that a NaN fails too.
  if (spec.minimum && spec.maximum && !(*spec.minimum <= *spec.maximum)) {
    return "has an empty range";
  }
  if (spec.exclusive_minimum && !spec.minimum) return "excludes a minimum that it does not have";
  if (!spec.choices.empty() && spec.type != ParamType::string) {
    return std::string("has choices, but its type is ") + to_string(spec.type);
  }
  if (spec.required && spec.default_value) return "is required and has a default";
  if (!spec.required && !spec.default_value) {
    return "needs a default: otherwise(), or_null() or is_required()";
  }
  if (spec.default_value) {
    if (const Fault fault = check_declared_value(spec, *spec.default_value); !fault.empty()) {
      return "has a default that it does not allow: " + fault;
    }
  }
  return {};
}

Fault check_params(const Descriptor& descriptor) {
  std::set<std::string> names;
  if (!descriptor.presets.empty()) names.insert("preset");
  for (const ParamSpec& spec : descriptor.params) {
    const std::string where = "parameter " + quoted(spec.name) + " ";
    if (const Fault fault = check_param(spec); !fault.empty()) return where + fault;
    if (!names.insert(spec.name).second) {
      return where + (spec.name == "preset" ? "is the host's, where there are presets"
                                            : "is declared twice");
    }
  }
  return {};
}

Fault check_preset(const Descriptor& descriptor, const Preset& preset) {
  if (!is_preset_name(preset.name)) return "must be named [a-z0-9_.-]+";
  if (preset.version < 1) return "must have a version of at least 1";
  std::set<std::string> names;
  for (const auto& [name, value] : preset.values) {
    const ParamSpec* spec = descriptor.find_param(name);
    if (spec == nullptr) return "sets " + quoted(name) + ", which is no parameter";
    if (!names.insert(name).second) return "sets " + quoted(name) + " twice";
    if (const Fault fault = check_declared_value(*spec, value); !fault.empty()) {
      return "sets a value that is not allowed: " + fault;
    }
  }
  return {};
}

Fault check_presets(const Descriptor& descriptor) {
  std::set<std::string> names;
  for (const Preset& preset : descriptor.presets) {
    const std::string where = "preset " + quoted(preset.name) + " ";
    if (!names.insert(preset.name).second) return where + "is declared twice";
    if (const Fault fault = check_preset(descriptor, preset); !fault.empty()) return where + fault;
  }
  return {};
}

Fault check_body(const Descriptor& descriptor) {
  if (!is_line(descriptor.summary)) return "it needs a summary of one line";
  if (descriptor.semantic_version < 1) return "its semantic_version must be at least 1";
  for (const auto check : {check_inputs, check_outputs, check_params, check_presets}) {
    if (Fault fault = check(descriptor); !fault.empty()) return fault;
  }
  if (descriptor.scope == Scope::sink) {
    if (!descriptor.outputs.empty()) return "a sink has no outputs";
    if (descriptor.inputs.size() != 1) return "a sink has exactly one input";
  } else if (descriptor.outputs.empty()) {
    return "it has no outputs";
  }
  return {};
}

Fault check_functions(const NodeType& type) {
  if (type.infer == nullptr) return "it has no infer function";
  if ((type.make_node == nullptr) == (type.make_sink == nullptr)) {
    return "it needs exactly one function that makes a node or a sink";
  }
  if ((type.descriptor.scope == Scope::sink) != (type.make_sink != nullptr)) {
    return std::string("its scope is ") + to_string(type.descriptor.scope) + ", but it makes a " +
           (type.make_sink != nullptr ? "sink" : "node");
  }
  return {};
}

}  // namespace

std::string check_descriptor(const Descriptor& descriptor) {
  if (!is_id(descriptor.id)) {
    return "the id " + to_json(ParamValue(descriptor.id)) +
           " is not of the form \"frontend.mel\": lower-case words with a dot between";
  }
  const Fault fault = check_body(descriptor);
  return fault.empty() ? fault : descriptor.id + ": " + fault;
}

std::string check_node_type(const NodeType& type) {
  Fault fault = check_descriptor(type.descriptor);
  if (!fault.empty()) return fault;
  fault = check_functions(type);
  return fault.empty() ? fault : type.descriptor.id + ": " + fault;
}

}  // namespace melgraph
