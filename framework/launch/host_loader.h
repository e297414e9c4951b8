#pragma once

#include <filesystem>
#include <string>

#include "host_table.h"

namespace melgraph::launch {

/// The engine's table, or why there is none.
struct LoadedHost {
  const melgraph_host_table* table = nullptr;
  std::string explanation;  ///< lines for people; empty where there is a table
};

/// Load LibTorch and then the host module beside `library_folder`, the folder of `libmelgraph.so`:
/// `melgraph/programs/host.so` there. [thread-safe]
///
/// What was loaded stays for the life of the process, and later calls return it at once; where it
/// failed, a later call tries again.
LoadedHost load_host(const std::filesystem::path& library_folder);

}  // namespace melgraph::launch
