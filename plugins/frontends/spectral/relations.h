#pragma once

#include "config.h"
#include "melgraph/contract.h"

namespace melgraph_frontends {

/// Report parameters of `config` that do not go together or are not available, and those that do
/// not go with the sound at the port `audio`; return whether there are none.
bool check_relations(melgraph::InferContext& context, const Config& config);

}  // namespace melgraph_frontends
