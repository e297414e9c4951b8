// What an application hears where a graph cannot be run.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "element_rig.h"

namespace melgraph::testing {
namespace {

/// Go to READY, which must fail, and return the one error on the bus.
struct Failure {
  GQuark domain = 0;
  int code = 0;
  std::string message;
  std::string debug;
};

Failure fail_to_load(const ElementRig::Prepare& prepare) {
  GstElement* element = gst_element_factory_make("melgraph", nullptr);
  gst_object_ref_sink(element);
  GstBus* bus = gst_bus_new();
  gst_element_set_bus(element, bus);
  prepare(element);
  EXPECT_EQ(gst_element_set_state(element, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  Failure failure;
  int errors = 0;
  while (GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR)) {
    GError* error = nullptr;
    gchar* debug = nullptr;
    gst_message_parse_error(message, &error, &debug);
    failure = {error->domain, error->code, error->message, debug};
    g_error_free(error);
    g_free(debug);
    gst_message_unref(message);
    ++errors;
  }
  EXPECT_EQ(errors, 1) << failure.message;
  gst_element_set_state(element, GST_STATE_NULL);
  gst_element_set_bus(element, nullptr);
  gst_object_unref(bus);
  gst_object_unref(element);
  return failure;
}

Failure fail_with(const char* property, const std::string& value) {
  return fail_to_load(
      [&](GstElement* element) { g_object_set(element, property, value.c_str(), nullptr); });
}

void expect(const Failure& failure, GQuark domain, int code, const std::string& part) {
  EXPECT_EQ(failure.domain, domain) << g_quark_to_string(failure.domain) << failure.message;
  EXPECT_EQ(failure.code, code) << failure.message;
  EXPECT_NE((failure.message + failure.debug).find(part), std::string::npos)
      << failure.message << "\n"
      << failure.debug;
}

TEST(Load, NoGraph) {
  expect(fail_to_load([](GstElement*) {}), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND,
         "no graph is set");
}

TEST(Load, MissingFile) {
  expect(fail_with("graph", "/nowhere/graph.json"), GST_RESOURCE_ERROR,
         GST_RESOURCE_ERROR_NOT_FOUND, "/nowhere/graph.json");
}

TEST(Load, BrokenJson) {
  expect(fail_with("graph-json", "{\"melgraph\": 1,"), GST_RESOURCE_ERROR,
         GST_RESOURCE_ERROR_SETTINGS, "graph:1");
}

TEST(Load, UnknownNodeType) {
  std::string json = GateGraph().json();
  json.replace(json.find("test_gate"), 9, "test_door");
  expect(fail_with("graph-json", json), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
         "model.test_door");
}

TEST(Load, GraphOfTheWholeInputNeedsAWindow) {
  const std::string json =
      R"({"melgraph": 1, "name": "whole", "source": {"audio": {"sample_rate": 1000, "channels": 1,
      "window": null}}, "nodes": [{"id": "gate", "type": "model.test_gate", "inputs":
      {"audio": "source.audio"}}], "outputs": {"windows": "gate"}})";
  expect(fail_with("graph-json", json), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "window");

  ElementRig rig(json, [](GstElement* element) {
    g_object_set(element, "window", guint64{400 * GST_MSECOND}, nullptr);
  });
  rig.begin();
  rig.push_ramp(0, 1300);
  rig.end();
  GateGraph same;
  same.name = "whole";
  same.hop = same.window;
  expect_windows(rig.take(), {{0, 1300, 0}}, same);
}

TEST(Load, MissingDevice) {
  const Failure failure = fail_to_load([](GstElement* element) {
    g_object_set(element, "graph-json", GateGraph().json().c_str(), "device", "cuda:77", nullptr);
  });
  expect(failure, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "cuda");
}

TEST(Load, UnreadableSettings) {
  const Failure failure = fail_to_load([](GstElement* element) {
    g_object_set(element, "graph-json", GateGraph().json().c_str(), "settings", "=;=", nullptr);
  });
  expect(failure, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "settings");
}

