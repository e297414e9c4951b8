// The ways in which results leave the element.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "element_rig.h"

namespace melgraph::testing {
namespace {

const GateGraph gate;

void in_step(GstElement* element) {
  gst_util_set_object_arg(G_OBJECT(element), "mode", "sync");
}

std::vector<Told> results_on(GstBuffer* buffer) {
  std::vector<Told> results;
  GstCustomMeta* meta = gst_buffer_get_custom_meta(buffer, "melgraph");
  if (meta == nullptr) return results;
  const GValue* list = gst_structure_get_value(gst_custom_meta_get_structure(meta), "results");
  for (guint i = 0; i < gst_value_array_get_size(list); ++i) {
    results.push_back(read_result(gst_value_get_structure(gst_value_array_get_value(list, i))));
  }
  return results;
}

TEST(Results, PropertiesToggledWhileBuffersPass) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  std::atomic<bool> stop{false};
  std::thread toggler([&] {
    for (int i = 0; !stop; ++i) {
      g_object_set(rig.element(), "post-messages", i % 2, "result-meta", i / 2 % 2, "top-k", i % 5,
                   nullptr);
    }
  });
  for (int i = 0; i < 1000; ++i) {
    GstBuffer* shared =
        rig.make_buffer(i * 100, 100, static_cast<GstClockTime>(i) * 100 * GST_MSECOND);
    gst_buffer_ref(shared);
    ASSERT_EQ(rig.push(shared), GST_FLOW_OK);
    EXPECT_EQ(gst_buffer_get_custom_meta(shared, "melgraph"), nullptr);
    gst_buffer_unref(shared);
  }
  stop = true;
  toggler.join();
  rig.end();
  for (const Told& window : rig.take()) {
    const auto step = window.scores.find("step");
    if (step != window.scores.end()) {
      EXPECT_EQ(step->second, ramp(1));
    }
  }
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_ERROR), 0U);
}

TEST(Results, MetaLeavesTheOriginalBufferAlone) {
  ElementRig rig(gate.json(), [](GstElement* element) {
    in_step(element);
    g_object_set(element, "result-meta", TRUE, nullptr);
  });
  gst_harness_set_drop_buffers(rig.harness(), FALSE);
  rig.begin();
  GstBuffer* shared = rig.make_buffer(0, 700, 0);
  gst_buffer_ref(shared);
  ASSERT_EQ(rig.push(shared), GST_FLOW_OK);
  GstBuffer* out = gst_harness_pull(rig.harness());
  EXPECT_NE(out, shared);
  EXPECT_EQ(gst_buffer_get_custom_meta(shared, "melgraph"), nullptr);
  EXPECT_EQ(gst_buffer_peek_memory(out, 0), gst_buffer_peek_memory(shared, 0)) << "sound is copied";
  expect_windows(results_on(out), {{0, 700, 0}}, gate);
  gst_buffer_unref(out);
  gst_buffer_unref(shared);

  // Sound that must not be written.
  static float fixed[500];
  for (int i = 0; i < 500; ++i) fixed[i] = ramp(700 + i);
  GstBuffer* constant = gst_buffer_new_wrapped_full(GST_MEMORY_FLAG_READONLY, fixed, sizeof fixed,
                                                    0, sizeof fixed, nullptr, nullptr);
  GST_BUFFER_PTS(constant) = 700 * GST_MSECOND;
  ASSERT_EQ(rig.push(constant), GST_FLOW_OK);
  out = gst_harness_pull(rig.harness());
  EXPECT_EQ(results_on(out).size(), 3U);
  EXPECT_EQ(fixed[1], ramp(701));
  gst_buffer_unref(out);
}

TEST(Results, MetaSurvivesConversion) {
  gchar* json = g_strescape(gate.json().c_str(), nullptr);
  const std::string line = "melgraph mode=sync result-meta=true post-messages=false graph-json=\"" +
                           std::string(json) +
                           "\" ! audioconvert ! capsfilter caps=audio/x-raw,format=S16LE ! "
                           "audioresample ! capsfilter caps=audio/x-raw,rate=16000";
  g_free(json);
  GstHarness* harness = gst_harness_new_parse(line.c_str());
  gst_harness_set_src_caps_str(harness,
                               "audio/x-raw,format=F32LE,rate=1000,channels=1,layout=interleaved");
  std::size_t results = 0;
  for (int i = 0; i < 5; ++i) {
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 4000, nullptr);
    gst_buffer_memset(buffer, 0, 0, 4000);
    GST_BUFFER_PTS(buffer) = i * GST_SECOND;
    ASSERT_EQ(gst_harness_push(harness, buffer), GST_FLOW_OK);
  }
  while (GstBuffer* out = gst_harness_try_pull(harness)) {
    results += results_on(out).size();
    gst_buffer_unref(out);
  }
  EXPECT_EQ(results, 24U);
  gst_harness_teardown(harness);
}

