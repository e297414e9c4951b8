#pragma once

#include <string>
#include <vector>

#include "melgraph/descriptor.h"
#include "melgraph/export.h"

namespace melgraph {

/// Write the JSON Schema (draft 7) of graphs made of the given node types.
///
/// It covers what editors can help with: keys, types, parameters with ranges, choices and
/// defaults, ports; `melgraph check` decides. Ends with a newline.
MELGRAPH_API std::string json_schema(const std::vector<const Descriptor*>& descriptors);

}  // namespace melgraph
