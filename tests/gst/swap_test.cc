// Another graph while the stream goes on.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "element_rig.h"

namespace melgraph::testing {
namespace {

void in_step(GstElement* element) {
  gst_util_set_object_arg(G_OBJECT(element), "mode", "sync");
}

GateGraph graph_of(int number) {
  GateGraph graph;
  graph.name = "graph" + std::to_string(number);
  graph.offset = number;
  return graph;
}

/// Wait until a graph that was asked for is loaded, or could not be.
void await_progress(ElementRig& rig, GstProgressType wanted) {
  for (bool found = false; !found;) {
    rig.await_message(GST_MESSAGE_PROGRESS);
    for (GstMessage* message : rig.take_messages(GST_MESSAGE_PROGRESS)) {
      GstProgressType type{};
      gst_message_parse_progress(message, &type, nullptr, nullptr);
      gst_message_unref(message);
      found = found || type == wanted;
    }
  }
}

void forget_progress(ElementRig& rig) {
  for (GstMessage* message : rig.take_messages(GST_MESSAGE_PROGRESS)) gst_message_unref(message);
}

/// Require that every window is whole and of one graph, that graphs do not come back, and return
/// how many there were.
std::size_t expect_one_after_another(const std::vector<Told>& told) {
  std::vector<std::string> seen;
  GstClockTime last = 0;
  for (const Told& window : told) {
    if (seen.empty() || seen.back() != window.graph) {
      EXPECT_EQ(std::count(seen.begin(), seen.end(), window.graph), 0) << window.graph;
      seen.push_back(window.graph);
    }
    EXPECT_GE(window.timestamp, last);
    last = window.timestamp;
    const double offset = std::stod(window.graph.substr(5));
    EXPECT_EQ(static_cast<float>(window.scores.at("first")),
              static_cast<float>(ramp(static_cast<std::int64_t>(window.timestamp / GST_MSECOND)) +
                                 offset));
    EXPECT_EQ(window.scores.at("step"), ramp(1));
    EXPECT_EQ(window.duration, 400 * GST_MSECOND);
  }
  return seen.size();
}

TEST(Swap, GraphsFollowEachOtherAtBorders) {
  ElementRig rig(graph_of(0).json(), in_step);
  rig.begin();
  std::int64_t at = 0;
  std::vector<Told> told;
  for (int number = 1; number <= 5; ++number) {
    for (int i = 0; i < 30; ++i, at += 70) ASSERT_EQ(rig.push_ramp(at, 70), GST_FLOW_OK);
    forget_progress(rig);
    g_object_set(rig.element(), "graph-json", graph_of(number).json().c_str(), nullptr);
    await_progress(rig, GST_PROGRESS_TYPE_COMPLETE);
    // What is loaded is taken over shortly after it is told.
    for (std::size_t before = told.size();
         told.empty() || told.back().graph != graph_of(number).name; at += 70) {
      ASSERT_EQ(rig.push_ramp(at, 70), GST_FLOW_OK);
      for (Told& window : rig.take()) told.push_back(std::move(window));
      ASSERT_LT(told.size(), before + 100000);
    }
  }
  EXPECT_EQ(expect_one_after_another(told), 6U);
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_ERROR), 0U);
}

TEST(Swap, UnderLoadNothingIsLostAndNothingMixed) {
  ElementRig rig(graph_of(0).json(), [](GstElement* element) {
    gst_util_set_object_arg(G_OBJECT(element), "leaky", "no");
  });
  rig.begin();
  std::int64_t at = 0;
  for (int number = 1; number <= 30; ++number) {
    g_object_set(rig.element(), "graph-json", graph_of(number).json().c_str(), nullptr);
    for (int i = 0; i < 20; ++i, at += 100) ASSERT_EQ(rig.push_ramp(at, 100), GST_FLOW_OK);
  }
  rig.end();
  const std::vector<Told> told = rig.take();
  expect_one_after_another(told);
  // A change costs at most the window it comes into.
  EXPECT_GE(told.size(), static_cast<std::size_t>(at / 200 - 2 * 30 - 2));
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_ERROR), 0U);
}

TEST(Swap, ResultsOfTheOldGraphComeFirstHoweverLate) {
  GateFile old_file;
  GateFile new_file;
  old_file.close();
  new_file.close();
  GateGraph old_graph = graph_of(0);
  GateGraph new_graph = graph_of(1);
  old_graph.gate = old_file.path();
  new_graph.gate = new_file.path();
  ElementRig rig(old_graph.json());
  rig.begin();
  rig.push_ramp(0, 700);
  old_file.await();
  forget_progress(rig);
  g_object_set(rig.element(), "graph-json", new_graph.json().c_str(), nullptr);
  await_progress(rig, GST_PROGRESS_TYPE_COMPLETE);
  std::int64_t at = 700;
  for (; !new_file.reached(); at += 100) {
    rig.push_ramp(at, 100);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  new_file.open();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  old_file.open();
  rig.end();
  EXPECT_EQ(expect_one_after_another(rig.take()), 2U);
}

TEST(Swap, AGraphThatCannotBeLoadedChangesNothing) {
  ElementRig rig(graph_of(0).json(), in_step);
  rig.begin();
  rig.push_ramp(0, 700);
  forget_progress(rig);
  g_object_set(rig.element(), "graph-json", "{", nullptr);
  await_progress(rig, GST_PROGRESS_TYPE_ERROR);
  rig.await_message(GST_MESSAGE_WARNING);
  rig.push_ramp(700, 700);
  rig.end();
  expect_windows(rig.take(), {{0, 1400, 0}}, graph_of(0));
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_WARNING), 1U);
  EXPECT_EQ(rig.count_messages(GST_MESSAGE_ERROR), 0U);
}

TEST(Swap, ANewGraphMakesAFailedStreamGoOn) {
  GateGraph failing = graph_of(0);
  failing.throw_above = ramp(500);
  ElementRig rig(failing.json(), [](GstElement* element) {
    in_step(element);
    gst_util_set_object_arg(G_OBJECT(element), "on-error", "passthrough");
  });
  rig.begin();
  rig.push_ramp(0, 900);
  rig.await_message(GST_MESSAGE_WARNING);
  forget_progress(rig);
  g_object_set(rig.element(), "graph-json", graph_of(1).json().c_str(), nullptr);
  await_progress(rig, GST_PROGRESS_TYPE_COMPLETE);
  rig.take();
  std::size_t told = 0;
  for (std::int64_t at = 900; told == 0 && at < 1000000; at += 100) {
    rig.push_ramp(at, 100);
    for (const Told& window : rig.take()) {
      EXPECT_EQ(window.graph, "graph1");
      EXPECT_EQ(window.scores.at("step"), ramp(1));
      ++told;
    }
  }
  EXPECT_GT(told, 0U);
}

}  // namespace
}  // namespace melgraph::testing
