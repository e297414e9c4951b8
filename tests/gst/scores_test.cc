// Scores and times of the element against the engine's own, of the same sound given at once.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <random>

#include "element_rig.h"
#include "host_graph.h"
#include "host_loader.h"
#include "source_folder.h"

namespace melgraph::testing {
namespace {

namespace fs = std::filesystem;

struct Wanted {
  double start = 0;
  double end = 0;
  std::vector<float> scores;
};

/// A chirp in noise, from 200 Hz up.
std::vector<float> chirp(int rate, double seconds) {
  std::mt19937 noise(7);
  std::uniform_real_distribution<float> uniform(-0.05F, 0.05F);
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    samples[i] =
        static_cast<float>(0.4 * std::sin(2 * G_PI * (200 * t + 300 * t * t))) + uniform(noise);
  }
  return samples;
}

class Scores : public ::testing::Test {
 protected:
  void SetUp() override {
    graph_ = source_folder() / "graphs" / "esc10.json";
    const fs::path library = fs::read_symlink("/proc/self/exe").parent_path() / "../../../lib";
    const launch::LoadedHost host = launch::load_host(library);
    ASSERT_NE(host.table, nullptr);
    stream::GraphRequest request;
    request.graph = graph_.string();
    request.device = "cpu";
    engine_ = std::make_unique<stream::HostGraph>(*host.table, request);
  }

  std::vector<Wanted> offline(const std::vector<float>& samples, int rate) {
    stream::StreamRequest request;
    request.sample_rate = rate;
    request.channels = 1;
    const auto session = engine_->open(std::move(request));
    session->push(samples.data(), samples.size());
    session->drain();
    std::vector<Wanted> wanted;
    melgraph_host_result result{};
    for (;;) {
      const stream::Polled polled = session->poll(result);
      if (polled == stream::Polled::ended) break;
      if (polled == stream::Polled::nothing) continue;
      if (std::string(engine_->info().output[result.output].name) != "windows") continue;
      wanted.push_back({result.start, result.end, {result.value, result.value + result.values}});
    }
    return wanted;
  }

  std::vector<Told> through_element(const std::vector<float>& samples, int rate,
                                    std::size_t buffer) {
    ElementRig rig("", [&](GstElement* element) {
      g_object_set(element, "graph-json", nullptr, "graph", graph_.c_str(), "device", "cpu",
                   nullptr);
      gst_util_set_object_arg(G_OBJECT(element), "leaky", "no");
    });
    rig.begin(rate);
    for (std::size_t at = 0; at < samples.size(); at += buffer) {
      const std::size_t count = std::min(buffer, samples.size() - at);
      GstBuffer* sound = gst_buffer_new_allocate(nullptr, count * sizeof(float), nullptr);
      gst_buffer_fill(sound, 0, samples.data() + at, count * sizeof(float));
      GST_BUFFER_PTS(sound) = gst_util_uint64_scale(at, GST_SECOND, static_cast<guint64>(rate));
      EXPECT_EQ(rig.push(sound), GST_FLOW_OK);
    }
    rig.end();
    std::vector<Told> windows;
    for (const Told& told : rig.take()) {
      if (told.output == "windows") windows.push_back(told);
    }
    return windows;
  }

  void compare(const std::vector<Told>& told, const std::vector<Wanted>& wanted) {
    const melgraph_host_output* output = nullptr;
    for (std::size_t i = 0; i < engine_->info().outputs; ++i) {
      if (std::string(engine_->info().output[i].name) == "windows") {
        output = &engine_->info().output[i];
      }
    }
    ASSERT_NE(output, nullptr);
    ASSERT_EQ(told.size(), wanted.size());
    for (std::size_t w = 0; w < told.size(); ++w) {
      SCOPED_TRACE("window " + std::to_string(w));
      EXPECT_EQ(told[w].timestamp, static_cast<GstClockTime>(std::llround(wanted[w].start * 1e9)));
      EXPECT_EQ(told[w].timestamp + told[w].duration,
                static_cast<GstClockTime>(std::llround(wanted[w].end * 1e9)));
      ASSERT_EQ(told[w].scores.size(), wanted[w].scores.size());
      for (std::size_t c = 0; c < wanted[w].scores.size(); ++c) {
        EXPECT_NEAR(told[w].scores.at(output->label[c]), wanted[w].scores[c], 1e-5);
      }
    }
  }

  fs::path graph_;
  std::unique_ptr<stream::HostGraph> engine_;
};

TEST_F(Scores, AreTheEnginesForAnySizeOfBuffers) {
  const std::vector<float> samples = chirp(16000, 3.3);
  const std::vector<Wanted> wanted = offline(samples, 16000);
  ASSERT_EQ(wanted.size(), 5U);
  for (const std::size_t size : {1, 160, 1024, 4096, 16000, 48001}) {
    SCOPED_TRACE("buffers of " + std::to_string(size));
    compare(through_element(samples, 16000, size), wanted);
  }
}

TEST_F(Scores, AreTheEnginesAtAnyRate) {
  for (const int rate : {8000, 11025, 22050, 44100, 48000, 96000}) {
    SCOPED_TRACE(std::to_string(rate) + " Hz");
    const std::vector<float> samples = chirp(rate, 3.3);
    const std::vector<Wanted> wanted = offline(samples, rate);
    ASSERT_EQ(wanted.size(), 5U);
    for (std::size_t w = 0; w < wanted.size(); ++w) {
      EXPECT_NEAR(wanted[w].start, 0.48 * static_cast<double>(w), 1e-9);
    }
    compare(through_element(samples, rate, 1021), wanted);
  }
}

}  // namespace
}  // namespace melgraph::testing
