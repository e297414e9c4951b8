// States: each of them many times, and nothing of a stream lives on in the next.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "element_rig.h"

namespace melgraph::testing {
namespace {

const GateGraph gate;

void cycle_while_pushing(const char* mode) {
  ElementRig rig(gate.json(), [&](GstElement* element) {
    gst_util_set_object_arg(G_OBJECT(element), "mode", mode);
  });
  for (int i = 0; i < 40; ++i) {
    // As upstream does: it stops where the element does, and then begins anew.
    std::atomic<std::int64_t> pushed{0};
    rig.begin();
    std::thread pusher([&] {
      while (rig.push_ramp(pushed * 100, 100) == GST_FLOW_OK) ++pushed;
    });
    while (pushed < 7) std::this_thread::yield();
    const GstState down = i % 3 == 0 ? GST_STATE_NULL : GST_STATE_READY;
    EXPECT_EQ(gst_element_set_state(rig.element(), down), GST_STATE_CHANGE_SUCCESS);
    pusher.join();
    EXPECT_EQ(gst_element_set_state(rig.element(), GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  }
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_ERROR), 0U);
  for (const Told& window : rig.take()) EXPECT_EQ(window.scores.at("step"), ramp(1));
}

TEST(ContractState, StressState) {
  cycle_while_pushing("async");
  cycle_while_pushing("sync");
}

TEST(ContractState, EosWithoutCaps) {
  ElementRig rig(gate.json());
  rig.push_event(gst_event_new_stream_start("test"));
  EXPECT_TRUE(rig.end());
  EXPECT_TRUE(rig.take().empty());
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_ERROR), 0U);
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_WARNING), 0U);
  GstEvent* event = nullptr;
  bool eos = false;
  while ((event = gst_harness_try_pull_event(rig.harness())) != nullptr) {
    eos = eos || GST_EVENT_TYPE(event) == GST_EVENT_EOS;
    gst_event_unref(event);
  }
  EXPECT_TRUE(eos);
}

TEST(ContractState, ReuseAfterReady) {
  ElementRig rig(gate.json());
  for (const GstState down : {GST_STATE_READY, GST_STATE_NULL, GST_STATE_READY}) {
    rig.begin();
    rig.push_ramp(0, 1100);
    rig.end();
    const std::vector<Told> told = rig.take();
    expect_windows(told, {{0, 1100, 0}}, gate);
    for (std::size_t i = 0; i < told.size(); ++i) EXPECT_EQ(told[i].index, i);
    // An unfinished window stays behind.
    rig.begin();
    rig.push_ramp(5000, 300);
    EXPECT_EQ(gst_element_set_state(rig.element(), down), GST_STATE_CHANGE_SUCCESS);
    EXPECT_EQ(gst_element_set_state(rig.element(), GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  }
  EXPECT_TRUE(rig.take().empty());
}

TEST(ContractState, EveryStateWithAndWithoutGraph) {
  for (const bool with_graph : {true, false}) {
    GstElement* element = gst_element_factory_make("melgraph", nullptr);
    gst_object_ref_sink(element);
    if (with_graph) g_object_set(element, "graph-json", gate.json().c_str(), nullptr);
    const GstStateChangeReturn wanted =
        with_graph ? GST_STATE_CHANGE_SUCCESS : GST_STATE_CHANGE_FAILURE;
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(gst_element_set_state(element, GST_STATE_READY), wanted);
      EXPECT_EQ(gst_element_set_state(element, GST_STATE_PAUSED), wanted);
      EXPECT_EQ(gst_element_set_state(element, GST_STATE_PLAYING), wanted);
      if (with_graph) {
        EXPECT_EQ(gst_element_set_state(element, GST_STATE_PAUSED), wanted);
        EXPECT_EQ(gst_element_set_state(element, GST_STATE_READY), wanted);
        EXPECT_EQ(gst_element_set_state(element, GST_STATE_PAUSED), wanted);
      }
      EXPECT_EQ(gst_element_set_state(element, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    }
    EXPECT_EQ(GST_OBJECT_REFCOUNT_VALUE(element), 1);
    gst_object_unref(element);
  }
}

}  // namespace
}  // namespace melgraph::testing
