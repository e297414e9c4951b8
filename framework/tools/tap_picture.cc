#include "tap_picture.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "band_axis.h"
#include "draw/heat_map.h"
#include "graph/graph.h"
#include "io/npy.h"
#include "melgraph/error.h"

namespace melgraph::cli {

namespace {

constexpr std::size_t most_labels = 64;  // classes whose names stand at the axis
constexpr int label_height = 22;         // pixels of a row with a name
constexpr int most_ticks = 10;

/// Where an item of features has its axes; sizes are those of the first item.
struct Layout {
  std::int64_t channels = 1;
  std::int64_t frames = 0;
  std::int64_t bands = 0;
  std::string band_axis;
  bool time_first = true;

  /// Give the place of a value in an item.
  std::size_t place(std::int64_t channel, std::int64_t frame, std::int64_t band) const {
    const std::int64_t inner = time_first ? frame * bands + band : band * frames + frame;
    return static_cast<std::size_t>(channel * frames * bands + inner);
  }
};

/// Axes of an item: those of the spec without the item axis.
bool has_time_and_band(const PortSpec& spec) {
  if (spec.axes.size() < 3 || spec.axes.size() > 4) return false;
  const std::string& a = spec.axes[spec.axes.size() - 2].name;
  const std::string& b = spec.axes.back().name;
  return (a == "time") != (b == "time");
}

Layout layout_of(const PortSpec& spec, const std::vector<std::int64_t>& shape) {
  Layout layout;
  const std::size_t last = shape.size() - 1;
  layout.time_first = spec.axes.back().name != "time";
  layout.frames = shape[layout.time_first ? last - 1 : last];
  layout.bands = shape[layout.time_first ? last : last - 1];
  layout.band_axis = spec.axes[spec.axes.size() - (layout.time_first ? 1 : 2)].name;
  if (shape.size() == 3) layout.channels = shape[0];
  return layout;
}

bool follow_each_other(const std::vector<Result>& items, double length, double hop) {
  for (std::size_t i = 1; i < items.size(); ++i) {
    if (std::abs(items[i].start - items[i - 1].start - length) > 0.5 * hop) return false;
  }
  return true;
}

void set_time_axis(HeatMap& map, const std::vector<Result>& items, std::int64_t frames,
                   double hop) {
  if (!(hop > 0)) {
    map.x.title = "step";
    for (const double value : round_ticks(0, map.columns, most_ticks)) {
      map.x.ticks.push_back({value, tick_label(value)});
    }
    return;
  }
  const double start = items.front().start;
  if (follow_each_other(items, static_cast<double>(frames) * hop, hop)) {
    map.x.title = "time (s)";
    for (const double value : round_ticks(start, start + map.columns * hop, most_ticks)) {
      map.x.ticks.push_back({(value - start) / hop, tick_label(value)});
    }
    return;
  }
  map.x.title = "start of each window (s)";
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto column = static_cast<int>(static_cast<std::int64_t>(i) * frames);
    map.x.ticks.push_back({static_cast<double>(column), tick_label(items[i].start)});
    if (i > 0) map.separators.push_back(column);
  }
}

/// Seconds of one frame: the hop, or, where an image was resized, its part of the window.
double frame_seconds(const ResolvedGraph& graph, int edge, const Result& item,
                     std::int64_t frames) {
  const Edge& at = graph.edges[static_cast<std::size_t>(edge)];
  if (at.spec.hop > 0 || at.grid < 0 || frames == 0) return at.spec.hop;
  const Grid& grid = graph.grids[static_cast<std::size_t>(at.grid)];
  if (grid.expanded_by >= 0) return 0;
  const View& view = graph.views[static_cast<std::size_t>(grid.view)];
  const double seconds =
      view.window > 0 ? static_cast<double>(view.window) / view.sample_rate : item.end - item.start;
  return seconds / static_cast<double>(frames);
}

HeatMap spectrogram(const Graph& graph, std::size_t output, const std::vector<Result>& items) {
  const PortSpec& spec = graph.outputs()[output].spec;
  const Layout layout = layout_of(spec, items.front().shape);
  HeatMap map;
  map.columns = static_cast<int>(static_cast<std::int64_t>(items.size()) * layout.frames);
  map.rows = static_cast<int>(layout.bands);
  for (std::int64_t c = 0; c < layout.channels; ++c) {
    HeatPanel panel;
    if (layout.channels > 1) panel.title = "channel " + std::to_string(c + 1);
    panel.values.reserve(static_cast<std::size_t>(map.columns) *
                         static_cast<std::size_t>(map.rows));
    for (const Result& item : items) {
      for (std::int64_t t = 0; t < layout.frames; ++t) {
        for (std::int64_t b = 0; b < layout.bands; ++b) {
          panel.values.push_back(item.values[layout.place(c, t, b)]);
        }
      }
    }
    map.panels.push_back(std::move(panel));
  }
  const ResolvedGraph& resolved = graph.resolved();
  const int edge = resolved.output_edges[output];
  set_time_axis(map, items, layout.frames,
                frame_seconds(resolved, edge, items.front(), layout.frames));
  map.y = band_axis(resolved, edge, layout.band_axis, layout.bands);
  return map;
}

HeatMap table(const PortSpec& spec, const std::vector<Result>& items) {
  HeatMap map;
  map.columns = static_cast<int>(items.size());
  map.rows = static_cast<int>(items.front().values.size());
  const auto rows = static_cast<std::size_t>(map.rows);
  HeatPanel panel;
  for (const Result& item : items) {
    panel.values.insert(panel.values.end(), item.values.rbegin(), item.values.rend());
  }
  map.panels.push_back(std::move(panel));
  map.y.title = spec.axes.back().name;
  if (spec.labels != nullptr && spec.labels->size() == rows && rows <= most_labels) {
    map.row_height = label_height;
    for (std::size_t i = rows; i-- > 0;) {
      map.y.ticks.push_back({static_cast<double>(rows - i) - 0.5, (*spec.labels)[i]});
    }
  } else {
    std::vector<double> ticks = round_ticks(0, map.rows - 1, most_ticks);
    if (ticks.empty()) ticks = {0};
    std::reverse(ticks.begin(), ticks.end());
    for (const double value : ticks) {
      map.y.ticks.push_back({map.rows - value - 0.5, tick_label(value)});
    }
  }
  const std::string& item = spec.axes.front().name;
  const bool clip = item == "clip";
  map.x.title = clip ? item : "start of each " + item + " (s)";
  for (std::size_t i = 0; i < items.size() && !clip; ++i) {
    map.x.ticks.push_back({static_cast<double>(i), tick_label(items[i].start)});
  }
  return map;
}

}  // namespace

