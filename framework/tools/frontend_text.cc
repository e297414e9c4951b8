#include "frontend_text.h"

#include <algorithm>

#include "graph/fingerprint.h"
#include "json_text.h"
#include "terminal.h"
#include "text_width.h"
#include "verdict_table.h"
#include "wrap.h"

namespace melgraph::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t label_cells = 14;

Json value_json(const ParamValue& value) {
  return Json::parse(to_json(value));
}

std::string value_text(const ParamValue& value) {
  const auto* string = std::get_if<std::string>(&value);
  return string != nullptr ? *string : to_json(value);
}

std::string rate_text(const FrontendPreset& preset) {
  const int rate = sample_rate_of(resolved_params(preset));
  return rate > 0 ? std::to_string(rate) : "any";
}

/// Write the axes of one item, `patch 1, time 96, mel 64`, or their sizes alone, `1 x 96 x 64`; a
/// single channel goes without saying.
std::string shape_text(const std::optional<PortSpec>& features, bool names) {
  if (!features) return "-";
  std::string text;
  for (std::size_t i = 1; i < features->axes.size(); ++i) {
    const Axis& axis = features->axes[i];
    if (axis.name == "channel" && axis.size == 1) continue;
    if (!text.empty()) text += names ? ", " : " x ";
    if (names) text += axis.name + ' ';
    text += axis.size == unknown_size ? "?" : std::to_string(axis.size);
  }
  return text;
}

Json shape_json(const std::optional<PortSpec>& features) {
  if (!features) return nullptr;
  Json axes = Json::object();
  for (std::size_t i = 1; i < features->axes.size(); ++i) {
    const Axis& axis = features->axes[i];
    axes[axis.name] = axis.size == unknown_size ? Json() : Json(axis.size);
  }
  return axes;
}

Json listed_json(const FrontendPreset& preset) {
  const int rate = sample_rate_of(resolved_params(preset));
  return {{"name", preset.name},
          {"type", preset.type->descriptor.id},
          {"preset", preset.preset->name},
          {"version", preset.preset->version},
          {"sample_rate", rate > 0 ? Json(rate) : Json()},
          {"one_second", shape_json(features_of_one_second(preset))},
          {"doc", preset.preset->doc}};
}

std::string fingerprint_of(const FrontendPreset& preset) {
  return fingerprint(canonical_form(preset.type->descriptor, resolved_params(preset)));
}

/// Write `label  text`, the text broken at spaces and every line of it in the same column.
std::string labelled(const std::string& label, const std::string& text) {
  const std::string lines = wrapped(printable(text), label_cells);
  return pad_right(label, label_cells) + (lines.empty() ? "\n" : lines.substr(label_cells));
}

std::string golden_text(const std::vector<GoldenCase>& cases) {
  std::string text;
  for (const GoldenCase& golden : cases) {
    text += labelled(text.empty() ? "golden" : "",
                     describe_sound(golden) + ": within " + tolerance_text(golden.float32) +
                         " in float32, " + tolerance_text(golden.float64) + " in float64, of " +
                         golden.oracle);
  }
  return text.empty() ? labelled("golden", "no golden vectors") : text;
}

bool is_set(const Preset& preset, const std::string& param) {
  return std::any_of(preset.values.begin(), preset.values.end(),
                     [&param](const auto& value) { return value.first == param; });
}

std::string params_text(const FrontendPreset& preset) {
  const Params params = resolved_params(preset);
  struct Row {
    bool set;
    std::string name;
    std::string value;
    std::string normal;
  };
  std::vector<Row> rows;
  std::size_t name_cells = 0;
  std::size_t value_cells = 0;
  for (const ParamSpec& spec : preset.type->descriptor.params) {
    const ParamValue* value = params.find(spec.name);
    const ParamValue normal = spec.default_value.value_or(ParamValue());
    Row row{is_set(*preset.preset, spec.name), spec.name,
            value != nullptr ? value_text(*value) : "-", ""};
    if (!spec.unit.empty() && value != nullptr && value->index() != 0) row.value += ' ' + spec.unit;
    if (value != nullptr && *value != normal) row.normal = "default " + value_text(normal);
    name_cells = std::max(name_cells, display_width(row.name));
    value_cells = std::max(value_cells, display_width(row.value));
    rows.push_back(std::move(row));
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = std::string(row.set ? "* " : "  ") + pad_right(row.name, name_cells + 2) +
                       pad_right(row.value, value_cells + 2) + row.normal;
    line.erase(line.find_last_not_of(' ') + 1);
    text += "  " + line + '\n';
  }
  return text;
}

}  // namespace

