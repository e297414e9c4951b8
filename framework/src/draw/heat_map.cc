#include "draw/heat_map.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "draw/colour_map.h"
#include "draw/font.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

constexpr Colour white = {255, 255, 255};
constexpr Colour black = {0, 0, 0};
constexpr Colour grey = {110, 110, 110};
constexpr Colour red = {220, 30, 30};

constexpr int scale = 2;  // of the font
constexpr int line_height = (glyph_height + 3) * scale;
constexpr int text_middle = 7;  // pixels from the top of a text to the middle of its digits
constexpr int margin = 18;
constexpr int tick_length = 6;
constexpr int gap = 10;
constexpr int bar_width = 22;
constexpr int good_width = 1000;
constexpr int good_height = 320;
constexpr int most_width = 4000;
constexpr int most_height = 2000;

/// How cells become pixels: `group` cells are averaged, and each group is `size` pixels large.
struct Scaling {
  Scaling(int cells, int good, int most, int least) {
    group = (cells + most - 1) / most;
    count = (cells + group - 1) / group;
    size = std::max({1, good / count, least});
    if (static_cast<long>(size) * count > most) size = std::max(1, most / count);
  }
  int pixels() const { return count * size; }
  double place(double cell) const { return cell / group * size; }

  int group = 1;
  int count = 1;
  int size = 1;
};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  std::size_t not_finite = 0;

  bool empty() const { return low > high; }
  double place(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

Range range_of(const HeatMap& map) {
  Range range;
  for (const HeatPanel& panel : map.panels) {
    for (const float value : panel.values) {
      if (!std::isfinite(value)) {
        ++range.not_finite;
        continue;
      }
      range.low = std::min(range.low, static_cast<double>(value));
      range.high = std::max(range.high, static_cast<double>(value));
    }
  }
  return range;
}

int widest(const std::vector<Tick>& ticks) {
  int width = 0;
  for (const Tick& tick : ticks) width = std::max(width, text_pixels(tick.label, scale));
  return width;
}

class Drawing {
 public:
  explicit Drawing(const HeatMap& map)
      : map_(map),
        range_(range_of(map)),
        across_(map.columns, good_width, most_width, 1),
        up_(map.rows, good_height, most_height, map.row_height),
        bar_ticks_(make_bar_ticks()),
        left_(margin + std::max(widest(map.y.ticks) + tick_length + gap,
                                text_pixels(map.y.title, scale) / 2)),
        canvas_(picture_width(), picture_height(), white) {
    int y = margin;
    canvas_.text(margin, y, map.title, black, scale);
    y += line_height;
    canvas_.text(margin, y, range_text(), grey, scale);
    y += line_height + gap;
    for (std::size_t i = 0; i < map.panels.size(); ++i) {
      const HeatPanel& panel = map.panels[i];
      canvas_.text(margin, y, map.y.title, black, scale);
      const int title = std::max(left_, margin + text_pixels(map.y.title, scale) + 2 * gap);
      canvas_.text(title, y, panel.title, black, scale);
      y += line_height;
      draw_cells(panel, y);
      draw_y_axis(y);
      draw_bar(y);
      y += up_.pixels() + gap;
    }
    draw_x_axis(y - gap);
  }

  Canvas take() { return std::move(canvas_); }

 private:
  std::string range_text() const {
    if (range_.empty()) return "no value is finite";
    std::string text = "values " + tick_label(range_.low) + " to " + tick_label(range_.high);
    if (range_.not_finite > 0) {
      text += ", " + std::to_string(range_.not_finite) + " not finite (red)";
    }
    return text;
  }

  std::vector<Tick> make_bar_ticks() const {
    std::vector<Tick> ticks;
    if (range_.empty()) return ticks;
    if (!(range_.high > range_.low)) return {{0.5, tick_label(range_.low)}};
    for (const double value :
         round_ticks(range_.low, range_.high, std::max(2, up_.pixels() / (2 * line_height)))) {
      ticks.push_back({range_.place(value), tick_label(value)});
    }
    return ticks;
  }

  int plot_right() const { return left_ + across_.pixels(); }
  int picture_width() const {
    const int plots =
        plot_right() + 2 * gap + bar_width + tick_length + gap + widest(bar_ticks_) + margin;
    const int titles =
        2 * margin + std::max(text_pixels(map_.title, scale), text_pixels(range_text(), scale));
    return std::max(plots, titles);
  }
  int picture_height() const {
    const int panel = line_height + up_.pixels() + gap;
    return 2 * margin + 2 * line_height + gap + panel * static_cast<int>(map_.panels.size()) +
           tick_length + 2 * line_height;
  }

  void draw_cells(const HeatPanel& panel, int top) {
    for (int i = 0; i < across_.count; ++i) {
      for (int j = 0; j < up_.count; ++j) {
        const int y = top + (up_.count - 1 - j) * up_.size;
        canvas_.fill(left_ + i * across_.size, y, across_.size, up_.size, colour_of(panel, i, j));
      }
    }
    for (const int column : map_.separators) {
      const int x = left_ + static_cast<int>(across_.place(column));
      canvas_.fill(x, top, 1, up_.pixels(), white);
    }
    canvas_.frame(left_ - 1, top - 1, across_.pixels() + 2, up_.pixels() + 2, black);
  }

  /// Give the colour of the mean of one group of cells.
  Colour colour_of(const HeatPanel& panel, int i, int j) const {
    double sum = 0;
    int count = 0;
    for (int c = i * across_.group; c < std::min(map_.columns, (i + 1) * across_.group); ++c) {
      for (int r = j * up_.group; r < std::min(map_.rows, (j + 1) * up_.group); ++r) {
        const float value =
            panel.values[static_cast<std::size_t>(c) * static_cast<std::size_t>(map_.rows) +
                         static_cast<std::size_t>(r)];
        if (!std::isfinite(value)) return red;
        sum += static_cast<double>(value);
        ++count;
      }
    }
    return viridis(range_.place(sum / count));
  }

  void draw_y_axis(int top) {
    draw_upright(map_.y.ticks, left_ - 1 - tick_length, top, true,
                 [this](double position) { return up_.place(position); });
  }

  void draw_bar(int top) {
    const int x = plot_right() + 2 * gap;
    for (int y = 0; y < up_.pixels(); ++y) {
      const double value = (up_.pixels() - 0.5 - y) / up_.pixels();
      canvas_.fill(x, top + y, bar_width, 1, viridis(value));
    }
    canvas_.frame(x - 1, top - 1, bar_width + 2, up_.pixels() + 2, black);
    draw_upright(bar_ticks_, x + bar_width + 1, top, false,
                 [this](double position) { return position * up_.pixels(); });
  }

  /// Draw the marks of an upright axis at `x`, labels on one side of them.
  template <class Place>
  void draw_upright(const std::vector<Tick>& ticks, int x, int top, bool labels_left, Place place) {
    int free_below = std::numeric_limits<int>::max();
    for (const Tick& tick : ticks) {
      const int y = top + up_.pixels() - 1 - static_cast<int>(place(tick.position));
      if (y < top - 1 || y > top + up_.pixels() || y + line_height / 2 > free_below) continue;
      free_below = y - line_height / 2;
      canvas_.fill(x, y, tick_length, 1, black);
      const int width = text_pixels(tick.label, scale);
      const int text_x = labels_left ? x - gap / 2 - width : x + tick_length + gap / 2;
      canvas_.text(text_x, y - text_middle, tick.label, black, scale);
    }
  }

  void draw_x_axis(int y) {
    int free_from = std::numeric_limits<int>::min();
    for (const Tick& tick : map_.x.ticks) {
      const int x = left_ + static_cast<int>(across_.place(tick.position));
      const int width = text_pixels(tick.label, scale);
      if (x < left_ || x > plot_right() || x - width / 2 < free_from) continue;
      free_from = x + width / 2 + 2 * gap;
      canvas_.fill(x, y + 1, 1, tick_length, black);
      canvas_.text(x - width / 2, y + tick_length + gap / 2, tick.label, black, scale);
    }
    const int middle = left_ + across_.pixels() / 2;
    const int x = std::max(margin, middle - text_pixels(map_.x.title, scale) / 2);
    canvas_.text(x, y + tick_length + gap / 2 + line_height, map_.x.title, black, scale);
  }

  const HeatMap& map_;
  const Range range_;
  const Scaling across_;
  const Scaling up_;
  const std::vector<Tick> bar_ticks_;
  const int left_;
  Canvas canvas_;
};

}  // namespace

std::vector<double> round_ticks(double low, double high, int most) {
  std::vector<double> ticks;
  const double width = high - low;
  if (!(width > 0) || !std::isfinite(width)) return ticks;
  const double power = std::pow(10.0, std::floor(std::log10(width / most)));
  for (const double factor : {1.0, 2.0, 5.0, 10.0, 20.0, 50.0}) {
    const double step = factor * power;
    const double first = std::ceil(low / step - 1e-9);
    const double last = std::floor(high / step + 1e-9);
    if (last - first + 1 > most) continue;
    for (double k = first; k <= last; ++k) ticks.push_back(k * step + 0.0);
    break;
  }
  return ticks;
}

std::string tick_label(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", value);
  return text;
}

Canvas draw_heat_map(const HeatMap& map) {
  const std::size_t cells = static_cast<std::size_t>(std::max(0, map.columns)) *
                            static_cast<std::size_t>(std::max(0, map.rows));
  bool whole = cells > 0 && !map.panels.empty();
  for (const HeatPanel& panel : map.panels) whole = whole && panel.values.size() == cells;
  if (!whole) throw Error(ErrorCode::run_time, "there is nothing to draw: the plot has no cells");
  return Drawing(map).take();
}

}  // namespace melgraph
