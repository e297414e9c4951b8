#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text in the cells of a terminal.

namespace melgraph::cli {

/// Make text harmless: control characters and bytes that are not UTF-8 become `?`.
std::string printable(std::string_view text);

/// Give the cells that printable text takes; East Asian wide characters and emoji take two.
std::size_t display_width(std::string_view text);

/// Shorten printable text to at most `width` cells, with an ellipsis in the middle.
std::string shorten_middle(std::string_view text, std::size_t width, bool unicode);
/// Cut printable text to at most `width` cells, with an ellipsis at the end.
std::string shorten_end(std::string_view text, std::size_t width, bool unicode);

/// Fill up with spaces to `width` cells.
std::string pad_right(std::string_view text, std::size_t width);

}  // namespace melgraph::cli
