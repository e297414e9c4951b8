#pragma once

#include <filesystem>
#include <string>

#include "melgraph/export.h"

namespace melgraph {

/// Tell whether a path, as written, is relative and does not climb out of the folder it is relative
/// to. Looks at the text alone.
MELGRAPH_API bool stays_inside(const std::filesystem::path& path);

/// Tell whether `path` lies in `folder` once every symbolic link of both is followed; what does not
/// exist counts as the place where it would be. False where the links form a cycle.
MELGRAPH_API bool lies_inside(const std::filesystem::path& folder,
                              const std::filesystem::path& path);

/// Tell whether `name` may stand in a bundle's list of files: one or more names with `/` between
/// them, none of them empty, `.` or `..`, without backslash and NUL.
MELGRAPH_API bool is_bundled_name(const std::string& name);

}  // namespace melgraph
