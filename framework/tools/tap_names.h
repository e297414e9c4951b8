#pragma once

#include <string>
#include <vector>

#include "run/inputs.h"

namespace melgraph::cli {

/// Name one file for each input, relative and without an extension of its own.
///
/// An input's file name without its extension, if those of all inputs differ. Else all keep their
/// folders below the deepest one that they share; where that is not enough, all keep their
/// extensions too; what is still the same, because an input is named twice, is numbered: `-2`.
std::vector<std::string> tap_names(const std::vector<InputItem>& inputs);

}  // namespace melgraph::cli
