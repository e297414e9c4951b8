#pragma once

#include <cstddef>
#include <string>

namespace melgraph::cli {

/// Break text at spaces into lines of at most 90 characters, every line indented.
std::string wrapped(const std::string& text, std::size_t indent);

}  // namespace melgraph::cli
