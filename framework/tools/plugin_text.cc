#include "plugin_text.h"

#include <algorithm>

#include "config/param_resolve.h"
#include "json_text.h"
#include "text_width.h"
#include "wrap.h"

namespace melgraph::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string join(const std::vector<std::string>& parts, const char* separator) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
  return text;
}

std::string kinds_text(const InputPort& port) {
  std::vector<std::string> names;
  for (const Kind kind : port.kinds) names.emplace_back(to_string(kind));
  return join(names, "|");
}

std::string input_text(const InputPort& port) {
  std::string head =
      "  " + port.name + ": " + kinds_text(port) + " [" + join(port.axes, ", ") + ']';
  if (port.variadic) head += ", one or more";
  if (port.optional) head += ", optional";
  return head + '\n' + wrapped(port.doc, 6);
}

std::string param_text(const ParamSpec& param) {
  std::string doc = param.doc;
  if (!param.deprecated.empty()) doc += " (deprecated: use " + param.deprecated + ')';
  return "  " + param.name + ": " + describe_values(param) + '\n' + wrapped(doc, 6);
}

Json value_json(const ParamValue& value) {
  return Json::parse(to_json(value));
}

Json param_json(const ParamSpec& param) {
  Json json = {{"name", param.name}, {"type", to_string(param.type)}, {"doc", param.doc}};
  if (!param.unit.empty()) json["unit"] = param.unit;
  if (param.minimum) json[param.exclusive_minimum ? "above" : "minimum"] = *param.minimum;
  if (param.maximum) json["maximum"] = *param.maximum;
  if (!param.choices.empty()) json["choices"] = param.choices;
  if (param.default_value) json["default"] = value_json(*param.default_value);
  json["required"] = param.required;
  json["nullable"] = param.nullable;
  if (!param.deprecated.empty()) json["deprecated"] = param.deprecated;
  return json;
}

}  // namespace

std::string plugin_list_text(const std::vector<ListedType>& types,
                             const std::vector<PluginFile>& files) {
  std::size_t id_width = 0;
  std::size_t summary_width = 0;
  for (const ListedType& type : types) {
    id_width = std::max(id_width, display_width(type.id));
    summary_width = std::max(summary_width, display_width(type.summary));
  }
  std::string text;
  for (const ListedType& type : types) {
    text += pad_right(type.id, id_width + 2) + pad_right(type.summary, summary_width + 2) +
            (type.file.empty() ? "built in" : printable(type.file)) + '\n';
  }
  bool first = true;
  for (const PluginFile& file : files) {
    if (file.accepted) continue;
    if (first) text += "\nrefused:\n";
    first = false;
    text += "  " + printable(file.path.string()) + ": " + printable(file.reason) + '\n';
  }
  return text;
}

std::string plugin_list_json(const std::vector<ListedType>& types,
                             const std::vector<PluginFile>& files) {
  Json json = {{"types", Json::array()}, {"files", Json::array()}};
  for (const ListedType& type : types) {
    json["types"].push_back({{"id", type.id},
                             {"summary", type.summary},
                             {"file", type.file.empty() ? Json() : Json(type.file)}});
  }
  for (const PluginFile& file : files) {
    Json entry = {{"path", file.path.string()}, {"accepted", file.accepted}};
    if (!file.accepted) entry["reason"] = file.reason;
    if (!file.built_for.empty()) entry["built_for"] = file.built_for;
    entry["types"] = Json::array();
    for (const PluginType& type : file.types) {
      Json offered = {{"id", type.id}};
      if (!type.shadowed_by.empty()) offered["shadowed_by"] = type.shadowed_by.string();
      entry["types"].push_back(std::move(offered));
    }
    json["files"].push_back(std::move(entry));
  }
  return json_text(json);
}

std::string descriptor_text(const Descriptor& descriptor) {
  std::string text = descriptor.id + ": " + descriptor.summary + '\n';
  if (!descriptor.description.empty()) text += '\n' + wrapped(descriptor.description, 2);
  text += "\nscope: " + std::string(to_string(descriptor.scope)) + ", version " +
          std::to_string(descriptor.semantic_version);
  if (descriptor.cpu_only) text += ", runs on the CPU only";
  if (descriptor.runs_code) text += ", executes code of a file (--trust-code)";
  text += '\n';
  if (!descriptor.inputs.empty()) text += "\ninputs:\n";
  for (const InputPort& port : descriptor.inputs) text += input_text(port);
  if (!descriptor.outputs.empty()) text += "\noutputs:\n";
  for (const OutputPort& port : descriptor.outputs) {
    text += "  " + port.name + '\n' + wrapped(port.doc, 6);
  }
  if (!descriptor.params.empty()) text += "\nparameters:\n";
  for (const ParamSpec& param : descriptor.params) text += param_text(param);
  if (!descriptor.presets.empty()) text += "\npresets (parameter `preset`):\n";
  for (const Preset& preset : descriptor.presets) {
    text += "  " + preset.name + ", version " + std::to_string(preset.version) + '\n' +
            wrapped(preset.doc, 6);
  }
  if (!descriptor.references.empty()) text += "\nreferences:\n";
  for (const std::string& reference : descriptor.references) text += wrapped(reference, 2);
  return text;
}

std::string descriptor_json(const Descriptor& descriptor) {
  Json json = {{"id", descriptor.id},
               {"scope", to_string(descriptor.scope)},
               {"summary", descriptor.summary},
               {"description", descriptor.description},
               {"references", descriptor.references},
               {"semantic_version", descriptor.semantic_version},
               {"runs_code", descriptor.runs_code},
               {"cpu_only", descriptor.cpu_only},
               {"inputs", Json::array()},
               {"outputs", Json::array()},
               {"params", Json::array()},
               {"presets", Json::array()}};
  for (const InputPort& port : descriptor.inputs) {
    Json kinds = Json::array();
    for (const Kind kind : port.kinds) kinds.push_back(to_string(kind));
    json["inputs"].push_back({{"name", port.name},
                              {"doc", port.doc},
                              {"kinds", std::move(kinds)},
                              {"axes", port.axes},
                              {"optional", port.optional},
                              {"variadic", port.variadic}});
  }
  for (const OutputPort& port : descriptor.outputs) {
    json["outputs"].push_back({{"name", port.name}, {"doc", port.doc}});
  }
  for (const ParamSpec& param : descriptor.params) json["params"].push_back(param_json(param));
  for (const Preset& preset : descriptor.presets) {
    Json values = Json::object();
    for (const auto& [name, value] : preset.values) values[name] = value_json(value);
    Json facts = Json::object();
    for (const auto& [name, fact] : preset.facts) facts[name] = fact;
    json["presets"].push_back({{"name", preset.name},
                               {"version", preset.version},
                               {"doc", preset.doc},
                               {"references", preset.references},
                               {"resampler", preset.resampler},
                               {"facts", std::move(facts)},
                               {"values", std::move(values)}});
  }
  return json_text(json);
}

}  // namespace melgraph::cli
