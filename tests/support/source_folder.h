#pragma once

#include <filesystem>

namespace melgraph::testing {

/// Find the folder whose `graphs` and `tests` the tests read: `$MELGRAPH_SOURCE_DIR`, else the
/// source tree that the running test program was built from, or `share/melgraph` of the
/// installation it lies in. Empty where there is none; tests then skip. No path is compiled in.
std::filesystem::path source_folder();

}  // namespace melgraph::testing
