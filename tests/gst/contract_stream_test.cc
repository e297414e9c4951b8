// What an element must do with any stream of buffers and events.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <thread>

#include "element_rig.h"

namespace melgraph::testing {
namespace {

const GateGraph gate;

/// Each buffer waits for its results, so that a test sees at once what comes of it.
void in_step(GstElement* element) {
  gst_util_set_object_arg(G_OBJECT(element), "mode", "sync");
}

TEST(ContractStream, PassthroughZeroCopy) {
  ElementRig rig(gate.json());
  gst_harness_set_drop_buffers(rig.harness(), FALSE);
  rig.begin();
  for (int i = 0; i < 5; ++i) {
    GstBuffer* in = rig.make_buffer(i * 300, 300, static_cast<GstClockTime>(i) * 300 * GST_MSECOND);
    gst_buffer_ref(in);  // not writable: what changes it must copy it
    ASSERT_EQ(rig.push(in), GST_FLOW_OK);
    GstBuffer* out = gst_harness_pull(rig.harness());
    EXPECT_EQ(out, in);
    gst_buffer_unref(out);
    gst_buffer_unref(in);
  }
  rig.end();
  expect_windows(rig.take(), {{0, 1500, 0}}, gate);
}

TEST(ContractStream, OddBufferSizes) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  std::int64_t at = 0;
  for (std::int64_t size = 1; size < 16000; size = size * 5 / 2 + 1) {
    ASSERT_EQ(rig.push_ramp(at, size), GST_FLOW_OK);
    at += size;
    for (int i = 0; i < 40; ++i, ++at) ASSERT_EQ(rig.push_ramp(at, 1), GST_FLOW_OK);
    ASSERT_EQ(rig.push_ramp(at, 0), GST_FLOW_OK);
  }
  expect_windows(rig.take(), {{0, at, 0}}, gate);
}

TEST(ContractStream, Discont) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  rig.push_ramp(0, 700);
  // The flag counts even where the times go on.
  GstBuffer* buffer = rig.make_buffer(5000, 1000, 700 * GST_MSECOND);
  GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
  rig.push(buffer);
  expect_windows(rig.take(), {{0, 700, 0}, {5000, 1000, 700 * GST_MSECOND}}, gate);
}

TEST(ContractStream, UnflaggedJump) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  rig.push_ramp(0, 700);
  rig.push_ramp(5700, 700);   // 5 s ahead
  rig.push_ramp(3000, 1100);  // and back
  expect_windows(rig.take(),
                 {{0, 700, 0}, {5700, 700, 5700 * GST_MSECOND}, {3000, 1100, 3 * GST_SECOND}},
                 gate);
}

TEST(ContractStream, JitterOfTimestampsIsNoJump) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  rig.push_ramp(0, 300);
  rig.push(rig.make_buffer(300, 300, 320 * GST_MSECOND));
  rig.push(rig.make_buffer(600, 300, 590 * GST_MSECOND));
  expect_windows(rig.take(), {{0, 900, 0}}, gate);
}

TEST(ContractStream, Flush) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  rig.push_ramp(0, 700);
  expect_windows(rig.take(), {{0, 700, 0}}, gate);
  rig.push_event(gst_event_new_flush_start());
  rig.push_event(gst_event_new_flush_stop(TRUE));
  rig.push_segment();
  rig.push_ramp(700, 500);  // as if nothing had happened
  const std::vector<Told> after = rig.take();
  expect_windows(after, {{700, 500, 700 * GST_MSECOND}}, gate);
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].index, 0U);
  EXPECT_EQ(after[0].stream_time, 700 * GST_MSECOND);
  EXPECT_EQ(after[0].running_time, 700 * GST_MSECOND);
}

TEST(ContractStream, GapEvent) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  rig.push_ramp(0, 700);
  // Shorter than what counts as a jump.
  rig.push_event(gst_event_new_gap(700 * GST_MSECOND, 10 * GST_MSECOND));
  rig.push_ramp(710, 600);
  expect_windows(rig.take(), {{0, 700, 0}, {710, 600, 710 * GST_MSECOND}}, gate);
}

