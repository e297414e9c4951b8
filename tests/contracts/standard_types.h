#pragma once

#include <memory>

#include "plugin/registry.h"

namespace melgraph::testing {

/// Make a registry with the contracts of every plugin of the project: descriptors and shape
/// inference as they are, nodes that cannot be run. Needs no LibTorch.
std::unique_ptr<Registry> make_contract_registry();

}  // namespace melgraph::testing
