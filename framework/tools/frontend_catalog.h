#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "melgraph/node_type.h"
#include "melgraph/params.h"
#include "melgraph/spec.h"
#include "plugin/registry.h"

namespace melgraph::cli {

/// One preset of a front end. The pointers live as long as the registry they come from.
struct FrontendPreset {
  /// The preset's own name, or `TYPE/NAME` where another type takes that one.
  std::string name;
  const NodeType* type = nullptr;
  const Preset* preset = nullptr;

  /// Give the name that no other preset can have: `frontend.mel/vggish`.
  std::string full_name() const { return type->descriptor.id + '/' + preset->name; }
};

/// All presets of node types that turn sound into features, by type and in their plugin's order.
///
/// A name that several types have belongs to `frontend.mel` where it has it; the others, and all
/// where it does not, are called `TYPE/NAME`.
class FrontendCatalog {
 public:
  explicit FrontendCatalog(Registry& registry);

  const std::vector<FrontendPreset>& presets() const noexcept { return presets_; }
  /// Find a preset by its name or full name. Throws `Error` (usage) where there is none, with what
  /// may be meant, and where several types have the name, with the names to choose from.
  const FrontendPreset& find(const std::string& name) const;
  /// Find the preset `name` of `type`; null where there is none.
  const FrontendPreset* find(const std::string& type, const std::string& name) const;

 private:
  std::vector<FrontendPreset> presets_;
};

/// Values of parameters that a graph would give beside a preset.
using Settings = std::vector<std::pair<std::string, ParamValue>>;

/// Complete the parameters of a preset, with `settings` beside it.
Params resolved_params(const FrontendPreset& preset, const Settings& settings = {});

/// Return the rate that a preset is for; 0: any.
int sample_rate_of(const Params& params);

/// Return what a preset gives of one second of mono sound, at its rate or at 16000 Hz; nothing
/// where it takes no such sound.
std::optional<PortSpec> features_of_one_second(const FrontendPreset& preset);

}  // namespace melgraph::cli