TEST(Results, ClassesAreChosenByThresholdAndRank) {
  ElementRig rig(gate.json(), [](GstElement* element) {
    in_step(element);
    g_object_set(element, "threshold", static_cast<double>(ramp(100)), "top-k", 2, nullptr);
  });
  rig.begin();
  rig.push_ramp(0, 400);
  std::vector<Told> told = rig.take();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].order, (std::vector<std::string>{"last", "mean"}));
  rig.push_ramp(400, 200);
  told = rig.take();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].order, (std::vector<std::string>{"last", "mean"}));
  g_object_set(rig.element(), "threshold", 0.0, "top-k", 0, nullptr);
  rig.push_ramp(600, 200);
  told = rig.take();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].order, (std::vector<std::string>{"last", "mean", "first", "step"}));
}

TEST(Results, ClipComesAtTheEnd) {
  GateGraph graph;
  graph.clip = true;
  ElementRig rig(graph.json());
  rig.begin();
  rig.push_ramp(0, 800);
  rig.end();
  const std::vector<Told> told = rig.take();
  ASSERT_EQ(told.size(), 4U);
  EXPECT_EQ(told[3].kind, "clip");
  EXPECT_EQ(told[3].output, "clip");
  EXPECT_EQ(told[3].timestamp, 0U);
  EXPECT_EQ(told[3].duration, 800 * GST_MSECOND);
  EXPECT_NEAR(told[3].scores.at("first"), ramp(200), 1e-9);
}

TEST(Results, AStreamShorterThanAWindowIsOneWindowOfItsLength) {
  GateGraph graph;
  graph.clip = true;
  ElementRig rig(graph.json());
  rig.begin();
  EXPECT_EQ(rig.push_ramp(0, 100), GST_FLOW_OK);
  EXPECT_TRUE(rig.end());
  const std::vector<Told> told = rig.take();
  ASSERT_EQ(told.size(), 2U);
  for (const Told& result : told) {
    EXPECT_EQ(result.timestamp, 0U);
    EXPECT_EQ(result.duration, 100 * GST_MSECOND);
  }
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_ERROR), 0U);
}

TEST(Results, EventsBeginAndEnd) {
  ElementRig rig(gate.json(), [](GstElement* element) {
    in_step(element);
    g_object_set(element, "event-on", static_cast<double>(ramp(1000)), "event-off",
                 static_cast<double>(ramp(900)), nullptr);
  });
  rig.begin();
  rig.push_ramp(0, 1600);
  std::vector<Told> begins;
  for (const Told& told : rig.take()) {
    if (told.kind == "begin") begins.push_back(told);
    EXPECT_NE(told.kind, "end");
  }
  // `last` is at 1000 in the window from 800, `mean` from 1000, `first` too.
  ASSERT_EQ(begins.size(), 3U);
  EXPECT_EQ(begins[0].order, std::vector<std::string>{"last"});
  EXPECT_EQ(begins[0].timestamp, 800 * GST_MSECOND);
  rig.end();
  std::vector<Told> ends;
  for (const Told& told : rig.take()) {
    if (told.kind == "end") ends.push_back(told);
  }
  ASSERT_EQ(ends.size(), 3U);
  for (const Told& told : ends) {
    EXPECT_EQ(told.timestamp + told.duration, 1600 * GST_MSECOND);
  }
}

TEST(Results, LatencyOfSyncModeIsReported) {
  GateGraph slow;
  slow.sleep = 0.02;
  ElementRig rig(slow.json(), in_step);
  gst_harness_set_live(rig.harness(), TRUE);
  gst_harness_set_upstream_latency(rig.harness(), 30 * GST_MSECOND);
  rig.begin();
  EXPECT_EQ(gst_harness_query_latency(rig.harness()), 30 * GST_MSECOND);
  rig.push_ramp(0, 400);
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_LATENCY), 1U);
  const GstClockTime latency = gst_harness_query_latency(rig.harness());
  EXPECT_GE(latency, 50 * GST_MSECOND);
  std::vector<Told> told = rig.take();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_GE(latency, 30 * GST_MSECOND + told[0].latency);
}

