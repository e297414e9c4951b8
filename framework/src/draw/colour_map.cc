#include "draw/colour_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace melgraph {

Colour viridis(double value) noexcept {
  static constexpr std::array<Colour, 9> anchors = {{{0x44, 0x01, 0x54},
                                                     {0x47, 0x2d, 0x7b},
                                                     {0x3b, 0x52, 0x8b},
                                                     {0x2c, 0x72, 0x8e},
                                                     {0x21, 0x91, 0x8c},
                                                     {0x28, 0xae, 0x80},
                                                     {0x5e, 0xc9, 0x62},
                                                     {0xad, 0xdc, 0x30},
                                                     {0xfd, 0xe7, 0x25}}};
  const double place = std::clamp(value, 0.0, 1.0) * static_cast<double>(anchors.size() - 1);
  const std::size_t left = std::min(static_cast<std::size_t>(place), anchors.size() - 2);
  const double part = place - static_cast<double>(left);
  const auto mix = [part](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(a + part * (b - a)));
  };
  const Colour& a = anchors[left];
  const Colour& b = anchors[left + 1];
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

}  // namespace melgraph
