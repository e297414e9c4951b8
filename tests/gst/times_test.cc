// Times of windows over a long time, where errors would add up.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "element_rig.h"

namespace melgraph::testing {
namespace {

constexpr int rate = 441;  // a sample is no whole number of nanoseconds

GateGraph long_graph() {
  GateGraph graph;
  graph.sample_rate = rate;
  graph.window = 2000;
  graph.hop = 1000;
  return graph;
}

std::int64_t memory() {
  std::ifstream file("/proc/self/statm");
  std::int64_t pages = 0;
  file >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

GstClockTime time_of(std::int64_t frame) {
  return gst_util_uint64_scale_round(static_cast<guint64>(frame), GST_SECOND, rate);
}

TEST(Times, OfADayAreExactAndMemoryStays) {
  const GateGraph graph = long_graph();
  ElementRig rig(graph.json(), [](GstElement* element) {
    gst_util_set_object_arg(G_OBJECT(element), "leaky", "no");
  });
  rig.begin(rate, 1);
  constexpr std::int64_t day = 24LL * 3600 * rate;
  constexpr std::int64_t step = 9973;
  // Only the first sample counts here, so that one buffer serves all.
  GstBuffer* sound = rig.make_buffer(0, step, 0);
  std::int64_t at = 0;
  std::int64_t early_memory = 0;
  std::uint64_t next = 0;
  const auto check = [&] {
    for (const Told& window : rig.take()) {
      ASSERT_EQ(window.index, next);
      ASSERT_EQ(window.timestamp, time_of(static_cast<std::int64_t>(next) * graph.hop));
      ASSERT_EQ(window.stream_time, window.timestamp);
      ASSERT_EQ(window.running_time, window.timestamp);
      ++next;
    }
  };
  for (; at < day; at += step) {
    GstBuffer* buffer = gst_buffer_copy(sound);
    // As demuxers have it: rounded down, and without times now and then.
    GST_BUFFER_PTS(buffer) =
        at % 3 == 1 ? GST_CLOCK_TIME_NONE
                    : gst_util_uint64_scale(static_cast<guint64>(at), GST_SECOND, rate);
    ASSERT_EQ(rig.push(buffer), GST_FLOW_OK);
    if (at / step % 64 == 0) check();
    if (early_memory == 0 && at > day / 8) early_memory = memory();
  }
  rig.end();
  check();
  EXPECT_EQ(next, static_cast<std::uint64_t>((at - graph.window) / graph.hop + 1));
  const double grown = static_cast<double>(memory() - early_memory) / 1e6;
  printf("%.1f h of sound, %llu windows, memory grew by %.1f MB since the third hour\n",
         static_cast<double>(at) / rate / 3600, static_cast<unsigned long long>(next), grown);
#ifndef __SANITIZE_ADDRESS__  // which keeps what was freed for a while
  EXPECT_LT(grown, 16);
#endif
  gst_buffer_unref(sound);
}

TEST(Times, WithoutTimestampsOneSampleAtATime) {
  const GateGraph graph = long_graph();
  ElementRig rig(graph.json(), [](GstElement* element) {
    gst_util_set_object_arg(G_OBJECT(element), "leaky", "no");
  });
  rig.begin(rate, 1);
  for (std::int64_t at = 0; at < 20000; ++at) {
    ASSERT_EQ(rig.push(rig.make_buffer(at, 1, GST_CLOCK_TIME_NONE)), GST_FLOW_OK);
  }
  rig.push_event(gst_event_new_gap(time_of(20000), 0));
  for (std::int64_t at = 20000; at < 23000; ++at) {
    ASSERT_EQ(rig.push(rig.make_buffer(at, 1, GST_CLOCK_TIME_NONE)), GST_FLOW_OK);
  }
  rig.end();
  expect_windows(rig.take(), {{0, 20000, 0}, {20000, 3000, time_of(20000)}}, graph);
}

}  // namespace
}  // namespace melgraph::testing
