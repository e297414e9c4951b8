#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <string>
#include <vector>

#include "host_graph.h"
#include "stream_worker.h"

namespace melgraph::gst {

enum class Mode { async, sync };
enum class OnError { fail, passthrough };
enum class ResultsFormat { json, text };

/// Values of the element's properties.
struct Settings {
  std::string graph;
  std::string graph_json;
  std::string settings;  ///< fields of a GstStructure: `name=value, name=value`
  std::string device = "auto";
  std::string precision = "f32";
  bool trust_code = false;
  std::uint64_t window = 0;  ///< nanoseconds
  std::uint64_t max_batch = 0;
  std::uint64_t max_delay = 0;  ///< nanoseconds
  std::string batch_group;

  Mode mode = Mode::async;
  stream::Leaky leaky = stream::Leaky::downstream;
  int max_queued_windows = 16;
  OnError on_error = OnError::fail;

  bool post_messages = true;
  bool result_meta = false;
  bool analytics_meta = false;
  ResultsFormat results_format = ResultsFormat::json;
  double threshold = 0;
  unsigned top_k = 0;
  double event_on = 0;
  double event_off = 0;
  std::uint64_t event_min_duration = 0;
};

enum Property : guint {
  property_none,
  property_graph,
  property_graph_json,
  property_settings,
  property_device,
  property_precision,
  property_trust_code,
  property_window,
  property_max_batch,
  property_max_delay,
  property_batch_group,
  property_mode,
  property_leaky,
  property_max_queued_windows,
  property_on_error,
  property_post_messages,
  property_result_meta,
  property_analytics_meta,
  property_results_format,
  property_threshold,
  property_top_k,
  property_event_on,
  property_event_off,
  property_event_min_duration,
  property_stats,
};

void install_properties(GObjectClass* type);
/// Set the field of a property; returns false for one that is not a field of `Settings`.
bool set_field(Settings& settings, guint property, const GValue* value);
bool get_field(const Settings& settings, guint property, GValue* value);

/// Return what is to be loaded. Throws `Error` where `settings` cannot be read.
stream::GraphRequest graph_request(const Settings& settings);
/// Whether two requests are for the same.
bool same_request(const stream::GraphRequest& a, const stream::GraphRequest& b);

}  // namespace melgraph::gst
