#include "preset_facts.h"

#include <string>

#include "cuda/tables.h"
#include "fast/front_end.h"

namespace melgraph_frontends {

void add_computation(melgraph::Descriptor& descriptor, Output output) {
  for (melgraph::Preset& preset : descriptor.presets) {
    melgraph::Params params;
    for (const melgraph::ParamSpec& spec : descriptor.params) {
      params.set(spec.name, spec.default_value.value_or(melgraph::ParamValue()));
    }
    for (const auto& [name, value] : preset.values) params.set(name, value);
    const Config config = read_config(params, output);
    preset.facts.emplace_back("cpu", fast::describe_path(config));
    const std::string reason = cuda::why_not_fused(config);
    preset.facts.emplace_back("cuda", reason.empty() ? "own kernels, from samples to features"
                                                     : "LibTorch's operators: " + reason);
  }
}

}  // namespace melgraph_frontends
