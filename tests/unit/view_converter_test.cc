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

TEST(ViewConverter, ARestartGoesOnInAnotherFormatAsAFreshOneWould) {
  std::vector<float> first(6000), second(2 * 22050);
  for (std::size_t i = 0; i < first.size(); ++i) first[i] = std::sin(0.01f * static_cast<float>(i));
  for (std::size_t i = 0; i < second.size(); ++i)
    second[i] = std::cos(0.02f * static_cast<float>(i));
  const std::vector<View> views = {view(16000, 4000, 2000), view(8000, 1000, 1000)};
  ViewConverter converter(views, 16000, 1, 1.0);
  std::vector<Emitted> all;
  const auto emit = [&](int v, AudioWindow&& w) { all.push_back({v, std::move(w)}); };
  converter.push(first.data(), first.size(), emit);
  converter.restart(5.0, 44100, 2, emit);
  const auto before = static_cast<std::ptrdiff_t>(all.size());
  converter.push(second.data(), second.size() / 2, emit);
  EXPECT_TRUE(converter.finish(emit));
  const auto fresh = convert(views, 44100, 2, second, 22050, 5.0);
  ASSERT_EQ(all.size() - static_cast<std::size_t>(before), fresh.size());
  EXPECT_EQ(before, 2 + 3);  // (6000 - 4000) / 2000 + 1 windows, and 3 of 3000 samples
  std::vector<std::int64_t> next = {2, 3};
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const Emitted& window = all[i + static_cast<std::size_t>(before)];
    EXPECT_EQ(window.view, fresh[i].view);
    EXPECT_EQ(window.window.samples, fresh[i].window.samples);
    EXPECT_EQ(window.window.start, fresh[i].window.start);
    EXPECT_EQ(window.window.index, next[static_cast<std::size_t>(window.view)]++);
  }
}

TEST(ViewConverter, ARestartCompletesWindowsWhoseLastSamplesTheResamplerHolds) {
  ViewConverter converter({view(8000, 1000, 1000)}, 44100, 1, 0);
  int windows = 0;
  const auto emit = [&](int, AudioWindow&&) { ++windows; };
  const std::vector<float> sound(5513, 0.1f);  // 1000.1 samples at 8000 Hz
  converter.push(sound.data(), sound.size(), emit);
  EXPECT_EQ(windows, 0);
  converter.restart(1, 44100, 1, emit);
  EXPECT_EQ(windows, 1);
}

TEST(ViewConverter, ARestartThatCannotBeChangesNothing) {
  ViewConverter converter({view(1000, 4, 4, 2)}, 1000, 2, 0);
  std::vector<AudioWindow> windows;
  const auto emit = [&](int, AudioWindow&& w) { windows.push_back(std::move(w)); };
  const std::vector<float> sound = {1, 2, 3, 4, 5, 6, 7, 8};
  converter.push(sound.data(), 2, emit);
  EXPECT_THROW(converter.restart(1, 1000, 1, emit), Error) << "the view wants two channels";
  EXPECT_THROW(converter.restart(1, 0, 2, emit), Error);
  EXPECT_THROW(converter.restart(0.001, 1000, 2, emit), Error) << "sound up to 0.002 s was pushed";
  EXPECT_THROW(converter.restart(NAN, 1000, 2, emit), Error);
  converter.push(sound.data() + 4, 2, emit);
  ASSERT_EQ(windows.size(), 1u);
  EXPECT_EQ(windows[0].samples, (std::vector<float>{1, 3, 5, 7, 2, 4, 6, 8}));
}

TEST(ViewConverter, SoundBeforeARestartIsSound) {
  ViewConverter converter({view(1000, 4, 4)}, 1000, 1, 0);
  const auto ignore = [](int, AudioWindow&&) {};
  const std::vector<float> sound(6, 1);
  converter.push(sound.data(), sound.size(), ignore);
  converter.restart(1, 1000, 1, ignore);
  EXPECT_TRUE(converter.finish(ignore));
  EXPECT_EQ(converter.emitted(0), 1);
}

}  // namespace
}  // namespace melgraph
