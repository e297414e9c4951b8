/**
 * SECTION:element-melgraph
 * @title: melgraph
 * @short_description: classifies sound with a Melgraph graph and lets it pass untouched
 *
 * Runs any Melgraph graph on the sound that flows through, whatever its format, rate and number of
 * channels. Results come as element messages, as custom meta (#GstMelgraph:result-meta) and as
 * lines of JSON on the request pad `results`, each with the exact times of its window.
 *
 * A message is a structure `melgraph` with the fields
 *
 * | field | type | meaning |
 * | --- | --- | --- |
 * | `kind` | string | `window`, `clip` or `event`; `begin` or `end` of a class |
 * | `output` | string | name of the output in the graph |
 * | `graph` | string | name of the graph |
 * | `window-index` | guint64 | counts the results of the output |
 * | `timestamp` | guint64 | of the window's first sample, as a buffer's |
 * | `stream-time`, `running-time` | guint64 | the same in stream time and running time |
 * | `duration` | guint64 | of the window's real sound |
 * | `latency` | guint64 | from the arrival of the window's end to the message |
 * | `dropped` | guint64 | windows dropped so far |
 * | `classes` | array | structures `class` with `index`, `label` and `confidence`, best first |
 *
 * ## Example
 * |[
 * gst-launch-1.0 -m filesrc location=dog.wav ! decodebin ! audioconvert !
 *     melgraph graph=esc10 ! autoaudiosink
 * ]|
 *
 * Since: 0.1
 */
#include "element.h"

#include "bus.h"
#include "result_meta.h"
#include "stream_state.h"

GST_DEBUG_CATEGORY(melgraph_debug);
GST_DEBUG_CATEGORY(melgraph_engine_debug);

using melgraph::gst::StreamState;

struct _GstMelgraph {
  GstAudioFilter parent;
  StreamState* state;
};

G_DEFINE_TYPE_WITH_CODE(GstMelgraph, gst_melgraph, GST_TYPE_AUDIO_FILTER,
                        GST_DEBUG_CATEGORY_INIT(melgraph_debug, "melgraph", 0, "melgraph element");
                        GST_DEBUG_CATEGORY_INIT(melgraph_engine_debug, "melgraphengine", 0,
                                                "Melgraph's engine"))
GST_ELEMENT_REGISTER_DEFINE(melgraph, "melgraph", GST_RANK_NONE, GST_TYPE_MELGRAPH)