TEST(ContractStream, GapFlagIsSilence) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  GstBuffer* buffer = rig.make_buffer(1000, 400, 0);
  GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_GAP);
  rig.push(buffer);
  const std::vector<Told> told = rig.take();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].scores.at("first"), 0);
  EXPECT_EQ(told[0].scores.at("mean"), 0);
}

TEST(ContractStream, SegmentTimes) {
  ElementRig rig(gate.json(), in_step);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.rate = 2.0;
  segment.start = 10 * GST_SECOND;
  segment.time = 100 * GST_SECOND;
  segment.base = 7 * GST_SECOND;
  segment.stop = 11 * GST_SECOND;
  rig.begin(1000, 1, &segment);
  rig.push_ramp(9900, 1500);  // more than the segment on either side
  const std::vector<Told> told = rig.take();
  expect_windows(told, {{10000, 1000, 10 * GST_SECOND}}, gate);
  for (const Told& window : told) {
    EXPECT_EQ(window.stream_time,
              gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, window.timestamp));
    EXPECT_EQ(window.running_time,
              gst_segment_to_running_time(&segment, GST_FORMAT_TIME, window.timestamp));
    EXPECT_EQ(window.stream_time, window.timestamp + 90 * GST_SECOND);
    EXPECT_EQ(window.running_time, (window.timestamp - 10 * GST_SECOND) / 2 + 7 * GST_SECOND);
  }

  // Sound of another segment does not join.
  rig.push_segment();
  rig.push_ramp(11000, 600);
  expect_windows(rig.take(), {{11000, 600, 11 * GST_SECOND}}, gate);
}

TEST(ContractStream, EosDrainOrder) {
  GateFile file;
  GateGraph graph;
  graph.gate = file.path();
  graph.tail = "pad";
  file.close();
  ElementRig rig(graph.json());
  rig.begin();
  rig.push_ramp(0, 1100);
  file.await();
  std::size_t told_before_eos = 0;
  const auto count = [&] { told_before_eos = rig.take().size(); };
  std::function<void()> counter = count;
  GstPad* pad = gst_element_get_static_pad(rig.element(), "src");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer user) {
        if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS) {
          (*static_cast<std::function<void()>*>(user))();
        }
        return GST_PAD_PROBE_OK;
      },
      &counter, nullptr);
  gst_object_unref(pad);
  std::thread opener([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    file.open();
  });
  rig.end();
  opener.join();
  EXPECT_EQ(told_before_eos, 5U);  // from 0, 200, 400, 600 and, filled up, 800 ms
  EXPECT_TRUE(rig.take().empty());
}

TEST(ContractStream, TailHasItsOwnDuration) {
  GateGraph graph;
  graph.tail = "pad";
  ElementRig rig(graph.json());
  rig.begin();
  rig.push_ramp(0, 1100);
  rig.end();
  const std::vector<Told> told = rig.take();
  ASSERT_EQ(told.size(), 5U);
  EXPECT_EQ(told[4].timestamp, 800 * GST_MSECOND);
  EXPECT_EQ(told[4].duration, 300 * GST_MSECOND);
  for (const Told& window : told) EXPECT_GT(window.duration, 0U);
}

TEST(ContractStream, NoPts) {
  ElementRig rig(gate.json(), in_step);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = GST_SECOND;
  rig.begin(1000, 1, &segment);
  for (int i = 0; i < 5; ++i) rig.push(rig.make_buffer(i * 300, 300, GST_CLOCK_TIME_NONE));
  expect_windows(rig.take(), {{0, 1500, GST_SECOND}}, gate);
}

TEST(ContractStream, SomeBuffersWithoutPts) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  rig.push_ramp(0, 300);
  rig.push(rig.make_buffer(300, 300, GST_CLOCK_TIME_NONE));
  rig.push_ramp(600, 300);
  rig.push(rig.make_buffer(900, 300, GST_CLOCK_TIME_NONE));
  expect_windows(rig.take(), {{0, 1200, 0}}, gate);
}

