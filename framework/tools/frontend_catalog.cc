#include "frontend_catalog.h"

#include <algorithm>
#include <map>

#include "config/param_resolve.h"
#include "core/suggest.h"
#include "melgraph/testing/node_runner.h"

namespace melgraph::cli {

namespace {

constexpr int usual_rate = 16000;
constexpr const char* usual_type = "frontend.mel";

bool takes_only_audio(const Descriptor& descriptor) {
  if (descriptor.inputs.size() != 1) return false;
  const std::vector<Kind>& kinds = descriptor.inputs.front().kinds;
  return std::find(kinds.begin(), kinds.end(), Kind::audio) != kinds.end();
}

/// What a type gives shows in the spec that it infers; one preset that works will do.
bool gives_features(const NodeType& type) {
  for (const Preset& preset : type.descriptor.presets) {
    const auto features = features_of_one_second({preset.name, &type, &preset});
    if (features) return features->kind == Kind::features;
  }
  return false;
}

std::string list_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

FrontendCatalog::FrontendCatalog(Registry& registry) {
  for (const std::string& id : registry.ids()) {
    const Descriptor* descriptor = registry.find_descriptor(id);
    if (descriptor == nullptr || descriptor->presets.empty() || !takes_only_audio(*descriptor)) {
      continue;
    }
    const NodeType* type = registry.find(id);
    if (type == nullptr || type->make_node == nullptr || !gives_features(*type)) continue;
    for (const Preset& preset : type->descriptor.presets) {
      presets_.push_back({preset.name, type, &preset});
    }
  }
  std::map<std::string, int> owners;
  for (const FrontendPreset& entry : presets_) ++owners[entry.preset->name];
  for (FrontendPreset& entry : presets_) {
    const bool shared = owners[entry.preset->name] > 1;
    if (shared && entry.type->descriptor.id != usual_type) entry.name = entry.full_name();
  }
  std::stable_partition(presets_.begin(), presets_.end(), [](const FrontendPreset& entry) {
    return entry.type->descriptor.id == usual_type;
  });
}

const FrontendPreset& FrontendCatalog::find(const std::string& name) const {
  std::vector<std::string> names;
  std::vector<std::string> namesakes;
  for (const FrontendPreset& entry : presets_) {
    if (entry.name == name || entry.full_name() == name) return entry;
    names.push_back(entry.name);
    if (entry.preset->name == name) namesakes.push_back(entry.full_name());
  }
  if (!namesakes.empty()) {
    throw Error(ErrorCode::usage, "several node types have a preset \"" + name + '"',
                "name one of: " + list_text(namesakes));
  }
  for (const FrontendPreset& entry : presets_) {
    if (entry.name != entry.full_name()) names.push_back(entry.full_name());
  }
  const std::string near = suggest(name, names);
  throw Error(ErrorCode::usage, "no front end preset \"" + name + '"',
              near.empty() ? "see: melgraph frontends list" : "did you mean \"" + near + "\"?");
}

const FrontendPreset* FrontendCatalog::find(const std::string& type,
                                            const std::string& name) const {
  for (const FrontendPreset& entry : presets_) {
    if (entry.type->descriptor.id == type && entry.preset->name == name) return &entry;
  }
  return nullptr;
}

Params resolved_params(const FrontendPreset& preset, const Settings& settings) {
  Settings given = {{"preset", preset.preset->name}};
  given.insert(given.end(), settings.begin(), settings.end());
  std::vector<ParamFinding> wrong;
  Params params = complete_params(preset.type->descriptor, given, wrong);
  if (!wrong.empty()) {
    throw Error(ErrorCode::plugin, preset.full_name() + ": parameter \"" + wrong.front().param +
                                       "\": " + wrong.front().message);
  }
  return params;
}

int sample_rate_of(const Params& params) {
  const ParamValue* value = params.find("sample_rate");
  if (value == nullptr || !std::holds_alternative<std::int64_t>(*value)) return 0;
  return static_cast<int>(std::get<std::int64_t>(*value));
}

std::optional<PortSpec> features_of_one_second(const FrontendPreset& preset) {
  const int own_rate = sample_rate_of(resolved_params(preset));
  const int rate = own_rate > 0 ? own_rate : usual_rate;
  testing::NodeRunner runner(*preset.type);
  PortSpec sound = testing::audio_spec(rate, 1, rate);
  sound.whole_input = true;  // else windows too short for a patch are refused
  runner.set("preset", preset.preset->name)
      .connect(preset.type->descriptor.inputs.front().name, sound);
  if (!runner.infer()) return std::nullopt;
  return runner.output();
}

}  // namespace melgraph::cli
