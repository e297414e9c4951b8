#include "draw/canvas.h"

#include <algorithm>
#include <cstddef>

#include "draw/font.h"

namespace melgraph {

namespace {

constexpr int glyph_step = glyph_width + 1;

}  // namespace

Canvas::Canvas(int width, int height, Colour background)
    : width_(std::max(1, width)),
      height_(std::max(1, height)),
      bytes_(3 * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)) {
  fill(0, 0, width_, height_, background);
}

Colour Canvas::at(int x, int y) const {
  const std::size_t place = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                                 static_cast<std::size_t>(x));
  return {bytes_.at(place), bytes_.at(place + 1), bytes_.at(place + 2)};
}

void Canvas::fill(int x, int y, int width, int height, Colour colour) {
  const int right = std::min(x + width, width_);
  const int bottom = std::min(y + height, height_);
  for (int row = std::max(0, y); row < bottom; ++row) {
    std::uint8_t* to =
        bytes_.data() + 3 * (static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) +
                             static_cast<std::size_t>(std::max(0, x)));
    for (int column = std::max(0, x); column < right; ++column) {
      *to++ = colour.red;
      *to++ = colour.green;
      *to++ = colour.blue;
    }
  }
}

void Canvas::frame(int x, int y, int width, int height, Colour colour) {
  fill(x, y, width, 1, colour);
  fill(x, y + height - 1, width, 1, colour);
  fill(x, y, 1, height, colour);
  fill(x + width - 1, y, 1, height, colour);
}

void Canvas::text(int x, int y, std::string_view text, Colour colour, int scale) {
  for (const char c : text) {
    const Glyph& glyph = glyph_of(c);
    for (int row = 0; row < glyph_height; ++row) {
      for (int column = 0; column < glyph_width; ++column) {
        if ((glyph[static_cast<std::size_t>(row)] >> (glyph_width - 1 - column) & 1) == 0) continue;
        fill(x + column * scale, y + row * scale, scale, scale, colour);
      }
    }
    x += glyph_step * scale;
  }
}

int text_pixels(std::string_view text, int scale) noexcept {
  return text.empty() ? 0 : (static_cast<int>(text.size()) * glyph_step - 1) * scale;
}

}  // namespace melgraph
