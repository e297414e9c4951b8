#pragma once

#include "config.h"
#include "melgraph/descriptor.h"

namespace melgraph_frontends {

/// Add to each preset how it is computed: facts `cpu` and `cuda`.
void add_computation(melgraph::Descriptor& descriptor, Output output);

}  // namespace melgraph_frontends
