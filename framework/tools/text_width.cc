#include "text_width.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/utf8.h"

namespace melgraph::cli {

namespace {

struct Character {
  std::string_view bytes;
  std::size_t cells;
};

std::uint32_t code_point(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  switch (bytes.size()) {
    case 2: return (at(0) & 0x1FU) << 6 | (at(1) & 0x3FU);
    case 3: return (at(0) & 0x0FU) << 12 | (at(1) & 0x3FU) << 6 | (at(2) & 0x3FU);
    case 4:
      return (at(0) & 0x07U) << 18 | (at(1) & 0x3FU) << 12 | (at(2) & 0x3FU) << 6 | (at(3) & 0x3FU);
    default: return at(0);
  }
}

std::size_t cells_of(std::uint32_t c) {
  const auto in = [c](std::uint32_t low, std::uint32_t high) { return c >= low && c <= high; };
  if (in(0x0300, 0x036F) || in(0x200B, 0x200F) || in(0xFE00, 0xFE0F)) return 0;
  // Unicode's East Asian Width, the blocks that are wide as a whole.
  const bool wide = in(0x1100, 0x115F) || in(0x2E80, 0xA4CF) || in(0xAC00, 0xD7A3) ||
                    in(0xF900, 0xFAFF) || in(0xFE30, 0xFE6F) || in(0xFF00, 0xFF60) ||
                    in(0xFFE0, 0xFFE6) || in(0x1F300, 0x1FAFF) || in(0x20000, 0x3FFFD);
  return wide ? 2 : 1;
}

std::vector<Character> characters(std::string_view text) {
  std::vector<Character> list;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = std::max<std::size_t>(utf8_sequence_length(text, i), 1);
    const std::string_view bytes = text.substr(i, length);
    list.push_back({bytes, cells_of(code_point(bytes))});
    i += length;
  }
  return list;
}

std::string_view ellipsis(bool unicode) {
  return unicode ? "…" : "...";
}

/// Take as many whole characters as fit `width` cells.
template <class Iterator>
std::size_t take(Iterator begin, Iterator end, std::size_t width) {
  std::size_t count = 0;
  std::size_t used = 0;
  for (; begin != end && used + begin->cells <= width; ++begin, ++count) used += begin->cells;
  return count;
}

std::string shorten(std::string_view text, std::size_t width, bool unicode, bool middle) {
  if (display_width(text) <= width) return std::string(text);
  const std::string_view dots = ellipsis(unicode);
  const std::size_t dots_width = display_width(dots);
  if (width <= dots_width) return std::string(dots.substr(0, unicode && width > 0 ? 3 : width));
  const std::vector<Character> list = characters(text);
  const std::size_t rest = width - dots_width;
  const std::size_t tail =
      middle ? take(list.rbegin(), list.rend(), rest - rest / 2) : std::size_t{0};
  const std::size_t head = take(list.begin(), list.end(), middle ? rest / 2 : rest);
  std::string out;
  for (std::size_t i = 0; i < head; ++i) out += list[i].bytes;
  out += dots;
  for (std::size_t i = list.size() - tail; i < list.size(); ++i) out += list[i].bytes;
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_sequence_length(text, i);
    const std::string_view bytes = text.substr(i, std::max<std::size_t>(length, 1));
    const std::uint32_t c = length == 0 ? 0 : code_point(bytes);
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    if (control) {
      out += '?';
    } else {
      out += bytes;
    }
    i += bytes.size();
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t cells = 0;
  for (const Character& character : characters(text)) cells += character.cells;
  return cells;
}

std::string shorten_middle(std::string_view text, std::size_t width, bool unicode) {
  return shorten(text, width, unicode, true);
}

std::string shorten_end(std::string_view text, std::size_t width, bool unicode) {
  return shorten(text, width, unicode, false);
}

std::string pad_right(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(text) + std::string(width > used ? width - used : 0, ' ');
}

}  // namespace melgraph::cli
