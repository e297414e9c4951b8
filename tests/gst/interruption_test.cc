// Flushes, state changes and failures while the engine is busy with a window.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "element_rig.h"

namespace melgraph::testing {
namespace {

double milliseconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

void in_step(GstElement* element) {
  gst_util_set_object_arg(G_OBJECT(element), "mode", "sync");
}

/// The element with a window that does not come back until the file is opened.
class Interruption : public ::testing::Test {
 protected:
  Interruption() {
    graph_.gate = file_.path();
    file_.close();
  }

  GateFile file_;
  GateGraph graph_;
};

TEST_F(Interruption, FlushDoesNotWaitForTheEngine) {
  ElementRig rig(graph_.json());
  rig.begin();
  rig.push_ramp(0, 2000);
  file_.await();
  const double start = milliseconds_of([&] { rig.push_event(gst_event_new_flush_start()); });
  const double stop = milliseconds_of([&] { rig.push_event(gst_event_new_flush_stop(TRUE)); });
  RecordProperty("flush_start_ms", std::to_string(start));
  RecordProperty("flush_stop_ms", std::to_string(stop));
  printf("flush start %.2f ms, flush stop %.2f ms, while a window is computed\n", start, stop);
  rig.push_segment();
  rig.push_ramp(5000, 500);
  file_.open();
  rig.end();
  expect_windows(rig.take(), {{5000, 500, 5 * GST_SECOND}}, graph_);
}

TEST_F(Interruption, FlushFreesABufferThatWaits) {
  ElementRig rig(graph_.json(), in_step);
  rig.begin();
  GstFlowReturn flow = GST_FLOW_ERROR;
  std::thread pusher([&] { flow = rig.push_ramp(0, 700); });
  file_.await();
  rig.push_event(gst_event_new_flush_start());
  pusher.join();
  rig.push_event(gst_event_new_flush_stop(TRUE));
  EXPECT_NE(flow, GST_FLOW_ERROR);
  file_.open();
  rig.push_segment();
  rig.push_ramp(700, 400);
  expect_windows(rig.take(), {{700, 400, 700 * GST_MSECOND}}, graph_);
}

TEST_F(Interruption, PausedToReadyDoesNotWaitForTheEngine) {
  ElementRig rig(graph_.json());
  rig.begin();
  rig.push_ramp(0, 2000);
  file_.await();
  const double time = milliseconds_of([&] {
    EXPECT_EQ(gst_element_set_state(rig.element(), GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  });
  printf("paused to ready %.2f ms, while a window is computed\n", time);
  rig.take();
  file_.open();
  // Down to NULL the engine has ended what it was at.
  gst_element_set_state(rig.element(), GST_STATE_NULL);
  EXPECT_TRUE(rig.take().empty());
}

TEST_F(Interruption, PausedToReadyFreesABufferThatWaits) {
  ElementRig rig(graph_.json(), in_step);
  rig.begin();
  std::thread pusher([&] { rig.push_ramp(0, 700); });
  file_.await();
  const double time =
      milliseconds_of([&] { gst_element_set_state(rig.element(), GST_STATE_READY); });
  printf("paused to ready %.2f ms, while a buffer waits\n", time);
  pusher.join();
  file_.open();
  gst_element_set_state(rig.element(), GST_STATE_NULL);
  EXPECT_TRUE(rig.take().empty());
}

TEST_F(Interruption, PausedToReadyFreesAnEndThatWaits) {
  ElementRig rig(graph_.json());
  rig.begin();
  rig.push_ramp(0, 2000);
  file_.await();
  std::thread pusher([&] { rig.end(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // most likely it waits by now
  const double time =
      milliseconds_of([&] { gst_element_set_state(rig.element(), GST_STATE_READY); });
  printf("paused to ready %.2f ms, while the end waits\n", time);
  pusher.join();
  file_.open();
  gst_element_set_state(rig.element(), GST_STATE_NULL);
  EXPECT_TRUE(rig.take().empty());
}

TEST_F(Interruption, EndComesAfterTheQueuedWindows) {
  ElementRig rig(graph_.json());
  rig.begin();
  rig.push_ramp(0, 2200);
  file_.await();
  std::thread opener([&] { file_.open(); });
  rig.end();
  opener.join();
  const std::vector<Told> told = rig.take();
  EXPECT_EQ(told.size(), 10U);
  expect_windows(told, {{0, 2200, 0}}, graph_);
}

TEST_F(Interruption, AsyncBuffersPassWhileAWindowIsComputed) {
  ElementRig rig(graph_.json());
  gst_harness_set_drop_buffers(rig.harness(), FALSE);
  rig.begin();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(rig.push_ramp(i * 100, 100), GST_FLOW_OK);
  EXPECT_EQ(gst_harness_buffers_received(rig.harness()), 100U);
  file_.open();
  rig.end();
}

/// What drops windows tells how many, and that there are any.
TEST_F(Interruption, DroppedWindowsAreCounted) {
  ElementRig rig(graph_.json(), [](GstElement* element) {
    g_object_set(element, "max-queued-windows", 2, nullptr);
  });
  rig.begin();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(rig.push_ramp(i * 100, 100), GST_FLOW_OK);
  rig.await_message(GST_MESSAGE_QOS);
  file_.open();
  rig.end();
  const std::vector<Told> told = rig.take();
  GstStructure* stats = nullptr;
  g_object_get(rig.element(), "stats", &stats, nullptr);
  guint64 windows = 0;
  guint64 dropped = 0;
  guint64 lost = 0;
  gst_structure_get_uint64(stats, "windows", &windows);
  gst_structure_get_uint64(stats, "dropped", &dropped);
  gst_structure_get_uint64(stats, "lost-time", &lost);
  gst_structure_free(stats);
  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(told.size() + dropped, windows);
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_WARNING), 1U);
  std::size_t before = 0;
  for (const Told& window : told) {
    EXPECT_EQ(window.scores.at("first"),
              ramp(static_cast<std::int64_t>(window.timestamp / GST_MSECOND)));
    EXPECT_EQ(window.scores.at("step"), ramp(1));
    EXPECT_GE(window.dropped, before);
    before = window.dropped;
  }
  std::vector<GstMessage*> qos = rig.take_messages(GST_MESSAGE_QOS);
  ASSERT_FALSE(qos.empty());
  GstFormat format = GST_FORMAT_UNDEFINED;
  guint64 processed = 0;
  guint64 told_dropped = 0;
  gst_message_parse_qos_stats(qos.back(), &format, &processed, &told_dropped);
  EXPECT_GT(told_dropped, 0U);
  for (GstMessage* message : qos) gst_message_unref(message);
}

TEST_F(Interruption, AFailureIsOneErrorAndTheElementWorksAgain) {
  file_.open();
  GateGraph graph;
  graph.throw_above = ramp(1000);
  ElementRig rig(graph.json(), in_step);
  rig.begin();
  EXPECT_EQ(rig.push_ramp(0, 900), GST_FLOW_OK);
  EXPECT_EQ(rig.push_ramp(900, 900), GST_FLOW_ERROR);
  EXPECT_EQ(rig.push_ramp(1800, 900), GST_FLOW_ERROR);
  rig.end();
  expect_windows(rig.take(), {{0, 1000, 0}}, graph);
  std::vector<GstMessage*> errors = rig.take_messages(GST_MESSAGE_ERROR);
  ASSERT_EQ(errors.size(), 1U);
  GError* error = nullptr;
  gst_message_parse_error(errors[0], &error, nullptr);
  EXPECT_TRUE(g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED));
  EXPECT_NE(std::string(error->message).find("the gate throws"), std::string::npos)
      << error->message;
  g_error_free(error);
  gst_message_unref(errors[0]);

  for (const GstState down : {GST_STATE_READY, GST_STATE_NULL}) {
    gst_element_set_state(rig.element(), down);
    gst_element_set_state(rig.element(), GST_STATE_PLAYING);
    rig.begin();
    EXPECT_EQ(rig.push_ramp(0, 900), GST_FLOW_OK);
    expect_windows(rig.take(), {{0, 900, 0}}, graph);
  }
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_ERROR), 0U);
}

TEST_F(Interruption, AfterAFailureSoundMayPass) {
  file_.open();
  GateGraph graph;
  graph.throw_above = ramp(1000);
  ElementRig rig(graph.json(), [](GstElement* element) {
    in_step(element);
    gst_util_set_object_arg(G_OBJECT(element), "on-error", "passthrough");
  });
  rig.begin();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(rig.push_ramp(i * 900, 900), GST_FLOW_OK);
  EXPECT_TRUE(rig.end());
  expect_windows(rig.take(), {{0, 1000, 0}}, graph);
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_ERROR), 0U);
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_WARNING), 1U);
}

}  // namespace
}  // namespace melgraph::testing
