#pragma once

#include <cstddef>
#include <cstdio>

// What the terminal behind a stream can do.

namespace melgraph::cli {

bool is_terminal(std::FILE* stream) noexcept;
/// Tell whether colours are wanted: on a terminal, unless NO_COLOR is set or TERM is `dumb`.
bool wants_colour(std::FILE* stream) noexcept;
/// Give the cells of a line: those of the terminal, else $COLUMNS, else 100.
std::size_t terminal_width(std::FILE* stream) noexcept;
/// Tell whether the user's locale writes UTF-8, by LC_ALL, LC_CTYPE and LANG.
bool locale_is_utf8() noexcept;

}  // namespace melgraph::cli
