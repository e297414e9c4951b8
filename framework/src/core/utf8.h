#pragma once

#include <cstddef>
#include <string_view>

#include "melgraph/export.h"

namespace melgraph {

/// Give the length, 1 to 4 bytes, of the UTF-8 sequence at `offset`; 0 where it is not valid
/// (cut off, overlong, a surrogate, beyond U+10FFFF or no first byte).
MELGRAPH_API std::size_t utf8_sequence_length(std::string_view text, std::size_t offset) noexcept;

/// Find the first byte that is not valid UTF-8; `std::string_view::npos` where all are.
std::size_t find_invalid_utf8(std::string_view text) noexcept;

}  // namespace melgraph
