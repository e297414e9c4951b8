#include "settings.h"

#include <limits>

namespace melgraph::gst {

namespace {

constexpr auto readable = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
constexpr auto in_null =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
constexpr auto at_any_time = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                      GST_PARAM_MUTABLE_PLAYING);

GType mode_type() {
  static const GType type = [] {
    static const GEnumValue values[] = {
        {static_cast<int>(Mode::async),
         "Classify beside the stream: buffers never wait, windows may be dropped", "async"},
        {static_cast<int>(Mode::sync),
         "A buffer leaves when the windows that end in it are classified; none is dropped", "sync"},
        {0, nullptr, nullptr}};
    const GType made = g_enum_register_static("GstMelgraphMode", values);
    gst_type_mark_as_plugin_api(made, static_cast<GstPluginAPIFlags>(0));
    return made;
  }();
  return type;
}

GType leaky_type() {
  static const GType type = [] {
    static const GEnumValue values[] = {
        {static_cast<int>(stream::Leaky::no), "Nothing is dropped: the stream waits", "no"},
        {static_cast<int>(stream::Leaky::upstream), "New windows are dropped", "upstream"},
        {static_cast<int>(stream::Leaky::downstream), "The oldest waiting windows are dropped",
         "downstream"},
        {0, nullptr, nullptr}};
    const GType made = g_enum_register_static("GstMelgraphLeaky", values);
    gst_type_mark_as_plugin_api(made, static_cast<GstPluginAPIFlags>(0));
    return made;
  }();
  return type;
}

GType on_error_type() {
  static const GType type = [] {
    static const GEnumValue values[] = {
        {static_cast<int>(OnError::fail), "An error message, and the stream ends", "fail"},
        {static_cast<int>(OnError::passthrough),
         "A warning, and the sound passes without being classified", "passthrough"},
        {0, nullptr, nullptr}};
    const GType made = g_enum_register_static("GstMelgraphOnError", values);
    gst_type_mark_as_plugin_api(made, static_cast<GstPluginAPIFlags>(0));
    return made;
  }();
  return type;
}

GType results_format_type() {
  static const GType type = [] {
    static const GEnumValue values[] = {
        {static_cast<int>(ResultsFormat::json), "One JSON object a result", "json"},
        {static_cast<int>(ResultsFormat::text), "Labels and scores for people, as for subtitles",
         "text"},
        {0, nullptr, nullptr}};
    const GType made = g_enum_register_static("GstMelgraphResultsFormat", values);
    gst_type_mark_as_plugin_api(made, static_cast<GstPluginAPIFlags>(0));
    return made;
  }();
  return type;
}

std::string text_of(const GValue* value) {
  const char* text = g_value_get_string(value);
  return text != nullptr ? text : "";
}

void give_text(GValue* value, const std::string& text) {
  g_value_set_string(value, text.empty() ? nullptr : text.c_str());
}

gboolean add_setting(GQuark field, const GValue* value, gpointer user) {
  auto& request = *static_cast<stream::GraphRequest*>(user);
  std::string text;
  if (G_VALUE_HOLDS_STRING(value)) {
    text = text_of(value);
  } else if (char* written = gst_value_serialize(value); written != nullptr) {
    text = written;
    g_free(written);
  }
  request.settings.emplace_back(g_quark_to_string(field), text);
  return TRUE;
}

}  // namespace

