#include "run/resampler_advice.h"

#include "config/json_writer.h"

namespace melgraph {

namespace {

// The preset that the graph names, null where it names none.
const Preset* preset_of(const GraphNode& node) {
  const ParamValue* value = node.params.find("preset");
  const auto* name = value != nullptr ? std::get_if<std::string>(value) : nullptr;
  return name != nullptr ? node.type->descriptor.find_preset(*name) : nullptr;
}

}  // namespace

std::vector<std::string> resampler_advice(const ResolvedGraph& graph, int view, int sample_rate) {
  std::vector<std::string> advice;
  const View& source = graph.views[static_cast<std::size_t>(view)];
  if (source.sample_rate == sample_rate) return advice;
  for (const GraphNode& node : graph.nodes) {
    if (node.grid == clip_grid || graph.grids[static_cast<std::size_t>(node.grid)].view != view) {
      continue;
    }
    const Preset* preset = preset_of(node);
    if (preset == nullptr || preset->resampler.empty() || preset->resampler == source.resampler) {
      continue;
    }
    advice.push_back("node " + json_quote(node.id) + ": preset " + json_quote(preset->name) +
                     " is defined with the resampler " + json_quote(preset->resampler) +
                     ", but view " + json_quote(source.name) + " converts " +
                     std::to_string(sample_rate) + " Hz to " + std::to_string(source.sample_rate) +
                     " Hz with " + json_quote(source.resampler) + ": write \"resampler\": " +
                     json_quote(preset->resampler) + " in the view for the reference's features");
  }
  return advice;
}

}  // namespace melgraph
