#pragma once

#include <array>
#include <cstdint>

namespace melgraph {

inline constexpr int glyph_width = 5;
inline constexpr int glyph_height = 8;  ///< the last row is below the base line

/// Rows of one character from top to bottom; bit 4 is the left column.
using Glyph = std::array<std::uint8_t, glyph_height>;

/// Give the glyph of a printable ASCII character; others look like a filled box.
const Glyph& glyph_of(char c) noexcept;

}  // namespace melgraph
