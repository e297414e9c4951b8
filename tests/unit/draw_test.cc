#include <gtest/gtest.h>
#include <png.h>

#include <cmath>
#include <limits>

#include "draw/canvas.h"
#include "draw/colour_map.h"
#include "draw/font.h"
#include "draw/heat_map.h"
#include "draw/png.h"
#include "melgraph/error.h"

namespace melgraph {
namespace {

/// CIE 1976 lightness of an sRGB colour, 0 to 100.
double lightness(Colour colour) {
  const auto linear = [](std::uint8_t byte) {
    const double c = byte / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
  };
  const double y =
      0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
  return y > 0.008856 ? 116 * std::cbrt(y) - 16 : 903.3 * y;
}

HeatMap small_map() {
  HeatMap map;
  map.title = "a title";
  map.columns = 4;
  map.rows = 2;
  map.panels.push_back({"", {0, 1, 2, 3, 4, 5, 6, 7}});
  return map;
}

std::size_t count(const Canvas& canvas, Colour colour) {
  std::size_t found = 0;
  for (int y = 0; y < canvas.height(); ++y) {
    for (int x = 0; x < canvas.width(); ++x) found += canvas.at(x, y) == colour ? 1 : 0;
  }
  return found;
}

/// Find the first pixel of a colour, row by row.
std::pair<int, int> find(const Canvas& canvas, Colour colour) {
  for (int y = 0; y < canvas.height(); ++y) {
    for (int x = 0; x < canvas.width(); ++x) {
      if (canvas.at(x, y) == colour) return {x, y};
    }
  }
  return {-1, -1};
}

TEST(ColourMap, GetsEvenlyBrighterFromDarkBlueToYellow) {
  EXPECT_EQ(viridis(0), (Colour{0x44, 0x01, 0x54}));
  EXPECT_EQ(viridis(1), (Colour{0xfd, 0xe7, 0x25}));
  EXPECT_EQ(viridis(-3), viridis(0));
  EXPECT_EQ(viridis(7), viridis(1));
  const double step = (lightness(viridis(1)) - lightness(viridis(0))) / 16;
  for (int i = 0; i < 16; ++i) {
    const double grown = lightness(viridis((i + 1) / 16.0)) - lightness(viridis(i / 16.0));
    EXPECT_NEAR(grown, step, 0.35 * step) << i;
  }
}

TEST(Font, EveryPrintableCharacterHasAShapeOfItsOwn) {
  for (int a = ' '; a <= '~'; ++a) {
    for (int b = ' '; b < a; ++b) {
      EXPECT_NE(glyph_of(static_cast<char>(a)), glyph_of(static_cast<char>(b)))
          << static_cast<char>(a) << static_cast<char>(b);
    }
  }
  EXPECT_EQ(glyph_of('\xe4'), glyph_of('\n'));
}

TEST(Canvas, LeavesOutWhatLiesOutside) {
  Canvas canvas(4, 3, {1, 2, 3});
  canvas.fill(-5, -5, 7, 7, {9, 9, 9});
  canvas.fill(3, 2, 100, 100, {8, 8, 8});
  EXPECT_EQ(canvas.at(1, 1), (Colour{9, 9, 9}));
  EXPECT_EQ(canvas.at(2, 1), (Colour{1, 2, 3}));
  EXPECT_EQ(canvas.at(3, 2), (Colour{8, 8, 8}));
  canvas.text(-2, -2, "text that is far too long", {7, 7, 7}, 3);
}

TEST(Png, LibpngReadsBackEveryPixel) {
  Canvas canvas(37, 21, {255, 255, 255});
  for (int y = 0; y < 21; ++y) {
    for (int x = 0; x < 37; ++x) {
      canvas.fill(x, y, 1, 1,
                  {static_cast<std::uint8_t>(7 * x), static_cast<std::uint8_t>(11 * y),
                   static_cast<std::uint8_t>(x * y)});
    }
  }
  const std::string bytes = encode_png(canvas);
  EXPECT_EQ(bytes.substr(0, 8), "\x89PNG\r\n\x1a\n");
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  ASSERT_NE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()), 0);
  EXPECT_EQ(image.width, 37u);
  EXPECT_EQ(image.height, 21u);
  image.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  ASSERT_NE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr), 0);
  EXPECT_EQ(pixels, canvas.bytes());
}

