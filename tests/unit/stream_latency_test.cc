#include <gtest/gtest.h>

#include "latency_window.h"

namespace melgraph::stream {
namespace {

TEST(StreamLatency, WithoutValuesAllIsNothing) {
  const LatencyWindow window;
  EXPECT_TRUE(window.empty());
  EXPECT_EQ(window.mean(), 0);
  EXPECT_EQ(window.quantile(0.5), 0);
}

TEST(StreamLatency, QuantilesAreValuesThatAtLeastThatPartDoesNotExceed) {
  LatencyWindow window;
  for (int i = 100; i >= 1; --i) window.add(i);
  EXPECT_EQ(window.mean(), 50);
  for (int percent = 1; percent <= 100; ++percent) {
    EXPECT_EQ(window.quantile(percent / 100.0), percent);
  }
  EXPECT_EQ(window.quantile(0), 1);
}

TEST(StreamLatency, OnlyTheLastThousandCount) {
  LatencyWindow window;
  for (int i = 0; i < 500; ++i) window.add(1000000);
  for (int i = 0; i < 1000; ++i) window.add(i);
  EXPECT_EQ(window.quantile(1), 999);
  EXPECT_EQ(window.quantile(0.5), 499);
  window.add(5000);
  EXPECT_EQ(window.quantile(1), 5000);
  EXPECT_EQ(window.quantile(0), 1);
}

}  // namespace
}  // namespace melgraph::stream
