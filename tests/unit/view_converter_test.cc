#include "run/view_converter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "melgraph/error.h"

namespace melgraph {
namespace {

View view(int rate, std::int64_t window, std::int64_t hop, int channels = 1) {
  View v;
  v.name = "audio";
  v.sample_rate = rate;
  v.channels = channels;
  v.resampler = "kaiser-best";
  v.window = window;
  v.hop = hop;
  return v;
}

struct Emitted {
  int view;
  AudioWindow window;
};

std::vector<Emitted> convert(const std::vector<View>& views, int rate, int channels,
                             const std::vector<float>& pcm, std::size_t chunk, double start = 0) {
  ViewConverter converter(views, rate, channels, start);
  std::vector<Emitted> all;
  const auto emit = [&](int v, AudioWindow&& w) { all.push_back({v, std::move(w)}); };
  const std::size_t frames = pcm.size() / static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < frames; i += chunk) {
    converter.push(pcm.data() + i * static_cast<std::size_t>(channels), std::min(chunk, frames - i),
                   emit);
  }
  EXPECT_TRUE(converter.finish(emit));
  return all;
}

TEST(ViewConverter, MixesToMonoByTheMean) {
  const std::vector<float> pcm = {1, 0, 0, 1, 0.5f, 0.5f, -1, -1};
  const auto all = convert({view(8000, 4, 4)}, 8000, 2, pcm, 8);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].window.samples, (std::vector<float>{0.5f, 0.5f, 0.5f, -1}));
}

TEST(ViewConverter, KeepsChannelsApartWhereTheViewWantsThem) {
  const std::vector<float> pcm = {1, 2, 3, 4};
  const auto all = convert({view(8000, 2, 2, 2)}, 8000, 2, pcm, 2);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].window.samples, (std::vector<float>{1, 3, 2, 4}));
}

TEST(ViewConverter, AnyChunkingGivesTheSameWindowsToTheBit) {
  std::vector<float> pcm(44100);
  for (std::size_t i = 0; i < pcm.size(); ++i) pcm[i] = std::sin(0.01f * static_cast<float>(i));
  const std::vector<View> views = {view(16000, 4000, 1000), view(22050, 2205, 2205)};
  const auto whole = convert(views, 44100, 1, pcm, pcm.size());
  for (const std::size_t chunk : {1000u, 777u, 44099u}) {
    const auto parts = convert(views, 44100, 1, pcm, chunk);
    ASSERT_EQ(parts.size(), whole.size());
    for (int v = 0; v < 2; ++v) {
      std::vector<AudioWindow> a, b;
      for (const auto& e : whole)
        if (e.view == v) a.push_back(e.window);
      for (const auto& e : parts)
        if (e.view == v) b.push_back(e.window);
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].samples, b[i].samples);
        EXPECT_EQ(a[i].start, b[i].start);
        EXPECT_EQ(a[i].end, b[i].end);
      }
    }
  }
}

TEST(ViewConverter, TimesBeginWhereTheCallerSays) {
  const auto all = convert({view(1000, 100, 50)}, 1000, 1, std::vector<float>(200, 0.1f), 64, 12.5);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_DOUBLE_EQ(all[0].window.start, 12.5);
  EXPECT_DOUBLE_EQ(all[2].window.start, 12.6);
  EXPECT_DOUBLE_EQ(all[2].window.end, 12.7);
}

TEST(ViewConverter, RefusesSamplesThatAreNotFinite) {
  ViewConverter converter({view(8000, 4, 4)}, 8000, 1, 0);
  const auto ignore = [](int, AudioWindow&&) {};
  const std::vector<float> bad = {0, std::numeric_limits<float>::quiet_NaN()};
  try {
    converter.push(bad.data(), bad.size(), ignore);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input);
    EXPECT_STREQ(error.what(), "sample 1 is not a finite number");
  }
}

TEST(ViewConverter, RefusesAViewWithChannelsTheInputLacks) {
  try {
    ViewConverter converter({view(8000, 4, 4, 2)}, 8000, 1, 0);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input);
    EXPECT_STREQ(error.what(), "the input has 1 channel(s), view \"audio\" asks for 2");
  }
}

TEST(ViewConverter, NoSampleAtAllIsReported) {
  ViewConverter converter({view(8000, 4, 4)}, 8000, 1, 0);
  EXPECT_FALSE(converter.finish([](int, AudioWindow&&) { FAIL(); }));
}

TEST(ViewConverter, ResetForgetsAllSound) {
  ViewConverter converter({view(8000, 4, 4)}, 8000, 1, 0);
  std::vector<AudioWindow> windows;
  const auto emit = [&](int, AudioWindow&& w) { windows.push_back(std::move(w)); };
  const std::vector<float> first = {9, 9, 9};
  converter.push(first.data(), 3, emit);
  converter.reset(2.0);
  const std::vector<float> second = {1, 2, 3, 4};
  converter.push(second.data(), 4, emit);
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].samples, second);
  EXPECT_DOUBLE_EQ(windows[0].start, 2.0);
}

}  // namespace
}  // namespace melgraph