std::string preset_list_text(const std::vector<FrontendPreset>& presets, std::size_t width) {
  std::vector<std::vector<std::string>> rows = {
      {"preset", "node type", "rate", "version", "1 s gives", "what it is"}};
  for (const FrontendPreset& preset : presets) {
    rows.push_back({printable(preset.name), preset.type->descriptor.id, rate_text(preset),
                    std::to_string(preset.preset->version),
                    shape_text(features_of_one_second(preset), false),
                    printable(preset.preset->doc)});
  }
  std::vector<std::size_t> cells(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells[i] = std::max(cells[i], display_width(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) line += pad_right(row[i], cells[i] + 2);
    line += row.back();
    text += (width == 0 ? line : shorten_end(line, width, locale_is_utf8())) + '\n';
  }
  return text;
}

std::string preset_list_json(const std::vector<FrontendPreset>& presets) {
  Json json = {{"presets", Json::array()}};
  for (const FrontendPreset& preset : presets) json["presets"].push_back(listed_json(preset));
  return json_text(json);
}

std::string preset_text(const FrontendPreset& preset, const std::vector<GoldenCase>& cases) {
  const Preset& described = *preset.preset;
  const Descriptor& descriptor = preset.type->descriptor;
  const std::string rate = rate_text(preset);
  std::string text = wrapped(printable(preset.name + ": " + described.doc), 0) + '\n';
  text += labelled("node type", descriptor.id + ", semantic version " +
                                    std::to_string(descriptor.semantic_version));
  text += labelled("version", std::to_string(described.version));
  text += labelled("sample rate", rate == "any" ? rate : rate + " Hz");
  text += labelled("1 s gives", shape_text(features_of_one_second(preset), true));
  text += labelled("resampler", described.resampler.empty() ? "any" : described.resampler);
  for (const auto& [name, fact] : described.facts) text += labelled(printable(name), fact);
  text += golden_text(cases);
  text += labelled("fingerprint", fingerprint_of(preset) + " (the node alone, without a view)");
  text += "\nparameters (* set by the preset):\n" + params_text(preset);
  if (!described.references.empty()) text += "\nreferences:\n";
  for (const std::string& reference : described.references) text += wrapped(reference, 2);
  return text;
}

std::string preset_json(const FrontendPreset& preset, const std::vector<GoldenCase>& cases) {
  Json json = listed_json(preset);
  const Descriptor& descriptor = preset.type->descriptor;
  json["semantic_version"] = descriptor.semantic_version;
  json["resampler"] = preset.preset->resampler.empty() ? Json() : Json(preset.preset->resampler);
  json["facts"] = Json::object();
  for (const auto& [name, fact] : preset.preset->facts) json["facts"][name] = fact;
  json["fingerprint"] = fingerprint_of(preset);
  json["references"] = preset.preset->references;
  json["params"] = Json::object();
  const Params params = resolved_params(preset);
  for (const ParamSpec& spec : descriptor.params) {
    const ParamValue* value = params.find(spec.name);
    const ParamValue normal = spec.default_value.value_or(ParamValue());
    json["params"][spec.name] = {{"value", value != nullptr ? value_json(*value) : Json()},
                                 {"default", value_json(normal)},
                                 {"set_by_preset", is_set(*preset.preset, spec.name)}};
  }
  json["golden"] = Json::array();
  for (const GoldenCase& golden : cases) {
    json["golden"].push_back({{"sound", describe_sound(golden)},
                              {"oracle", golden.oracle},
                              {"shape", golden.features.shape},
                              {"tolerance",
                               {{"float32", tolerance_json(golden.float32)},
                                {"float64", tolerance_json(golden.float64)}}}});
  }
  return json_text(json);
}

}  // namespace melgraph::cli
