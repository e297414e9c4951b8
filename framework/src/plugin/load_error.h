#pragma once

#include <string>

namespace melgraph {

/// Turn what Boost.DLL or the dynamic loader says about `path` into one line with what to do.
std::string explain_load_error(const std::string& message, const std::string& path);

}  // namespace melgraph