void install_properties(GObjectClass* type) {
  const auto add = [type](Property id, GParamSpec* spec) {
    g_object_class_install_property(type, id, spec);
  };
  const auto text = [&](Property id, const char* name, const char* nick, const char* blurb,
                        const char* standard, GParamFlags flags) {
    add(id, g_param_spec_string(name, nick, blurb, standard, flags));
  };
  const auto flag = [&](Property id, const char* name, const char* nick, const char* blurb,
                        gboolean standard, GParamFlags flags) {
    add(id, g_param_spec_boolean(name, nick, blurb, standard, flags));
  };
  const auto time = [&](Property id, const char* name, const char* nick, const char* blurb,
                        GParamFlags flags) {
    add(id, g_param_spec_uint64(name, nick, blurb, 0, G_MAXINT64, 0, flags));
  };
  const auto number = [&](Property id, const char* name, const char* nick, const char* blurb) {
    add(id, g_param_spec_double(name, nick, blurb, -G_MAXDOUBLE, G_MAXDOUBLE, 0, at_any_time));
  };
  const Settings standard;
  text(property_graph, "graph", "Graph",
       "Graph to run: a JSON file, a bundle folder, or the name of an installed one; in place of "
       "`graph-json`",
       nullptr, at_any_time);
  text(property_graph_json, "graph-json", "Graph as text",
       "The graph's JSON itself, in place of `graph`; paths in it are relative to the working "
       "directory",
       nullptr, at_any_time);
  text(property_settings, "settings", "Settings",
       "Values of the graph's placeholders, such as \"weights=/data/yamnet.safetensors, top=3\"; "
       "text with spaces or commas stands in quotes",
       nullptr, at_any_time);
  text(property_device, "device", "Device", "Where the graph runs: auto, cpu, cuda or cuda:N",
       standard.device.c_str(), in_null);
  text(property_precision, "precision", "Precision", "Of networks: f32, fast, bf16, f16 or tf32",
       standard.precision.c_str(), in_null);
  flag(property_trust_code, "trust-code", "Trust code",
       "Allow weights that are code (TorchScript, AOTInductor)", FALSE, in_null);
  time(property_window, "window", "Window",
       "Length and hop, in nanoseconds, of the windows of a graph that takes the whole input "
       "(0: as the graph has it)",
       in_null);
  add(property_max_batch,
      g_param_spec_uint64("max-batch", "Largest batch",
                          "Most windows of all streams computed together (0: by device)", 0, 65536,
                          0, in_null));
  time(property_max_delay, "max-delay", "Delay for a batch",
       "Nanoseconds that a free worker waits for a batch to fill", in_null);
  text(property_batch_group, "batch-group", "Batch group",
       "Elements of one process with equal graph, settings, device and group share one engine and "
       "its batches",
       nullptr, in_null);
  add(property_mode,
      g_param_spec_enum("mode", "Mode", "Whether buffers wait for the classification", mode_type(),
                        static_cast<int>(standard.mode), in_null));
  add(property_leaky,
      g_param_spec_enum("leaky", "Leaky",
                        "Which windows are dropped where they come faster than they are "
                        "classified (mode async)",
                        leaky_type(), static_cast<int>(standard.leaky), in_null));
  add(property_max_queued_windows,
      g_param_spec_int("max-queued-windows", "Queued windows",
                       "Most windows of this stream that wait for the engine", 1, G_MAXINT,
                       standard.max_queued_windows, in_null));
  add(property_on_error,
      g_param_spec_enum("on-error", "On error", "What happens where the classification fails",
                        on_error_type(), static_cast<int>(standard.on_error), at_any_time));
  flag(property_post_messages, "post-messages", "Post messages",
       "Post an element message for each result", TRUE, at_any_time);
  flag(property_result_meta, "result-meta", "Attach results",
       "Attach results to the buffers that leave after them, as custom meta `melgraph`", FALSE,
       at_any_time);
#ifdef MELGRAPH_WITH_ANALYTICS
  flag(property_analytics_meta, "analytics-meta", "Attach analytics",
       "Attach GstAnalyticsClsMtd to the buffers that leave after a result; audioconvert and "
       "audioresample drop it",
       FALSE, at_any_time);
#endif
  add(property_results_format,
      g_param_spec_enum("results-format", "Format of results",
                        "What the pad `results` gives for each result", results_format_type(),
                        static_cast<int>(standard.results_format), at_any_time));
  number(property_threshold, "threshold", "Threshold", "Least score of a class to be reported");
  add(property_top_k,
      g_param_spec_uint("top-k", "Top k", "Most classes of a result, best first (0: all)", 0,
                        G_MAXUINT, 0, at_any_time));
  number(property_event_on, "event-on", "Event on",
         "Score at which a class begins: posts begin and end (0: no events)");
  number(property_event_off, "event-off", "Event off",
         "Score below which a class that has begun ends");
  time(property_event_min_duration, "event-min-duration", "Shortest event",
       "Nanoseconds that a class must last to be posted as event", at_any_time);
  add(property_stats,
      g_param_spec_boxed("stats", "Statistics",
                         "Windows, results, drops, latencies in nanoseconds, mean batch",
                         GST_TYPE_STRUCTURE, readable));
}

