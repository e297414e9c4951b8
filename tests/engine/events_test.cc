// Events, from graph to results: the same offline and streamed, with the times of their windows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "io/audio_reader.h"
#include "melgraph/engine.h"
#include "source_folder.h"

namespace melgraph {
namespace {

constexpr int rate = 16000;
constexpr float left_out = -std::numeric_limits<float>::infinity();

/// The network of the shipped bundle over windows that overlap.
std::string events_graph(const std::string& params) {
  return R"({
  "melgraph": 1,
  "source": {"audio": {"sample_rate": 16000, "window": 0.975, "hop": 0.24, "tail": "pad"}},
  "nodes": [
    {"id": "mel", "type": "frontend.mel", "params": {"preset": "vggish"}, "inputs": {"audio": "source.audio"}},
    {"id": "cnn", "type": "model.cnn", "params": {"weights": "bundles/esc10-cnn/esc10_cnn.safetensors", "labels": "bundles/esc10-cnn/labels.txt"}, "inputs": {"features": "mel"}},
    {"id": "events", "type": "post.events", "params": )" +
         params + R"(, "inputs": {"scores": "cnn"}}
  ],
  "outputs": {"windows": "cnn", "events": "events"}
})";
}

class EventsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (source_.empty()) GTEST_SKIP() << "the graphs are missing; set MELGRAPH_SOURCE_DIR";
  }

  Graph load(Engine& engine, const std::string& params) const {
    return engine.load_text(events_graph(params), "events.json", source_ / "graphs");
  }

  /// The bundle's probe clip, then 1.5 s of silence, then its first two seconds again.
  std::vector<float> sound() const {
    const auto reader =
        open_audio((source_ / "graphs" / "bundles" / "esc10-cnn" / "probe.wav").string());
    EXPECT_EQ(reader->sample_rate(), rate);
    EXPECT_EQ(reader->channels(), 1);
    std::vector<float> all, block;
    while (reader->read(block, 65536) > 0) all.insert(all.end(), block.begin(), block.end());
    const std::vector<float> again(
        all.begin(),
        all.begin() + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(all.size()), 2 * rate));
    all.insert(all.end(), 3 * rate / 2, 0.0F);
    all.insert(all.end(), again.begin(), again.end());
    return all;
  }

  std::filesystem::path source_ = testing::source_folder();
};

/// Results of one output, in their order.
std::vector<Result> run(Engine& engine, const Graph& graph, const std::vector<float>& pcm,
                        std::size_t chunk, const std::string& output) {
  SessionOptions options;
  options.sample_rate = rate;
  const auto session = engine.open(graph, options);
  std::vector<Result> results;
  Result result;
  const auto keep = [&] {
    if (graph.outputs()[result.output].name == output) results.push_back(result);
  };
  for (std::size_t i = 0; i < pcm.size(); i += chunk) {
    session->push(pcm.data() + i, std::min(chunk, pcm.size() - i));
    while (session->poll(result)) keep();
  }
  session->drain();
  while (session->wait(result)) keep();
  return results;
}

struct Expected {
  double start;
  double end;
  std::size_t label;
  double score;
};

/// Find runs of windows at or above a threshold; windows of one length, hop 0.24 s.
std::vector<Expected> runs(const std::vector<Result>& windows, float threshold) {
  std::vector<Expected> found;
  for (std::size_t c = 0; c < windows.front().values.size(); ++c) {
    for (std::size_t i = 0; i < windows.size(); ++i) {
      if (!(windows[i].values[c] >= threshold)) continue;
      std::size_t last = i;
      double sum = 0;
      for (std::size_t k = i; k < windows.size() && windows[k].values[c] >= threshold; ++k) {
        sum += windows[k].values[c];
        last = k;
      }
      // Half a hop before the centre of the first, half a hop after that of the last.
      const double start = i == 0 ? 0 : windows[i].start + 0.4875 - 0.12;
      const double end = windows[last].start + 0.4875 + 0.12;
      found.push_back({start, end, c, sum / static_cast<double>(last - i + 1)});
      i = last;
    }
  }
  std::sort(found.begin(), found.end(), [](const Expected& a, const Expected& b) {
    return std::pair(a.start, a.label) < std::pair(b.start, b.label);
  });
  return found;
}

TEST_F(EventsTest, AreTheRunsOfWindowsAboveTheThreshold) {
  Engine engine;
  const Graph graph = load(engine, R"({"threshold_on": 0.3})");
  const std::vector<float> pcm = sound();
  const auto windows = run(engine, graph, pcm, pcm.size(), "windows");
  const auto events = run(engine, graph, pcm, pcm.size(), "events");
  const auto expected = runs(windows, 0.3F);
  ASSERT_GE(expected.size(), 3u) << "the sound has too few events to show anything";
  ASSERT_EQ(events.size(), expected.size());
  const double length = static_cast<double>(pcm.size()) / rate;
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].index, static_cast<std::int64_t>(i));
    EXPECT_NEAR(events[i].start, expected[i].start, 1e-9);
    // Windows that reach beyond the sound end with it, and so do their frames.
    if (expected[i].end < length - 0.975) {
      EXPECT_NEAR(events[i].end, expected[i].end, 1e-9);
    }
    EXPECT_LE(events[i].end, length + 1e-9);
    ASSERT_EQ(events[i].values.size(), 10u);
    for (std::size_t c = 0; c < 10; ++c) {
      if (c == expected[i].label) {
        EXPECT_NEAR(events[i].values[c], expected[i].score, 1e-6);
      } else {
        EXPECT_EQ(events[i].values[c], left_out);
      }
    }
  }
}

TEST_F(EventsTest, AreTheSameOfflineAndPushedInSmallChunks) {
  const std::string params =
      R"({"threshold_on": 0.3, "threshold_off": 0.2, "median_windows": 3, "max_gap": 0.5})";
  const std::vector<float> pcm = sound();
  std::vector<Result> offline;
  for (const auto& [batch, jobs, chunk] :
       {std::tuple(64, 1, pcm.size()), std::tuple(3, 2, std::size_t{1000}),
        std::tuple(1, 1, std::size_t{97})}) {
    EngineOptions options;
    options.max_batch = batch;
    options.jobs = jobs;
    Engine engine(options);
    const auto events = run(engine, load(engine, params), pcm, chunk, "events");
    if (offline.empty()) offline = events;
    ASSERT_FALSE(events.empty());
    ASSERT_EQ(events.size(), offline.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(events[i].start, offline[i].start);
      EXPECT_EQ(events[i].end, offline[i].end);
      for (std::size_t c = 0; c < events[i].values.size(); ++c) {
        if (offline[i].values[c] == left_out) {
          EXPECT_EQ(events[i].values[c], left_out);
        } else {
          EXPECT_NEAR(events[i].values[c], offline[i].values[c], 1e-5);
        }
      }
    }
  }
}

TEST_F(EventsTest, AnInputMayHaveNone) {
  Engine engine;
  const Graph graph = load(engine, R"({"threshold_on": 2})");
  EXPECT_TRUE(run(engine, graph, sound(), 4000, "events").empty());
  EXPECT_FALSE(run(engine, graph, sound(), 4000, "windows").empty());
}

}  // namespace
}  // namespace melgraph
