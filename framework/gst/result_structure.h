#pragma once

#include <gst/gst.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace melgraph::gst {

/// One class of a result.
struct RankedClass {
  std::size_t index = 0;
  std::string label;
  double confidence = 0;
};

/// One result as it is told: in a message, in a meta, as a line of text.
struct TimedReport {
  std::string kind;    ///< `window`, `clip`, `event`, or `begin`, `end`
  std::string output;  ///< its name in the graph's `outputs`
  std::string graph;
  std::uint64_t index = 0;
  GstClockTime timestamp = GST_CLOCK_TIME_NONE;  ///< of its first sample, as a buffer's
  GstClockTime duration = 0;
  GstClockTime stream_time = GST_CLOCK_TIME_NONE;
  GstClockTime running_time = GST_CLOCK_TIME_NONE;
  GstClockTime latency = 0;  ///< from the arrival of its last sample to now
  std::uint64_t dropped = 0;
  std::vector<RankedClass> classes;  ///< best first
};

/// Choose the classes with at least `threshold`, best first, at most `top_k` (0: all). Values of
/// minus infinity are never chosen: the graph left them out.
std::vector<RankedClass> rank_classes(const float* values, std::size_t count,
                                      const char* const* labels, std::size_t label_count,
                                      double threshold, unsigned top_k);

/// Write a report as structure `melgraph`.
GstStructure* to_structure(const TimedReport& report);
/// Write it as one JSON object, times in seconds of the media.
std::string to_json_line(const TimedReport& report);
/// Write its classes as `dog 0.85, rooster 0.13`; of events with what happens to them.
std::string to_text_line(const TimedReport& report);

}  // namespace melgraph::gst
