#pragma once

#include <string>
#include <vector>

#include "draw/canvas.h"
#include "melgraph/export.h"

namespace melgraph {

/// One mark of an axis; `position` counts cells from the left or lower edge of the plot.
struct Tick {
  double position = 0;
  std::string label;
};

struct PlotAxis {
  std::string title;
  std::vector<Tick> ticks;  ///< by position; those that would touch the one before are left out
};

/// One plot: `columns` x `rows` cells, [column][row]; row 0 is at the bottom.
struct HeatPanel {
  std::string title;  ///< empty: none
  std::vector<float> values;
};

/// Plots one under the other, with axes, one colour scale and its bar.
struct HeatMap {
  std::string title;
  int columns = 0;
  int rows = 0;
  PlotAxis x;
  PlotAxis y;
  std::vector<int> separators;  ///< columns before which a line stands
  int row_height = 1;           ///< pixels of a row at least, so that its label fits
  std::vector<HeatPanel> panels;
};

/// Draw plots. Cells that would be smaller than a pixel are averaged; what is not finite is red,
/// and its number is told. Throws `Error` (run_time) where there is no cell.
MELGRAPH_API Canvas draw_heat_map(const HeatMap& map);

/// Give round numbers, 1, 2 or 5 times a power of ten apart, from `low` to `high`: at most `most`
/// (2 or more) of them.
MELGRAPH_API std::vector<double> round_ticks(double low, double high, int most);

/// Write a number for an axis, as `%.6g`.
MELGRAPH_API std::string tick_label(double value);

}  // namespace melgraph