bool set_field(Settings& settings, guint property, const GValue* value) {
  switch (property) {
    // One takes the place of the other, so that either can be changed to while playing.
    case property_graph:
      settings.graph = text_of(value);
      if (!settings.graph.empty()) settings.graph_json.clear();
      break;
    case property_graph_json:
      settings.graph_json = text_of(value);
      if (!settings.graph_json.empty()) settings.graph.clear();
      break;
    case property_settings: settings.settings = text_of(value); break;
    case property_device: settings.device = text_of(value); break;
    case property_precision: settings.precision = text_of(value); break;
    case property_trust_code: settings.trust_code = g_value_get_boolean(value) != FALSE; break;
    case property_window: settings.window = g_value_get_uint64(value); break;
    case property_max_batch: settings.max_batch = g_value_get_uint64(value); break;
    case property_max_delay: settings.max_delay = g_value_get_uint64(value); break;
    case property_batch_group: settings.batch_group = text_of(value); break;
    case property_mode: settings.mode = static_cast<Mode>(g_value_get_enum(value)); break;
    case property_leaky:
      settings.leaky = static_cast<stream::Leaky>(g_value_get_enum(value));
      break;
    case property_max_queued_windows: settings.max_queued_windows = g_value_get_int(value); break;
    case property_on_error:
      settings.on_error = static_cast<OnError>(g_value_get_enum(value));
      break;
    case property_post_messages:
      settings.post_messages = g_value_get_boolean(value) != FALSE;
      break;
    case property_result_meta: settings.result_meta = g_value_get_boolean(value) != FALSE; break;
    case property_analytics_meta:
      settings.analytics_meta = g_value_get_boolean(value) != FALSE;
      break;
    case property_results_format:
      settings.results_format = static_cast<ResultsFormat>(g_value_get_enum(value));
      break;
    case property_threshold: settings.threshold = g_value_get_double(value); break;
    case property_top_k: settings.top_k = g_value_get_uint(value); break;
    case property_event_on: settings.event_on = g_value_get_double(value); break;
    case property_event_off: settings.event_off = g_value_get_double(value); break;
    case property_event_min_duration:
      settings.event_min_duration = g_value_get_uint64(value);
      break;
    default: return false;
  }
  return true;
}

bool get_field(const Settings& settings, guint property, GValue* value) {
  switch (property) {
    case property_graph: give_text(value, settings.graph); break;
    case property_graph_json: give_text(value, settings.graph_json); break;
    case property_settings: give_text(value, settings.settings); break;
    case property_device: give_text(value, settings.device); break;
    case property_precision: give_text(value, settings.precision); break;
    case property_trust_code: g_value_set_boolean(value, settings.trust_code); break;
    case property_window: g_value_set_uint64(value, settings.window); break;
    case property_max_batch: g_value_set_uint64(value, settings.max_batch); break;
    case property_max_delay: g_value_set_uint64(value, settings.max_delay); break;
    case property_batch_group: give_text(value, settings.batch_group); break;
    case property_mode: g_value_set_enum(value, static_cast<int>(settings.mode)); break;
    case property_leaky: g_value_set_enum(value, static_cast<int>(settings.leaky)); break;
    case property_max_queued_windows: g_value_set_int(value, settings.max_queued_windows); break;
    case property_on_error: g_value_set_enum(value, static_cast<int>(settings.on_error)); break;
    case property_post_messages: g_value_set_boolean(value, settings.post_messages); break;
    case property_result_meta: g_value_set_boolean(value, settings.result_meta); break;
    case property_analytics_meta: g_value_set_boolean(value, settings.analytics_meta); break;
    case property_results_format:
      g_value_set_enum(value, static_cast<int>(settings.results_format));
      break;
    case property_threshold: g_value_set_double(value, settings.threshold); break;
    case property_top_k: g_value_set_uint(value, settings.top_k); break;
    case property_event_on: g_value_set_double(value, settings.event_on); break;
    case property_event_off: g_value_set_double(value, settings.event_off); break;
    case property_event_min_duration: g_value_set_uint64(value, settings.event_min_duration); break;
    default: return false;
  }
  return true;
}

stream::GraphRequest graph_request(const Settings& settings) {
  stream::GraphRequest request;
  if (settings.graph.empty() && settings.graph_json.empty()) {
    throw Error(ErrorCode::usage, "no graph is set",
                "set the property graph to a file, a bundle or the name of an installed one");
  }
  request.graph = settings.graph;
  request.graph_text = settings.graph_json;
  if (!settings.settings.empty()) {
    GstStructure* fields =
        gst_structure_from_string(("settings, " + settings.settings).c_str(), nullptr);
    if (fields == nullptr) {
      throw Error(ErrorCode::usage, "settings cannot be read: " + settings.settings,
                  "write name=value, name=\"text with spaces\"");
    }
    gst_structure_foreach(fields, add_setting, &request);
    gst_structure_free(fields);
  }
  request.device = settings.device;
  request.precision = settings.precision;
  request.trust_code = settings.trust_code;
  request.window = static_cast<double>(settings.window) * 1e-9;
  request.max_batch = static_cast<int>(settings.max_batch);
  request.max_delay = static_cast<double>(settings.max_delay) * 1e-9;
  request.group = settings.batch_group;
  return request;
}

bool same_request(const stream::GraphRequest& a, const stream::GraphRequest& b) {
  return a.graph == b.graph && a.graph_text == b.graph_text && a.settings == b.settings &&
         a.device == b.device && a.precision == b.precision && a.trust_code == b.trust_code &&
         a.window == b.window && a.max_batch == b.max_batch && a.max_delay == b.max_delay &&
         a.group == b.group;
}

}  // namespace melgraph::gst
