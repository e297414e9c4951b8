// The graph loader, with the contracts of every plugin, on arbitrary text: it loads or throws
// GraphError or Error, and nothing else. Whatever loads can be shown, planned and fingerprinted.
#include <cstdint>
#include <string>

#include "../contracts/standard_types.h"
#include "graph/load.h"
#include "graph/show.h"
#include "melgraph/error.h"
#include "run/plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto registry = melgraph::testing::make_contract_registry();
  const std::string text(reinterpret_cast<const char*>(data), size);
  melgraph::GraphOptions options;
  options.set = {{"weights", "nowhere.safetensors"}};
  options.sinks = size % 2 == 0;
  try {
    const auto graph = melgraph::load_graph_text(text, "fuzz.json", "/nonexistent", options,
                                                 *registry);
    melgraph::make_plan(*graph);
    melgraph::graph_to_json(*graph);
    melgraph::graph_to_dot(*graph);
  } catch (const melgraph::Error&) {
  }
  return 0;
}
