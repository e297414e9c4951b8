#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace melgraph {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  bool operator==(const Colour&) const = default;
};

/// A picture of width x height pixels; (0, 0) is the upper left one. What lies outside is left out.
class Canvas {
 public:
  Canvas(int width, int height, Colour background);

  int width() const noexcept { return width_; }
  int height() const noexcept { return height_; }
  /// Pixels row by row, 3 bytes each.
  const std::vector<std::uint8_t>& bytes() const noexcept { return bytes_; }
  Colour at(int x, int y) const;

  void fill(int x, int y, int width, int height, Colour colour);
  /// Draw a rectangle's border, one pixel wide, inside of it.
  void frame(int x, int y, int width, int height, Colour colour);
  /// Write text, one byte a character, whose upper left corner is (x, y).
  void text(int x, int y, std::string_view text, Colour colour, int scale);

 private:
  int width_;
  int height_;
  std::vector<std::uint8_t> bytes_;
};

/// Give the width in pixels that `Canvas::text` needs.
int text_pixels(std::string_view text, int scale) noexcept;

}  // namespace melgraph