TEST(Load, OneGraphTakesThePlaceOfTheOther) {
  ElementRig rig(GateGraph().json(), [](GstElement* element) {
    const std::string json = GateGraph().json();
    g_object_set(element, "graph", "/nowhere/graph.json", "graph-json", json.c_str(), nullptr);
    gchar* graph = nullptr;
    g_object_get(element, "graph", &graph, nullptr);
    EXPECT_EQ(graph, nullptr);
    g_free(graph);
  });
  const Failure failure = fail_to_load([](GstElement* element) {
    g_object_set(element, "graph-json", GateGraph().json().c_str(), "graph", "/nowhere/graph.json",
                 nullptr);
  });
  expect(failure, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND, "/nowhere/graph.json");
}

TEST(Load, NodeThatDoesNotOpen) {
  GateGraph graph;
  graph.fail_open = true;
  const Failure failure = fail_with("graph-json", graph.json());
  EXPECT_NE((failure.message + failure.debug).find("does not open"), std::string::npos)
      << failure.message;
}

TEST(Load, ProgressIsTold) {
  ElementRig rig(GateGraph().json());
  std::vector<GstProgressType> types;
  for (GstMessage* message : rig.take_messages(GST_MESSAGE_PROGRESS)) {
    GstProgressType type{};
    gst_message_parse_progress(message, &type, nullptr, nullptr);
    types.push_back(type);
    gst_message_unref(message);
  }
  EXPECT_EQ(types, (std::vector{GST_PROGRESS_TYPE_START, GST_PROGRESS_TYPE_COMPLETE}));
}

TEST(Load, SettingsReachTheGraph) {
  GateGraph graph;
  std::string json = graph.json();
  const std::string from = "\"offset\":0.0";
  ASSERT_NE(json.find(from), std::string::npos) << json;
  json.replace(json.find(from), from.size(), "\"offset\":\"${offset}\"");
  ElementRig rig(
      json, [](GstElement* element) { g_object_set(element, "settings", "offset=0.5", nullptr); });
  rig.begin();
  rig.push_ramp(0, 500);
  rig.end();
  graph.offset = 0.5;
  expect_windows(rig.take(), {{0, 500, 0}}, graph);
}

TEST(Load, PropertiesGiveWhatWasSet) {
  GstElement* element = gst_element_factory_make("melgraph", nullptr);
  gst_object_ref_sink(element);
  guint count = 0;
  GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  for (guint i = 0; i < count; ++i) {
    GParamSpec* spec = specs[i];
    const bool own = std::string(g_type_name(spec->owner_type)) == "GstMelgraph";
    if (!own || (spec->flags & G_PARAM_WRITABLE) == 0) continue;
    SCOPED_TRACE(spec->name);
    GValue value = G_VALUE_INIT;
    GValue back = G_VALUE_INIT;
    g_value_init(&value, spec->value_type);
    g_value_init(&back, spec->value_type);
    g_object_get_property(G_OBJECT(element), spec->name, &back);
    EXPECT_TRUE(g_param_value_defaults(spec, &back)) << "the default that is shown is another";
    if (spec->value_type == G_TYPE_STRING) g_value_set_string(&value, "x");
    if (spec->value_type == G_TYPE_BOOLEAN) g_value_set_boolean(&value, TRUE);
    if (spec->value_type == G_TYPE_UINT64) g_value_set_uint64(&value, 5);
    if (spec->value_type == G_TYPE_UINT) g_value_set_uint(&value, 5);
    if (spec->value_type == G_TYPE_INT) g_value_set_int(&value, 5);
    if (spec->value_type == G_TYPE_DOUBLE) g_value_set_double(&value, 0.25);
    if (G_TYPE_IS_ENUM(spec->value_type)) g_value_set_enum(&value, 1);
    g_object_set_property(G_OBJECT(element), spec->name, &value);
    g_object_get_property(G_OBJECT(element), spec->name, &back);
    EXPECT_EQ(g_param_values_cmp(spec, &value, &back), 0);
    g_value_unset(&value);
    g_value_unset(&back);
  }
  g_free(specs);
  gst_object_unref(element);
}

}  // namespace
}  // namespace melgraph::testing
