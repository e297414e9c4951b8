#include "result_structure.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

namespace melgraph::gst {

std::vector<RankedClass> rank_classes(const float* values, std::size_t count,
                                      const char* const* labels, std::size_t label_count,
                                      double threshold, unsigned top_k) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isfinite(values[i]) && values[i] >= threshold) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  if (top_k > 0 && order.size() > top_k) order.resize(top_k);
  std::vector<RankedClass> classes;
  for (const std::size_t i : order) {
    classes.push_back({i, i < label_count ? labels[i] : std::to_string(i), values[i]});
  }
  return classes;
}

GstStructure* to_structure(const TimedReport& report) {
  GstStructure* structure = gst_structure_new(
      "melgraph", "kind", G_TYPE_STRING, report.kind.c_str(), "output", G_TYPE_STRING,
      report.output.c_str(), "graph", G_TYPE_STRING, report.graph.c_str(), "window-index",
      G_TYPE_UINT64, report.index, "timestamp", G_TYPE_UINT64, report.timestamp, "stream-time",
      G_TYPE_UINT64, report.stream_time, "running-time", G_TYPE_UINT64, report.running_time,
      "duration", G_TYPE_UINT64, report.duration, "latency", G_TYPE_UINT64, report.latency,
      "dropped", G_TYPE_UINT64, report.dropped, nullptr);
  GValue classes = G_VALUE_INIT;
  gst_value_array_init(&classes, static_cast<guint>(report.classes.size()));
  for (const RankedClass& one : report.classes) {
    GValue value = G_VALUE_INIT;
    g_value_init(&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&value,
                       gst_structure_new("class", "index", G_TYPE_INT, static_cast<int>(one.index),
                                         "label", G_TYPE_STRING, one.label.c_str(), "confidence",
                                         G_TYPE_DOUBLE, one.confidence, nullptr));
    gst_value_array_append_and_take_value(&classes, &value);
  }
  gst_structure_take_value(structure, "classes", &classes);
  return structure;
}

std::string to_json_line(const TimedReport& report) {
  const auto seconds = [](GstClockTime time) -> nlohmann::ordered_json {
    if (!GST_CLOCK_TIME_IS_VALID(time)) return nullptr;
    return static_cast<double>(time) / 1e9;  // so that 0.975 stays 0.975
  };
  nlohmann::ordered_json line = {{"schema", "melgraph.stream/1"},
                                 {"kind", report.kind},
                                 {"output", report.output},
                                 {"graph", report.graph},
                                 {"index", report.index},
                                 {"start", seconds(report.timestamp)},
                                 {"end", seconds(report.timestamp + report.duration)},
                                 {"stream_time", seconds(report.stream_time)},
                                 {"scores", nlohmann::ordered_json::array()}};
  for (const RankedClass& one : report.classes) {
    line["scores"].push_back({{"label", one.label}, {"score", one.confidence}});
  }
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string to_text_line(const TimedReport& report) {
  std::string text = report.kind == "begin" || report.kind == "end" ? report.kind + ": " : "";
  for (std::size_t i = 0; i < report.classes.size(); ++i) {
    char score[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(score, sizeof(score), "%.2f", report.classes[i].confidence);
    text += (i > 0 ? ", " : "") + report.classes[i].label + ' ' + score;
  }
  return text;
}

}  // namespace melgraph::gst
