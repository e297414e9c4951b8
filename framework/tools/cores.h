#pragma once

#include <vector>

namespace melgraph::cli {

/// Give the cores that this process may use, in order.
std::vector<int> usable_cores();

/// Keep the calling thread, and the threads it makes from now on, on these cores; false where the
/// system refuses.
bool pin_to_cores(const std::vector<int>& cores);

}  // namespace melgraph::cli
