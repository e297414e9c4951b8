#include "run/window_cutter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "melgraph/error.h"

namespace melgraph {
namespace {

// Sample i of channel c is 1 + i + 1000000 c, so a window shows where it was cut.
float sample(std::int64_t i, int channel) {
  return static_cast<float>(1 + i + std::int64_t{1000000} * channel);
}

std::vector<AudioWindow> cut(WindowCutter& cutter, std::int64_t total, int channels,
                             std::size_t chunk) {
  std::vector<std::vector<float>> sound(static_cast<std::size_t>(channels));
  for (int c = 0; c < channels; ++c) {
    for (std::int64_t i = 0; i < total; ++i) {
      sound[static_cast<std::size_t>(c)].push_back(sample(i, c));
    }
  }
  std::vector<AudioWindow> windows;
  AudioWindow window;
  for (std::size_t at = 0; at < static_cast<std::size_t>(total); at += chunk) {
    std::vector<const float*> pointers;
    for (const auto& channel : sound) pointers.push_back(channel.data() + at);
    cutter.push(pointers.data(), std::min(chunk, static_cast<std::size_t>(total) - at));
    while (cutter.pop(window)) windows.push_back(window);
  }
  cutter.finish();
  while (cutter.pop(window)) windows.push_back(window);
  return windows;
}

std::vector<AudioWindow> cut(std::int64_t size, std::int64_t hop, WindowTail tail,
                             std::int64_t total, int channels = 1, std::size_t chunk = 7) {
  WindowCutter cutter(size, hop, tail, 10, channels);
  return cut(cutter, total, channels, chunk);
}

using Samples = std::vector<float>;

TEST(WindowCutter, DropGivesFullWindowsOnly) {
  const auto windows = cut(4, 3, WindowTail::drop, 12);
  ASSERT_EQ(windows.size(), 3U);
  EXPECT_EQ(windows[2].samples, (Samples{7, 8, 9, 10}));
  EXPECT_EQ(windows[2].index, 2);
  EXPECT_EQ(windows[2].length, 4);
}

TEST(WindowCutter, TimesCountFromTheOrigin) {
  WindowCutter cutter(4, 3, WindowTail::pad, 10, 1);
  cutter.set_origin(100.0);
  const auto windows = cut(cutter, 12, 1, 5);
  ASSERT_EQ(windows.size(), 4U);
  EXPECT_DOUBLE_EQ(windows[0].start, 100.0);
  EXPECT_DOUBLE_EQ(windows[1].start, 100.3);
  EXPECT_DOUBLE_EQ(windows[1].end, 100.7);
  EXPECT_DOUBLE_EQ(windows[3].start, 100.9);
  EXPECT_DOUBLE_EQ(windows[3].end, 101.2);  // of 4 samples only 3 are sound
}

TEST(WindowCutter, PadAddsOneWindowFilledWithZeros) {
  const auto windows = cut(4, 3, WindowTail::pad, 12);
  ASSERT_EQ(windows.size(), 4U);
  EXPECT_EQ(windows[3].samples, (Samples{10, 11, 12, 0}));
  EXPECT_EQ(windows[3].length, 3);
}

TEST(WindowCutter, RepeatFillsTheLastWindowWithItself) {
  const auto windows = cut(7, 5, WindowTail::repeat, 8);
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_EQ(windows[1].samples, (Samples{6, 7, 8, 6, 7, 8, 6}));
  EXPECT_EQ(windows[1].length, 3);
}

TEST(WindowCutter, NoTailWhereTheLastFullWindowEndsTheInput) {
  for (const WindowTail tail : {WindowTail::drop, WindowTail::pad, WindowTail::repeat}) {
    EXPECT_EQ(cut(4, 3, tail, 10).size(), 3U);
    EXPECT_EQ(cut(4, 4, tail, 8).size(), 2U);
  }
}

TEST(WindowCutter, ShortInputGivesExactlyOneWindow) {
  for (const WindowTail tail : {WindowTail::drop, WindowTail::pad}) {
    const auto windows = cut(5, 1, tail, 2);
    ASSERT_EQ(windows.size(), 1U);
    EXPECT_EQ(windows[0].samples, (Samples{1, 2, 0, 0, 0}));
    EXPECT_EQ(windows[0].length, 2);
    EXPECT_DOUBLE_EQ(windows[0].end, 0.2);
  }
  const auto repeated = cut(5, 1, WindowTail::repeat, 2);
  ASSERT_EQ(repeated.size(), 1U);
  EXPECT_EQ(repeated[0].samples, (Samples{1, 2, 1, 2, 1}));
}

TEST(WindowCutter, PadFollowsTheRuleOfYamnet) {
  for (const std::int64_t total : {1, 15599, 15600, 15601, 23279, 23280, 23281, 160000}) {
    const std::int64_t hops = total <= 15600 ? 0 : (total - 15600 + 7679) / 7680;
    const auto windows = cut(15600, 7680, WindowTail::pad, total, 1, 4096);
    EXPECT_EQ(windows.size(), static_cast<std::size_t>(1 + hops)) << total;
  }
}

TEST(WindowCutter, WholeInputIsOneWindow) {
  for (const WindowTail tail : {WindowTail::drop, WindowTail::pad, WindowTail::repeat}) {
    const auto windows = cut(0, 0, tail, 23);
    ASSERT_EQ(windows.size(), 1U);
    EXPECT_EQ(windows[0].samples.size(), 23U);
    EXPECT_EQ(windows[0].length, 23);
    EXPECT_DOUBLE_EQ(windows[0].end, 2.3);
  }
}

TEST(WindowCutter, ChannelsFollowEachOther) {
  const auto windows = cut(3, 2, WindowTail::pad, 4, 2);
  ASSERT_EQ(windows.size(), 2U);
  EXPECT_EQ(windows[0].samples, (Samples{1, 2, 3, 1000001, 1000002, 1000003}));
  EXPECT_EQ(windows[1].samples, (Samples{3, 4, 0, 1000003, 1000004, 0}));
}

TEST(WindowCutter, ChunkingChangesNothing) {
  for (const WindowTail tail : {WindowTail::drop, WindowTail::pad, WindowTail::repeat}) {
    for (const std::int64_t hop : {1, 3, 10, 17, 40}) {
      const auto expected = cut(10, hop, tail, 95, 2, 95);
      for (const std::size_t chunk : {1U, 2U, 9U, 10U, 11U, 64U}) {
        const auto windows = cut(10, hop, tail, 95, 2, chunk);
        ASSERT_EQ(windows.size(), expected.size()) << hop << ' ' << chunk;
        for (std::size_t i = 0; i < windows.size(); ++i) {
          EXPECT_EQ(windows[i].samples, expected[i].samples);
          EXPECT_EQ(windows[i].start, expected[i].start);
          EXPECT_EQ(windows[i].end, expected[i].end);
        }
      }
    }
  }
}

TEST(WindowCutter, HopLongerThanTheWindowLeavesGaps) {
  const auto windows = cut(2, 5, WindowTail::pad, 11);
  ASSERT_EQ(windows.size(), 3U);
  EXPECT_EQ(windows[1].samples, (Samples{6, 7}));
  EXPECT_EQ(windows[2].samples, (Samples{11, 0}));
  EXPECT_EQ(cut(2, 5, WindowTail::pad, 10).size(), 2U);  // what is left lies in a gap
}

TEST(WindowCutter, OverlapCountsTheSamplesThatNeighboursShare) {
  for (const WindowTail tail : {WindowTail::drop, WindowTail::pad, WindowTail::repeat}) {
    for (const std::int64_t hop : {1, 3, 4, 6}) {
      const auto windows = cut(4, hop, tail, 15);
      EXPECT_EQ(windows[0].overlap, 0);
      for (std::size_t i = 1; i < windows.size(); ++i) {
        const auto shared = static_cast<std::size_t>(windows[i].overlap);
        EXPECT_EQ(windows[i].overlap, std::max<std::int64_t>(4 - hop, 0));
        const Samples& before = windows[i - 1].samples;
        const Samples end(before.end() - static_cast<std::ptrdiff_t>(shared), before.end());
        const Samples& now = windows[i].samples;
        EXPECT_EQ(end, Samples(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(shared)));
      }
    }
  }
}

TEST(WindowCutter, NoSamplesGiveNoWindow) {
  WindowCutter cutter(4, 2, WindowTail::pad, 10, 1);
  AudioWindow window;
  EXPECT_FALSE(cutter.finish());
  EXPECT_TRUE(cutter.empty());
  EXPECT_FALSE(cutter.pop(window));
}

TEST(WindowCutter, FinishReportsSound) {
  WindowCutter cutter(4, 2, WindowTail::drop, 10, 1);
  const float one = 1.0F;
  const float* pointer = &one;
  cutter.push(&pointer, 1);
  EXPECT_TRUE(cutter.finish());
}

TEST(WindowCutter, MemoryStaysBounded) {
  for (const std::int64_t hop : {8, 100, 5000}) {
    WindowCutter cutter(100, hop, WindowTail::pad, 16000, 1);
    const std::vector<float> chunk(64, 0.5F);
    const float* pointer = chunk.data();
    AudioWindow window;
    for (int i = 0; i < 5000; ++i) {
      cutter.push(&pointer, chunk.size());
      while (cutter.pop(window)) {
      }
      ASSERT_LE(cutter.buffered(), 2 * (100U + 64U)) << hop;
    }
  }
}

TEST(WindowCutter, ResetStartsAnew) {
  WindowCutter cutter(4, 3, WindowTail::repeat, 10, 1);
  const auto first = cut(cutter, 13, 1, 5);
  cutter.reset();
  EXPECT_TRUE(cutter.empty());
  const auto second = cut(cutter, 13, 1, 4);
  ASSERT_EQ(first.size(), second.size());
  EXPECT_EQ(first.back().samples, second.back().samples);
  EXPECT_EQ(second.front().index, 0);
}

TEST(WindowCutter, RejectsSizesThatMakeNoSense) {
  EXPECT_THROW(WindowCutter(-1, 1, WindowTail::drop, 10, 1), Error);
  EXPECT_THROW(WindowCutter(4, 0, WindowTail::drop, 10, 1), Error);
  EXPECT_THROW(WindowCutter(4, 1, WindowTail::drop, 0, 1), Error);
  EXPECT_THROW(WindowCutter(4, 1, WindowTail::drop, 10, 0), Error);
}

TEST(WindowCutter, RefusesSamplesAfterTheEnd) {
  WindowCutter cutter(4, 2, WindowTail::drop, 10, 1);
  cutter.finish();
  const float one = 1.0F;
  const float* pointer = &one;
  EXPECT_THROW(cutter.push(&pointer, 1), Error);
}

/// Feed runs of the given lengths, each `origin` 100 s after the one before.
std::vector<AudioWindow> cut_runs(WindowTail tail, const std::vector<std::int64_t>& runs) {
  WindowCutter cutter(4, 2, tail, 10, 1);
  std::vector<AudioWindow> windows;
  AudioWindow window;
  double origin = 0;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    if (r > 0) cutter.restart(origin += 100);
    std::vector<float> sound;
    for (std::int64_t i = 0; i < runs[r]; ++i) {
      sound.push_back(static_cast<float>(100 * r) + static_cast<float>(i));
    }
    const float* channel = sound.data();
    cutter.push(&channel, sound.size());
    while (cutter.pop(window)) windows.push_back(window);
  }
  cutter.finish();
  while (cutter.pop(window)) windows.push_back(window);
  return windows;
}

TEST(WindowCutter, ARestartDropsTheUnfinishedWindowAndGoesOnCounting) {
  const auto windows = cut_runs(WindowTail::drop, {7, 6});
  ASSERT_EQ(windows.size(), 4U);
  EXPECT_EQ(windows[1].samples, (Samples{2, 3, 4, 5}));
  EXPECT_EQ(windows[1].overlap, 2);
  EXPECT_EQ(windows[2].samples, (Samples{100, 101, 102, 103}));
  EXPECT_EQ(windows[2].overlap, 0);
  EXPECT_DOUBLE_EQ(windows[2].start, 100.0);
  EXPECT_EQ(windows[3].samples, (Samples{102, 103, 104, 105}));
  EXPECT_EQ(windows[3].overlap, 2);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    EXPECT_EQ(windows[i].index, static_cast<std::int64_t>(i));
  }
}