TEST(ContractStream, LatencyUnchanged) {
  ElementRig rig(gate.json());
  gst_harness_set_upstream_latency(rig.harness(), 30 * GST_MSECOND);
  rig.begin();
  rig.push_ramp(0, 2000);
  rig.await(9);
  EXPECT_EQ(gst_harness_query_latency(rig.harness()), 30 * GST_MSECOND);
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_LATENCY), 0U);
}

TEST(ContractStream, CapsChange) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  rig.push_ramp(0, 700);
  rig.push_caps(1000, 2);
  rig.push_ramp(700, 700);
  expect_windows(rig.take(), {{0, 700, 0}, {700, 700, 700 * GST_MSECOND}}, gate);
  rig.push_caps(2000, 1);
  rig.push(rig.make_buffer(0, 2000, 1400 * GST_MSECOND));
  const std::vector<Told> other = rig.take();
  ASSERT_GE(other.size(), 3U);
  EXPECT_EQ(other[0].timestamp, 1400 * GST_MSECOND);
  EXPECT_EQ(other[1].timestamp, 1600 * GST_MSECOND);
  EXPECT_NEAR(other[1].scores.at("mean"), (ramp(400) + ramp(1200)) / 2, ramp(4));
}

TEST(ContractStream, MultiMemory) {
  ElementRig rig(gate.json(), in_step);
  rig.begin();
  GstBuffer* whole = rig.make_buffer(0, 150, 0);
  for (int i = 1; i < 8; ++i) {
    GstBuffer* part = rig.make_buffer(i * 150, 150, 0);
    whole = gst_buffer_append(whole, part);
  }
  EXPECT_GT(gst_buffer_n_memory(whole), 1U);
  ASSERT_EQ(rig.push(whole), GST_FLOW_OK);
  expect_windows(rig.take(), {{0, 1200, 0}}, gate);
}

TEST(ContractStream, SetPropertyInSyncHandler) {
  ElementRig rig(gate.json(), in_step);
  const std::string json = gate.json();
  rig.on_message([&](GstMessage* message) {
    GstObject* element = GST_MESSAGE_SRC(message);
    GstStructure* stats = nullptr;
    g_object_set(element, "threshold", -1.0, "top-k", 4, "result-meta", TRUE, "post-messages", TRUE,
                 nullptr);
    g_object_get(element, "stats", &stats, nullptr);
    gst_structure_free(stats);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT) {
      g_object_set(element, "graph-json", json.c_str(), nullptr);
    }
  });
  rig.begin();
  for (int i = 0; i < 5; ++i) ASSERT_EQ(rig.push_ramp(i * 400, 400), GST_FLOW_OK);
  EXPECT_FALSE(rig.take().empty());
}

TEST(ContractStream, ReversePlayback) {
  for (const std::int64_t size : {600, 10}) {
    SCOPED_TRACE(size);
    GateGraph graph;
    if (size == 10) graph.window = graph.hop = 5;
    ElementRig rig(graph.json(), in_step);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.rate = -1.0;
    segment.start = 0;
    segment.stop = 3 * GST_SECOND;
    rig.begin(1000, 1, &segment);
    std::vector<Stretch> stretches;
    for (std::int64_t first = 3000 - size; first >= 3000 - 5 * size; first -= size) {
      rig.push_ramp(first, size);
      stretches.push_back({first, size, static_cast<GstClockTime>(first) * GST_MSECOND});
    }
    const std::vector<Told> told = rig.take();
    expect_windows(told, stretches, graph);
    for (const Told& window : told) {
      EXPECT_EQ(window.stream_time, window.timestamp);
      EXPECT_EQ(window.running_time, 3 * GST_SECOND - window.timestamp);
    }
  }
}

}  // namespace
}  // namespace melgraph::testing