namespace {

GstStaticPadTemplate results_template = GST_STATIC_PAD_TEMPLATE(
    "results", GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS("text/x-raw, format = (string) utf8"));

constexpr char formats[] = "{ S8, U8, " GST_AUDIO_NE(S16) ", " GST_AUDIO_NE(U16) ", " GST_AUDIO_NE(
    S24_32) ", " GST_AUDIO_NE(U24_32) ", " GST_AUDIO_NE(S32) ", " GST_AUDIO_NE(U32) ", "
                                                                                    GST_AUDIO_NE(S24) ", " GST_AUDIO_NE(U24) ", " GST_AUDIO_NE(S20) ", " GST_AUDIO_NE(U20) ", " GST_AUDIO_NE(S18) ", " GST_AUDIO_NE(U18) ", " GST_AUDIO_NE(
    F32) ", " GST_AUDIO_NE(F64) " }";

StreamState& state_of(gpointer object) {
  return *GST_MELGRAPH(object)->state;
}

/// Run `work`; no exception may pass through C.
template <class Result, class Work>
Result guarded(gpointer object, Result failed, Work work) noexcept {
  try {
    return work();
  } catch (const std::exception& error) {
    melgraph::gst::post_error(GST_ELEMENT(object),
                              melgraph::Error(melgraph::ErrorCode::internal, error.what()), false);
  }
  return failed;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  guarded(object, 0, [&] {
    if (!state_of(object).set_property(id, value)) {
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
    return 0;
  });
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  guarded(object, 0, [&] {
    if (!state_of(object).get_property(id, value)) {
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
    return 0;
  });
}

void finalize(GObject* object) {
  delete GST_MELGRAPH(object)->state;
  G_OBJECT_CLASS(gst_melgraph_parent_class)->finalize(object);
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  if (transition == GST_STATE_CHANGE_NULL_TO_READY) {
    if (!guarded(element, false, [&] { return state_of(element).load(); })) {
      return GST_STATE_CHANGE_FAILURE;
    }
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    // The pads stop once the streaming thread comes back, which may wait for the engine.
    guarded(element, 0, [&] {
      state_of(element).interrupt();
      return 0;
    });
  }
  const GstStateChangeReturn result =
      GST_ELEMENT_CLASS(gst_melgraph_parent_class)->change_state(element, transition);
  const bool down_to_null = transition == GST_STATE_CHANGE_READY_TO_NULL;
  const bool never_ready =
      transition == GST_STATE_CHANGE_NULL_TO_READY && result == GST_STATE_CHANGE_FAILURE;
  if (down_to_null || never_ready) {
    guarded(element, 0, [&] {
      state_of(element).unload();
      return 0;
    });
  }
  return result;
}

GstPad* request_new_pad(GstElement* element, GstPadTemplate* pad_template, const gchar* name,
                        const GstCaps*) {
  return guarded(element, static_cast<GstPad*>(nullptr), [&] {
    return state_of(element).request_results(pad_template, name != nullptr ? name : "results");
  });
}

void release_pad(GstElement* element, GstPad* pad) {
  guarded(element, 0, [&] {
    state_of(element).release_results(pad);
    return 0;
  });
}

gboolean start(GstBaseTransform* transform) {
  return guarded(transform, FALSE, [&]() -> gboolean { return state_of(transform).start(); });
}

gboolean stop(GstBaseTransform* transform) {
  return guarded(transform, FALSE, [&]() -> gboolean {
    state_of(transform).stop();
    return TRUE;
  });
}

gboolean setup(GstAudioFilter* filter, const GstAudioInfo* info) {
  return guarded(filter, FALSE, [&]() -> gboolean {
    state_of(filter).set_format(*info);
    return TRUE;
  });
}

gboolean sink_event(GstBaseTransform* transform, GstEvent* event) {
  const GstEventType type = GST_EVENT_TYPE(event);
  StreamState& state = state_of(transform);
  guarded(transform, 0, [&] {
    switch (type) {
      case GST_EVENT_FLUSH_START: state.flush_start(); break;
      case GST_EVENT_EOS: state.end_of_stream(); break;
      case GST_EVENT_STREAM_START:
      case GST_EVENT_GAP: state.break_run(); break;
      default: break;
    }
    return 0;
  });
  const gboolean result =
      GST_BASE_TRANSFORM_CLASS(gst_melgraph_parent_class)->sink_event(transform, event);
  guarded(transform, 0, [&] {
    if (type == GST_EVENT_FLUSH_STOP) state.flush_stop();
    if (type == GST_EVENT_SEGMENT) state.segment_changed();
    return 0;
  });
  return result;
}

gboolean query(GstBaseTransform* transform, GstPadDirection direction, GstQuery* query) {
  const gboolean result =
      GST_BASE_TRANSFORM_CLASS(gst_melgraph_parent_class)->query(transform, direction, query);
  if (result && direction == GST_PAD_SRC && GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) {
    guarded(transform, 0, [&] {
      state_of(transform).add_latency(query);
      return 0;
    });
  }
  return result;
}

GstFlowReturn transform_ip(GstBaseTransform* transform, GstBuffer* buffer) {
  return guarded(transform, GST_FLOW_ERROR, [&] { return state_of(transform).take(buffer); });
}

}  // namespace

static void gst_melgraph_class_init(GstMelgraphClass* type) {
  GObjectClass* object = G_OBJECT_CLASS(type);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  melgraph::gst::install_properties(object);
  melgraph::gst::register_result_meta();

  GstElementClass* element = GST_ELEMENT_CLASS(type);
  element->change_state = GST_DEBUG_FUNCPTR(change_state);
  element->request_new_pad = GST_DEBUG_FUNCPTR(request_new_pad);
  element->release_pad = GST_DEBUG_FUNCPTR(release_pad);
  gst_element_class_set_static_metadata(
      element, "Melgraph audio classifier", "Filter/Analyzer/Audio",
      "Classifies sound with a graph of front ends and networks and lets it pass untouched",
      "The Melgraph authors");
  gst_element_class_add_static_pad_template(element, &results_template);
  GstCaps* caps = gst_caps_new_empty_simple("audio/x-raw");
  GValue list = G_VALUE_INIT;
  g_value_init(&list, GST_TYPE_LIST);
  gst_value_deserialize(&list, formats);
  gst_caps_set_value(caps, "format", &list);
  g_value_unset(&list);
  gst_caps_set_simple(caps, "rate", GST_TYPE_INT_RANGE, 1, G_MAXINT, "channels", GST_TYPE_INT_RANGE,
                      1, G_MAXINT, "layout", G_TYPE_STRING, "interleaved", nullptr);
  gst_audio_filter_class_add_pad_templates(GST_AUDIO_FILTER_CLASS(type), caps);
  gst_caps_unref(caps);

  GST_AUDIO_FILTER_CLASS(type)->setup = GST_DEBUG_FUNCPTR(setup);
  GstBaseTransformClass* transform = GST_BASE_TRANSFORM_CLASS(type);
  transform->start = GST_DEBUG_FUNCPTR(start);
  transform->stop = GST_DEBUG_FUNCPTR(stop);
  transform->sink_event = GST_DEBUG_FUNCPTR(sink_event);
  transform->query = GST_DEBUG_FUNCPTR(query);
  transform->transform_ip = GST_DEBUG_FUNCPTR(transform_ip);
  transform->transform_ip_on_passthrough = TRUE;
}

static void gst_melgraph_init(GstMelgraph* self) {
  self->state = nullptr;
  guarded(self, 0, [&] {
    self->state = new StreamState(GST_BASE_TRANSFORM(self));
    return 0;
  });
  gst_base_transform_set_gap_aware(GST_BASE_TRANSFORM(self), TRUE);
}
