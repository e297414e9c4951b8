#include "run/progress.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace melgraph {
namespace {

TEST(Progress, CallsUntilItIsStopped) {
  int calls = 0;
  Progress progress([&] { ++calls; });
  progress.tell();
  progress.tell();
  progress.stop();
  progress.tell();
  EXPECT_EQ(calls, 2);
}

TEST(Progress, NobodyNeedListen) {
  Progress progress(nullptr);
  progress.tell();
  progress.close();
}

TEST(Progress, CloseWaitsForACallUnderWay) {
  std::promise<void> inside;
  std::promise<void> go;
  std::atomic<bool> finished{false};
  Progress progress([&] {
    inside.set_value();
    go.get_future().wait();
    finished = true;
  });
  std::thread worker([&] { progress.tell(); });
  inside.get_future().wait();
  std::thread closer([&] {
    progress.close();
    EXPECT_TRUE(finished);
  });
  go.set_value();
  closer.join();
  worker.join();
}

TEST(Progress, WhatACallThrowsGoesNoFurther) {
  Progress progress([] { throw 1; });
  progress.tell();
  progress.close();
}

}  // namespace
}  // namespace melgraph
