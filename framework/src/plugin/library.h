#pragma once

#include <memory>

#include "melgraph/export.h"
#include "plugin/plugin_file.h"

namespace melgraph {

/// Make the opener of real libraries, which checks each against the LibTorch and the plugin
/// interface that libmelgraph was built with.
///
/// Libraries stay open until the process ends; one that is asked for again is not registered
/// again. [thread-safe]
MELGRAPH_API std::shared_ptr<LibraryOpener> make_library_opener();

}  // namespace melgraph