void check_drawable(const OutputInfo& output) {
  const PortSpec& spec = output.spec;
  const bool is_table =
      spec.axes.size() == 2 &&
      (spec.kind == Kind::scores || spec.kind == Kind::logits || spec.kind == Kind::embedding);
  if (is_table || (spec.kind == Kind::features && has_time_and_band(spec))) return;
  throw Error(ErrorCode::usage,
              "--tap-format png cannot draw " + output.name + " (" + to_string(spec) + ")",
              "features over time, scores, logits and embeddings have pictures; .npy holds "
              "any edge");
}

Canvas draw_tap(const Graph& graph, std::size_t output, const std::vector<Result>& items,
                const std::string& file) {
  const OutputInfo& info = graph.outputs()[output];
  if (items.empty() || items.front().values.empty()) {
    throw Error(ErrorCode::run_time, file + ": " + info.name + " gave nothing to draw");
  }
  HeatMap map = info.spec.kind == Kind::features ? spectrogram(graph, output, items)
                                                 : table(info.spec, items);
  std::vector<std::int64_t> shape = {static_cast<std::int64_t>(items.size())};
  shape.insert(shape.end(), items.front().shape.begin(), items.front().shape.end());
  map.title = file + "   " + info.name + " " + shape_text(shape);
  return draw_heat_map(map);
}

}  // namespace melgraph::cli