TEST(WindowCutter, TheTailPolicyIsForTheLastRunOnly) {
  EXPECT_EQ(cut_runs(WindowTail::pad, {7, 7}).size(), 5U);  // 2, and 2 with a tail
  EXPECT_EQ(cut_runs(WindowTail::drop, {7, 7}).size(), 4U);
  EXPECT_EQ(cut_runs(WindowTail::pad, {7, 0}).size(), 2U);
}

TEST(WindowCutter, AShortLastRunFollowsTheTailPolicyWhereThereWereWindows) {
  EXPECT_EQ(cut_runs(WindowTail::drop, {4, 3}).size(), 1U);
  const auto padded = cut_runs(WindowTail::pad, {4, 3});
  ASSERT_EQ(padded.size(), 2U);
  EXPECT_EQ(padded[1].samples, (Samples{100, 101, 102, 0}));
  const auto repeated = cut_runs(WindowTail::repeat, {4, 3});
  ASSERT_EQ(repeated.size(), 2U);
  EXPECT_EQ(repeated[1].samples, (Samples{100, 101, 102, 100}));
}

TEST(WindowCutter, AShortLastRunGivesOneWindowWhereThereWasNone) {
  const auto windows = cut_runs(WindowTail::drop, {3, 2});
  ASSERT_EQ(windows.size(), 1U);
  EXPECT_EQ(windows[0].samples, (Samples{100, 101, 0, 0}));
  EXPECT_TRUE(cut_runs(WindowTail::drop, {3, 0}).empty());
}

}  // namespace
}  // namespace melgraph