TEST(HeatMap, RowZeroIsAtTheBottomAndColumnsGoRight) {
  const Canvas canvas = draw_heat_map(small_map());
  // Column c, row r holds 2c + r; the plot is 1000 x 320 pixels, cells of 250 x 160.
  const auto [x, y] = find(canvas, viridis(1.0 / 7));  // upper left cell: column 0, row 1
  ASSERT_GE(x, 0);
  for (int column = 0; column < 4; ++column) {
    for (int row = 0; row < 2; ++row) {
      EXPECT_EQ(canvas.at(x + 250 * column + 125, y + 160 * (1 - row) + 80),
                viridis((2 * column + row) / 7.0))
          << column << ' ' << row;
    }
  }
}

TEST(HeatMap, WhatIsNotFiniteIsRedAndTheRestKeepsItsRange) {
  HeatMap map = small_map();
  map.panels[0].values[2] = std::numeric_limits<float>::quiet_NaN();
  map.panels[0].values[5] = -std::numeric_limits<float>::infinity();
  const Canvas canvas = draw_heat_map(map);
  EXPECT_EQ(count(canvas, {220, 30, 30}), 2u * 250 * 160);
  EXPECT_GT(count(canvas, viridis(1)), 250u * 150);
  map.panels[0].values.assign(8, std::numeric_limits<float>::quiet_NaN());
  EXPECT_EQ(count(draw_heat_map(map), {220, 30, 30}), 8u * 250 * 160);
}

TEST(HeatMap, EqualValuesAndSingleCellsAreDrawn) {
  HeatMap map = small_map();
  map.panels[0].values.assign(8, 3.f);
  EXPECT_GE(count(draw_heat_map(map), viridis(0.5)), 8u * 250 * 160);
  map.columns = map.rows = 1;
  map.panels[0].values = {3.f};
  EXPECT_GT(count(draw_heat_map(map), viridis(0.5)), 1000u);
}

TEST(HeatMap, ManyCellsAreAveragedIntoAPictureThatCanBeOpened) {
  HeatMap map;
  map.columns = 20000;
  map.rows = 2500;
  map.panels.push_back({"", std::vector<float>(20000u * 2500u, 0.f)});
  for (int c = 0; c < 20000; c += 2) map.panels[0].values[static_cast<std::size_t>(c) * 2500] = 1;
  const Canvas canvas = draw_heat_map(map);
  EXPECT_LT(canvas.width(), 5000);
  EXPECT_LT(canvas.height(), 2500);
}

TEST(HeatMap, ChannelsStandOneUnderTheOther) {
  HeatMap map = small_map();
  const int one = draw_heat_map(map).height();
  map.panels.push_back({"channel 2", {0, 0, 0, 0, 0, 0, 0, 7}});
  const Canvas canvas = draw_heat_map(map);
  EXPECT_GT(canvas.height(), one + 320);
  EXPECT_GE(count(canvas, viridis(0)), 8u * 250 * 160);
}

TEST(HeatMap, WithoutCellsThereIsNoPicture) {
  HeatMap map = small_map();
  map.panels[0].values.pop_back();
  EXPECT_THROW(draw_heat_map(map), Error);
  EXPECT_THROW(draw_heat_map(HeatMap{}), Error);
}

TEST(Ticks, AreRoundNumbersInsideTheRange) {
  EXPECT_EQ(round_ticks(0, 10, 10), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(round_ticks(-4.6, 2.1, 5), (std::vector<double>{-4, -2, 0, 2}));
  EXPECT_EQ(round_ticks(990, 1000, 3), (std::vector<double>{990, 995, 1000}));
  EXPECT_TRUE(round_ticks(1, 1, 5).empty());
  EXPECT_TRUE(round_ticks(0, std::numeric_limits<double>::infinity(), 5).empty());
  for (double low = -1e5; low < 1e5; low += 777.7) {
    for (const double width : {1e-6, 0.3, 17.0, 1e7}) {
      const std::vector<double> ticks = round_ticks(low, low + width, 6);
      EXPECT_LE(ticks.size(), 6u);
      for (const double tick : ticks) {
        EXPECT_GE(tick, low - 1e-9 * std::abs(low) - 1e-6 * width);
        EXPECT_LE(tick, low + width + 1e-9 * std::abs(low) + 1e-6 * width);
      }
    }
  }
  EXPECT_EQ(tick_label(0.5), "0.5");
  EXPECT_EQ(tick_label(-8000), "-8000");
}

}  // namespace
}  // namespace melgraph