TEST(Results, FlushesOfOneElementLeaveAnotherAlone) {
  ElementRig calm(gate.json(), in_step);
  ElementRig flushed(gate.json());
  calm.begin();
  flushed.begin();
  for (int i = 0; i < 100; ++i) {
    flushed.push_ramp(i * 500, 900);
    calm.push_ramp(i * 100, 100);
    flushed.push_event(gst_event_new_flush_start());
    flushed.push_event(gst_event_new_flush_stop(TRUE));
    flushed.push_segment();
  }
  expect_windows(calm.take(), {{0, 10000, 0}}, gate);
}

/// What a reader of the pad `results` gets.
struct Read {
  std::vector<nlohmann::json> lines;
  std::vector<GstClockTime> timestamps;
  std::vector<GstClockTime> durations;
  std::vector<GstEventType> events;
};

TEST(Results, PadGivesLinesWithTimes) {
  GstElement* element = gst_element_factory_make("melgraph", nullptr);
  gst_object_ref_sink(element);
  g_object_set(element, "graph-json", gate.json().c_str(), nullptr);
  in_step(element);
  GstHarness* sound = gst_harness_new_with_element(element, "sink", "src");
  gst_harness_set_drop_buffers(sound, TRUE);
  GstHarness* text = gst_harness_new_with_element(element, nullptr, "results");
  gst_harness_set_src_caps_str(sound,
                               "audio/x-raw,format=F32LE,rate=1000,channels=1,layout=interleaved");
  for (int i = 0; i < 10; ++i) {
    std::vector<float> samples;
    for (int f = 0; f < 100; ++f) samples.push_back(ramp(i * 100 + f));
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 400, nullptr);
    gst_buffer_fill(buffer, 0, samples.data(), 400);
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(i) * 100 * GST_MSECOND;
    ASSERT_EQ(gst_harness_push(sound, buffer), GST_FLOW_OK);
  }
  gst_harness_push_event(sound, gst_event_new_eos());
  Read read;
  while (read.events.empty() || read.events.back() != GST_EVENT_EOS) {
    GstEvent* event = gst_harness_pull_event(text);
    ASSERT_NE(event, nullptr);
    read.events.push_back(GST_EVENT_TYPE(event));
    gst_event_unref(event);
  }
  while (GstBuffer* buffer = gst_harness_try_pull(text)) {
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_READ);
    read.lines.push_back(nlohmann::json::parse(map.data, map.data + map.size));
    gst_buffer_unmap(buffer, &map);
    read.timestamps.push_back(GST_BUFFER_PTS(buffer));
    read.durations.push_back(GST_BUFFER_DURATION(buffer));
    gst_buffer_unref(buffer);
  }
  EXPECT_EQ(std::vector(read.events.begin(), read.events.begin() + 3),
            (std::vector{GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT}));
  EXPECT_EQ(std::count(read.events.begin(), read.events.end(), GST_EVENT_SEGMENT), 1);
  EXPECT_GT(std::count(read.events.begin(), read.events.end(), GST_EVENT_GAP), 0);
  ASSERT_EQ(read.lines.size(), 4U);
  for (std::size_t i = 0; i < read.lines.size(); ++i) {
    EXPECT_EQ(read.timestamps[i], i * 200 * GST_MSECOND);
    EXPECT_EQ(read.durations[i], 400 * GST_MSECOND);
    EXPECT_EQ(read.lines[i]["index"], i);
    EXPECT_NEAR(read.lines[i]["start"].get<double>(), 0.2 * static_cast<double>(i), 1e-9);
    EXPECT_NEAR(read.lines[i]["end"].get<double>(), 0.2 * static_cast<double>(i) + 0.4, 1e-9);
    EXPECT_EQ(read.lines[i]["scores"][0]["label"], "last");
  }
  gst_harness_teardown(text);
  gst_harness_teardown(sound);
  EXPECT_EQ(GST_OBJECT_REFCOUNT_VALUE(element), 1);
  gst_object_unref(element);
}

}  // namespace
}  // namespace melgraph::testing
