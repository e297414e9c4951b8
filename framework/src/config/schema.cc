#include "config/schema.h"

#include <nlohmann/json.hpp>

#include "config/param_resolve.h"
#include "run/resampler.h"

namespace melgraph {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* identifier_pattern = "^[A-Za-z_][A-Za-z0-9_-]*$";
// `esc/mel` is a node inside of a bundle.
constexpr const char* reference_pattern =
    "^[A-Za-z_][A-Za-z0-9_-]*(/[A-Za-z0-9_-]+)*(\\.[A-Za-z0-9_/-]+)?$";
constexpr const char* bundle_type = "bundle";
constexpr const char* placeholder_pattern = "^\\$\\{[^}]+\\}$";

Json reference(const std::string& definition) {
  return {{"$ref", "#/definitions/" + definition}};
}

/// A placeholder may stand wherever a value may.
Json or_placeholder(Json schema) {
  return {{"anyOf", Json::array({std::move(schema), reference("placeholder")})}};
}

/// A text, with placeholders anywhere in it.
Json text() {
  return {{"type", "string"}};
}

Json object(Json properties, const std::vector<std::string>& required) {
  Json schema = {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

Json to_document(const ParamValue& value) {
  return Json::parse(to_json(value));
}

/// Whole numbers without a fraction, as a person would write them.
Json limit(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  return static_cast<double>(whole) == value ? Json(whole) : Json(value);
}

Json number_schema(const ParamSpec& spec, const char* type) {
  Json schema = {{"type", type}};
  if (spec.minimum) {
    schema[spec.exclusive_minimum ? "exclusiveMinimum" : "minimum"] = limit(*spec.minimum);
  }
  if (spec.maximum) schema["maximum"] = limit(*spec.maximum);
  return schema;
}

Json array_of(Json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

/// The legal values of a parameter beside null and placeholders.
Json value_schema(const ParamSpec& spec) {
  switch (spec.type) {
    case ParamType::boolean: return {{"type", "boolean"}};
    case ParamType::integer: return number_schema(spec, "integer");
    case ParamType::number: return number_schema(spec, "number");
    case ParamType::string:
      if (!spec.choices.empty()) return {{"enum", spec.choices}};
      return text();
    case ParamType::file: return text();
    case ParamType::integers: return array_of(or_placeholder(number_schema(spec, "integer")));
    case ParamType::numbers: return array_of(or_placeholder(number_schema(spec, "number")));
    case ParamType::strings: return array_of(text());
    case ParamType::labels: return {{"anyOf", Json::array({array_of(text()), text()})}};
  }
  return Json::object();
}

Json param_schema(const ParamSpec& spec) {
  Json choices = Json::array({value_schema(spec), reference("placeholder")});
  if (spec.nullable) choices.push_back({{"type", "null"}});
  Json schema;
  std::string description = spec.doc + " (" + describe_values(spec) + ")";
  if (!spec.deprecated.empty()) description += "; deprecated, use " + spec.deprecated;
  schema["description"] = description;
  if (spec.default_value) schema["default"] = to_document(*spec.default_value);
  schema["anyOf"] = std::move(choices);
  return schema;
}

Json preset_schema(const Descriptor& descriptor) {
  Json names = Json::array();
  for (const Preset& preset : descriptor.presets) names.push_back(preset.name);
  names.push_back(nullptr);
  Json schema = or_placeholder({{"enum", std::move(names)}});
  schema["description"] = "Sets all parameters; others beside it override";
  return schema;
}

Json params_schema(const Descriptor& descriptor, std::vector<std::string>& required) {
  Json properties = Json::object();
  if (!descriptor.presets.empty()) properties["preset"] = preset_schema(descriptor);
  for (const ParamSpec& spec : descriptor.params) {
    properties[spec.name] = param_schema(spec);
    if (spec.required) required.push_back(spec.name);
  }
  return object(std::move(properties), required);
}

Json port_schema(const InputPort& port) {
  // Draft 7 ignores what stands beside a $ref: the choice keeps the description alive.
  Json choices = Json::array({reference("reference")});
  if (port.variadic) {
    Json several = array_of(reference("reference"));
    several["minItems"] = 1;
    choices.push_back(std::move(several));
  }
  return {{"description", port.doc}, {"anyOf", std::move(choices)}};
}

Json inputs_schema(const Descriptor& descriptor, std::vector<std::string>& required) {
  Json properties = Json::object();
  for (const InputPort& port : descriptor.inputs) {
    properties[port.name] = port_schema(port);
    if (!port.optional) required.push_back(port.name);
  }
  return object(std::move(properties), required);
}

/// What a node of one type has beside `id` and `type`.
Json type_schema(const Descriptor& descriptor) {
  std::vector<std::string> required_params;
  std::vector<std::string> required_inputs;
  Json properties;
  properties["params"] = params_schema(descriptor, required_params);
  properties["inputs"] = inputs_schema(descriptor, required_inputs);
  Json schema = {{"description", descriptor.summary}, {"properties", std::move(properties)}};
  std::vector<std::string> required;
  if (!required_params.empty()) required.emplace_back("params");
  if (!required_inputs.empty()) required.emplace_back("inputs");
  if (!required.empty()) schema["required"] = required;
  return schema;
}

/// A bundle inside the graph, which is no plugin's type.
Json bundle_schema() {
  Json path = text();
  path["description"] =
      "Folder of the bundle, relative to the graph's file, or the name of an "
      "installed bundle";
  Json properties;
  properties["params"] = object({{"path", std::move(path)}}, {"path"});
  properties["inputs"] = {{"not", Json::object()}};
  return {{"description", "A bundle, with its views and nodes; its outputs are those of its graph"},
          {"properties", std::move(properties)},
          {"required", Json::array({"params"})}};
}

Json node_schema(const std::vector<const Descriptor*>& descriptors) {
  Json ids = Json::array();
  Json cases = Json::array();
  for (const Descriptor* descriptor : descriptors) {
    ids.push_back(descriptor->id);
    cases.push_back(
        {{"if", {{"properties", {{"type", {{"const", descriptor->id}}}}}, {"required", {"type"}}}},
         {"then", reference(descriptor->id)}});
  }
  ids.push_back(bundle_type);
  cases.push_back(
      {{"if", {{"properties", {{"type", {{"const", bundle_type}}}}}, {"required", {"type"}}}},
       {"then", reference(bundle_type)}});
  Json type = {{"description", "Node type"}, {"enum", std::move(ids)}};
  Json schema = object({{"id",
                         {{"description", "Name of the node in this graph"},
                          {"type", "string"},
                          {"pattern", identifier_pattern},
                          {"not", {{"const", "source"}}}}},
                        {"type", std::move(type)},
                        {"params", {{"type", "object"}}},
                        {"inputs", {{"type", "object"}}}},
                       {"id", "type"});
  schema["allOf"] = std::move(cases);
  return schema;
}

Json seconds(const std::string& description) {
  Json schema = or_placeholder({{"type", "number"}, {"exclusiveMinimum", 0}});
  schema["description"] = description;
  return schema;
}

Json view_schema() {
  Json properties;
  properties["sample_rate"] =
      or_placeholder({{"type", "integer"}, {"minimum", 100}, {"maximum", 1000000}});
  properties["sample_rate"]["description"] = "Hz";
  properties["channels"] = or_placeholder({{"type", "integer"}, {"minimum", 1}, {"maximum", 64}});
  properties["channels"]["default"] = 1;
  properties["resampler"] = or_placeholder({{"enum", resampler_names()}});
  properties["resampler"]["default"] = "kaiser-best";
  properties["window"] = seconds("Length of a window in seconds; null is the whole input");
  properties["window"]["anyOf"].push_back({{"type", "null"}});
  properties["hop"] = seconds("Seconds from window to window; default: the length of a window");
  properties["hop"]["anyOf"].push_back({{"type", "null"}});
  properties["tail"] = or_placeholder({{"enum", {"drop", "pad", "repeat"}}});
  properties["tail"]["description"] = "What becomes of an incomplete last window";
  properties["tail"]["default"] = "drop";
  return object(std::move(properties), {"sample_rate"});
}

Json named(Json values) {
  return {{"type", "object"},
          {"propertyNames", {{"pattern", identifier_pattern}}},
          {"additionalProperties", std::move(values)}};
}

}  // namespace

std::string json_schema(const std::vector<const Descriptor*>& descriptors) {
  Json properties;
  properties["$schema"] = text();
  properties["melgraph"] = {{"description", "Version of the graph format"}, {"const", 1}};
  properties["name"] = text();
  properties["description"] = text();
  properties["source"] = named(reference("view"));
  properties["source"]["description"] = "Named views of the input";
  properties["source"]["minProperties"] = 1;
  properties["nodes"] = array_of(reference("node"));
  properties["nodes"]["minItems"] = 1;
  properties["outputs"] = named(reference("reference"));
  properties["outputs"]["description"] = "What hosts other than the command line report";
  properties["train"] = {{"type", "object"}};
  properties["requires"] = object({{"melgraph", {{"type", "string"}, {"pattern", "^>="}}}}, {});

  Json definitions;
  definitions["placeholder"] = {{"description", "${name}, ${name:default}, ${name:default|help}"},
                                {"type", "string"},
                                {"pattern", placeholder_pattern}};
  definitions["reference"] = {{"description", "node, node.port or source.VIEW"},
                              {"type", "string"},
                              {"anyOf", Json::array({{{"pattern", reference_pattern}},
                                                     {{"pattern", placeholder_pattern}}})}};
  definitions["view"] = view_schema();
  definitions["node"] = node_schema(descriptors);
  definitions[bundle_type] = bundle_schema();
  for (const Descriptor* descriptor : descriptors) {
    definitions[descriptor->id] = type_schema(*descriptor);
  }

  Json schema;
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "Melgraph graph";
  schema.update(object(std::move(properties), {"melgraph", "nodes"}));
  // A bundle brings views of its own.
  const Json has_bundle = {
      {"contains", {{"properties", {{"type", {{"const", bundle_type}}}}}, {"required", {"type"}}}}};
  schema["anyOf"] =
      Json::array({{{"required", {"source"}}}, {{"properties", {{"nodes", has_bundle}}}}});
  schema["definitions"] = std::move(definitions);
  return schema.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace melgraph
