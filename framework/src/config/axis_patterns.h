#pragma once

#include <string>
#include <vector>

#include "melgraph/export.h"
#include "melgraph/spec.h"

namespace melgraph {

/// Return whether axes fit the patterns of an input port: names, `a|b` for either, `*` for one axis
/// of any name, `...` (last) for any further axes.
MELGRAPH_API bool axes_fit(const std::vector<std::string>& patterns, const std::vector<Axis>& axes);

}  // namespace melgraph
