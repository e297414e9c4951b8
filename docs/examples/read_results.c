/* Print what the element melgraph finds in a sound file.
 *
 *   cc read_results.c -o read_results $(pkg-config --cflags --libs gstreamer-1.0)
 *   ./read_results FILE [GRAPH]
 */
#include <gst/gst.h>

static void print_result(const GstStructure *result) {
  guint64 start = 0, duration = 0;
  gst_structure_get_uint64(result, "timestamp", &start);
  gst_structure_get_uint64(result, "duration", &duration);
  g_print("%-6s %7.3f %7.3f ", gst_structure_get_string(result, "kind"), start / 1e9,
          (start + duration) / 1e9);
  const GValue *classes = gst_structure_get_value(result, "classes");
  for (guint i = 0; i < gst_value_array_get_size(classes); ++i) {
    const GstStructure *one = gst_value_get_structure(gst_value_array_get_value(classes, i));
    gdouble confidence = 0;
    gst_structure_get_double(one, "confidence", &confidence);
    g_print("%s %s %.2f", i > 0 ? "," : "", gst_structure_get_string(one, "label"), confidence);
  }
  g_print("\n");
}

/* Return TRUE where the stream goes on. */
static gboolean handle(GstMessage *message, int *status) {
  GError *error = NULL;
  gchar *details = NULL;
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name(message, "melgraph")) print_result(gst_message_get_structure(message));
      return TRUE;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error(message, &error, &details);
      g_printerr("%s\n%s\n", error->message, details != NULL ? details : "");
      g_clear_error(&error);
      g_free(details);
      *status = 1;
      return FALSE;
    case GST_MESSAGE_EOS:
      return FALSE;
    default:
      return TRUE;
  }
}

int main(int argc, char **argv) {
  gst_init(&argc, &argv);
  if (argc != 2 && argc != 3) {
    g_printerr("usage: %s FILE [GRAPH]\n", argv[0]);
    return 2;
  }
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch(
      "filesrc name=file ! decodebin ! audioconvert ! "
      "melgraph name=classifier mode=sync top-k=3 ! fakesink",
      &error);
  if (error != NULL) {
    g_printerr("%s\n", error->message);
    return 1;
  }
  GstElement *file = gst_bin_get_by_name(GST_BIN(pipeline), "file");
  GstElement *classifier = gst_bin_get_by_name(GST_BIN(pipeline), "classifier");
  g_object_set(file, "location", argv[1], NULL);
  g_object_set(classifier, "graph", argc == 3 ? argv[2] : "esc10", NULL);
  gst_object_unref(file);
  gst_object_unref(classifier);

  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus *bus = gst_element_get_bus(pipeline);
  int status = 0;
  gboolean more = TRUE;
  while (more) {
    GstMessage *message = gst_bus_timed_pop(bus, GST_CLOCK_TIME_NONE);
    more = handle(message, &status);
    gst_message_unref(message);
  }
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return status;
}
