#include "melgraph/engine.h"

#include <gtest/gtest.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "io/audio_reader.h"
#include "melgraph/testing/signals.h"
#include "source_folder.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

const fs::path source = testing::source_folder();
const std::string esc10 = (source / "graphs" / "esc10.json").string();

/// $MELGRAPH_TEST_DEVICE, the device that these tests run on; the CPU where it is not set.
std::string device() {
  const char* named = std::getenv("MELGRAPH_TEST_DEVICE");
  return named != nullptr && *named != 0 ? named : "cpu";
}

EngineOptions on_device() {
  EngineOptions options;
  options.device = device();
  return options;
}

/// What is equal on a CPU may differ by 1e-3 on another device.
double tolerance(double on_cpu) {
  return device() == "cpu" ? on_cpu : std::max(on_cpu, 1e-3);
}

class EngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (source.empty()) GTEST_SKIP() << "the graphs are missing; set MELGRAPH_SOURCE_DIR";
    try {
      const Engine engine(on_device());
    } catch (const Error& error) {
      if (error.code() != ErrorCode::device) throw;
      GTEST_SKIP() << "MELGRAPH_TEST_DEVICE: " << error.what();
    }
  }
};

std::vector<Result> run(Engine& engine, const Graph& graph, const std::vector<float>& pcm, int rate,
                        std::size_t chunk) {
  SessionOptions options;
  options.sample_rate = rate;
  const auto session = engine.open(graph, options);
  std::vector<Result> results;
  Result result;
  for (std::size_t i = 0; i < pcm.size(); i += chunk) {
    session->push(pcm.data() + i, std::min(chunk, pcm.size() - i));
    while (session->poll(result)) results.push_back(result);
  }
  session->drain();
  while (session->wait(result)) results.push_back(result);
  return results;
}

std::vector<float> clip_scores(const Graph& graph, const std::vector<Result>& results) {
  for (const Result& result : results) {
    if (graph.outputs()[result.output].name == "clip") return result.values;
  }
  return {};
}

std::vector<float> as_float(const std::vector<double>& signal) {
  return {signal.begin(), signal.end()};
}

std::vector<float> decode(const fs::path& path, int& rate) {
  const auto reader = open_audio(path.string());
  rate = reader->sample_rate();
  std::vector<float> all, block;
  while (reader->read(block, 65536) > 0) {
    for (std::size_t i = 0; i < block.size(); i += static_cast<std::size_t>(reader->channels())) {
      float sum = 0;
      for (int c = 0; c < reader->channels(); ++c) sum += block[i + static_cast<std::size_t>(c)];
      all.push_back(sum / static_cast<float>(reader->channels()));
    }
  }
  return all;
}

nlohmann::json expected(const std::string& name) {
  const fs::path shared = testing::shared_folder(source);
  std::ifstream file(shared / "weights" / name);
  return shared.empty() || !file ? nlohmann::json() : nlohmann::json::parse(file);
}

TEST_F(EngineTest, Esc10GivesTheRecordedScoresOfTheReferenceSignals) {
  const auto record = expected("esc10_cnn_expected.json");
  if (record.is_null()) GTEST_SKIP() << "the shared weights are missing; set MELGRAPH_SHARED";
  Engine engine(on_device());
  const Graph graph = engine.load(esc10);
  const std::pair<const char*, std::vector<float>> signals[] = {
      {"sine1k", as_float(testing::sine1k())},
      {"mix(16000,160000)", as_float(testing::mix(16000, 160000))}};
  for (const auto& [name, pcm] : signals) {
    const auto& want = record["signals"][name];
    const auto results = run(engine, graph, pcm, 16000, 5000);
    const auto scores = clip_scores(graph, results);
    ASSERT_EQ(scores.size(), 10u);
    for (std::size_t i = 0; i < 10; ++i) {
      EXPECT_NEAR(scores[i], want["clip_scores"][i].get<double>(),
                  tolerance(want["tolerance"].get<double>()))
          << name << " class " << i;
    }
    EXPECT_EQ(results.size(), want["patches"].get<std::size_t>() + 1) << name;
  }
}

TEST_F(EngineTest, Esc10GivesTheRecordedScoresOfRealClips) {
  const auto record = expected("esc10_cnn_expected.json");
  if (record.is_null()) GTEST_SKIP() << "the shared weights are missing; set MELGRAPH_SHARED";
  Engine engine(on_device());
  const Graph graph = engine.load(esc10);
  for (const auto& [file, want] : record["clips"].items()) {
    int rate = 0;
    const auto pcm =
        decode(testing::shared_folder(source) / "datasets" / "esc10" / "audio" / file, rate);
    const auto scores = clip_scores(graph, run(engine, graph, pcm, rate, 44100));
    const auto& labels = *graph.outputs()[1].spec.labels;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      EXPECT_NEAR(scores[i], want["scores"][labels[i]].get<double>(),
                  tolerance(want["tolerance"].get<double>()))
          << file << ' ' << labels[i];
    }
  }
}

TEST_F(EngineTest, YamnetGivesTheRecordedScoresOfSignalsAndRealClips) {
  const auto record = expected("yamnet_expected.json");
  if (record.is_null()) GTEST_SKIP() << "the shared weights are missing; set MELGRAPH_SHARED";
  Engine engine(on_device());
  GraphOptions options;
  options.set["weights"] =
      (testing::shared_folder(source) / "weights" / "yamnet.safetensors").string();
  const Graph graph = engine.load((source / "graphs" / "yamnet.json").string(), options);
  const auto check = [&](const std::string& name, const nlohmann::json& want, const char* key,
                         const std::vector<float>& pcm, int rate) {
    const auto results = run(engine, graph, pcm, rate, 10000);
    EXPECT_EQ(results.size(), want["patches"].get<std::size_t>() + 1) << name;
    const auto scores = clip_scores(graph, results);
    ASSERT_EQ(scores.size(), 521u);
    for (const auto& entry : want[key]) {
      EXPECT_NEAR(scores[entry[0].get<std::size_t>()], entry[2].get<double>(),
                  tolerance(want["tolerance"].get<double>()))
          << name << ' ' << entry[1];
    }
  };
  check("sine1k", record["signals"]["sine1k"], "mean_scores_top8", as_float(testing::sine1k()),
        16000);
  check("mix", record["signals"]["mix(16000,160000)"], "mean_scores_top8",
        as_float(testing::mix(16000, 160000)), 16000);
  for (const auto& [file, want] : record["clips"].items()) {
    int rate = 0;
    const auto pcm =
        decode(testing::shared_folder(source) / "datasets" / "esc10" / "audio" / file, rate);
    check(file, want, "mean_scores_top5", pcm, rate);
  }
}

std::vector<float> noise(std::size_t count) {
  std::vector<float> pcm(count);
  std::uint32_t x = 1;
  for (float& sample : pcm) {
    x = 1664525u * x + 1013904223u;
    sample = 0.5f * (2.0f * static_cast<float>(x) / 4294967296.0f - 1.0f);
  }
  return pcm;
}

void expect_equal(const std::vector<Result>& a, const std::vector<Result>& b) {
  ASSERT_EQ(a.size(), b.size());
  const auto sorted = [](std::vector<Result> r) {
    std::stable_sort(r.begin(), r.end(), [](const Result& x, const Result& y) {
      return std::pair(x.output, x.index) < std::pair(y.output, y.index);
    });
    return r;
  };
  const auto x = sorted(a), y = sorted(b);
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_EQ(x[i].output, y[i].output);
    EXPECT_EQ(x[i].index, y[i].index);
    EXPECT_EQ(x[i].start, y[i].start);
    EXPECT_EQ(x[i].end, y[i].end);
    ASSERT_EQ(x[i].values.size(), y[i].values.size());
    for (std::size_t k = 0; k < x[i].values.size(); ++k) {
      EXPECT_NEAR(x[i].values[k], y[i].values[k], tolerance(1e-5));
    }
  }
}

TEST_F(EngineTest, ResultsAreEqualForAnyBatchNumberOfJobsAndChunking) {
  const auto pcm = noise(44100 * 4 + 123);
  std::vector<Result> reference;
  for (const auto& [batch, jobs, chunk] : {std::tuple(1, 1, 44100), std::tuple(7, 2, 1000),
                                           std::tuple(64, 1, 999999), std::tuple(64, 2, 4410)}) {
    EngineOptions options = on_device();
    options.max_batch = batch;
    options.jobs = jobs;
    options.max_delay = 0.01;
    Engine engine(options);
    const Graph graph = engine.load(esc10);
    const auto results = run(engine, graph, pcm, 44100, static_cast<std::size_t>(chunk));
    if (reference.empty()) reference = results;
    expect_equal(results, reference);
  }
  EXPECT_GT(reference.size(), 5u);
}

TEST_F(EngineTest, TwoViewsAreAlignedTheSameWhateverTheBatch) {
  const auto pcm = noise(16000 * 5);
  std::vector<Result> reference;
  for (const int batch : {1, 3, 64}) {
    EngineOptions options = on_device();
    options.max_batch = batch;
    options.jobs = 2;
    Engine engine(options);
    const Graph graph = engine.load((source / "graphs" / "esc10-two-views.json").string());
    const auto results = run(engine, graph, pcm, 16000, 3000);
    if (reference.empty()) reference = results;
    expect_equal(results, reference);
  }
  // The grid is that of the first member: 0.975 s windows every 0.24 s.
  EXPECT_EQ(reference.size(), static_cast<std::size_t>((80000 - 15600) / 3840 + 1) + 1);
}

/// What the log gets while each rate is opened as a session of `graph`.
std::vector<std::string> warnings_of(const std::string& graph, const std::vector<int>& rates) {
  std::vector<std::string> warnings;
  EngineOptions options = on_device();
  options.log = [&](LogLevel level, std::string_view message) {
    if (level == LogLevel::warning) warnings.emplace_back(message);
  };
  Engine engine(options);
  const Graph loaded =
      graph == esc10 ? engine.load(graph) : engine.load_text(graph, "test", source, {});
  for (const int rate : rates) {
    SessionOptions session;
    session.sample_rate = rate;
    engine.open(loaded, session);
  }
  return warnings;
}

std::string mel_graph(const std::string& resampler, const std::string& params) {
  return R"({"melgraph": 1, "source": {"audio": {"sample_rate": 16000, "window": 0.975,
             "resampler": ")" +
         resampler + R"("}, "other": {"sample_rate": 8000}},
             "nodes": [{"id": "mel", "type": "frontend.mel", "params": )" +
         params + R"(, "inputs": {"audio": "source.audio"}}], "outputs": {"mel": "mel"}})";
}

TEST_F(EngineTest, RefusesAPrecisionThatNothingInTheGraphHas) {
  EngineOptions options = on_device();
  options.precision = Precision::bf16;
  Engine engine(options);
  try {
    engine.prepare(engine.load(esc10));
    FAIL() << "computed in float32 without a word";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_STREQ(error.what(), "nothing in this graph can be computed in bf16");
  }
}

TEST_F(EngineTest, SaysWhichModelStaysInFloat32) {
  std::vector<std::string> warnings;
  EngineOptions options = on_device();
  options.precision = Precision::fast;
  options.log = [&](LogLevel level, std::string_view message) {
    if (level == LogLevel::warning) warnings.emplace_back(message);
  };
  Engine engine(options);
  engine.prepare(engine.load(esc10));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0], "node \"cnn\" (model.cnn) computes in float32: it has no other precision");
}

TEST_F(EngineTest, WarnsOnceOfAResamplerThatIsNotThePresets) {
  const std::string vggish = R"({"preset": "vggish"})";
  const auto warnings = warnings_of(mel_graph("sinc-hann-6", vggish), {16000, 44100, 44100, 48000});
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(
      warnings[0],
      "node \"mel\": preset \"vggish\" is defined with the resampler \"kaiser-best\", but view "
      "\"audio\" converts 44100 Hz to 16000 Hz with \"sinc-hann-6\": write \"resampler\": "
      "\"kaiser-best\" in the view for the reference's features");
}

TEST_F(EngineTest, DoesNotWarnOfAResamplerThatNobodyMinds) {
  const std::vector<int> rates = {8000, 16000, 44100};
  EXPECT_TRUE(warnings_of(esc10, rates).empty());
  EXPECT_TRUE(warnings_of(mel_graph("kaiser-best", R"({"preset": "vggish"})"), rates).empty());
  EXPECT_TRUE(warnings_of(mel_graph("sinc-hann-6", R"({"preset": "vggish"})"), {16000}).empty());
  EXPECT_TRUE(warnings_of(mel_graph("sinc-hann-6", "{}"), rates).empty());
}

TEST_F(EngineTest, SessionsThatRunTogetherDoNotDisturbEachOther) {
  EngineOptions options = on_device();
  options.jobs = 2;
  options.max_delay = 0.01;
  Engine engine(options);
  const Graph graph = engine.load(esc10);
  const auto pcm = noise(16000 * 3);
  const auto alone = run(engine, graph, pcm, 16000, 1600);
  std::vector<std::vector<Result>> all(6);
  std::vector<std::thread> threads;
  for (auto& results : all) {
    threads.emplace_back([&] { results = run(engine, graph, pcm, 16000, 1600); });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& results : all) expect_equal(results, alone);
}

TEST_F(EngineTest, AWholeInputIsCutIntoPatchesWithTimesOfTheirOwn) {
  Engine engine(on_device());
  const std::string text = R"({"melgraph": 1, "source": {"audio": {"sample_rate": 16000}},
    "nodes": [{"id": "mel", "type": "frontend.mel", "params": {"preset": "vggish"},
               "inputs": {"audio": "source.audio"}},
              {"id": "level", "type": "post.mean", "inputs": {"values": "mel"}}],
    "outputs": {"level": "level"}})";
  const Graph graph = engine.load_text(text, "patches.json", source);
  const auto results = run(engine, graph, noise(16000 * 3), 16000, 7000);
  ASSERT_EQ(results.size(), 3u);  // 298 frames hold three patches of 96
  EXPECT_DOUBLE_EQ(results[1].start, 0.96);
  EXPECT_DOUBLE_EQ(results[1].end, 0.96 + 0.975);
}

TEST_F(EngineTest, AGateFromAnotherViewIsBroughtToTheWindowsOfTheScores) {
  // Levels 0.1, 0.9 and 0.5 for a second each; the gate lets through what is above 0.6.
  std::vector<float> pcm;
  for (const float level : {0.1f, 0.9f, 0.5f}) pcm.insert(pcm.end(), 16000, level);
  Engine engine(on_device());
  const std::string text = R"({"melgraph": 1,
    "source": {"slow": {"sample_rate": 16000, "window": 1},
               "quick": {"sample_rate": 16000, "window": 0.25}},
    "nodes": [{"id": "score", "type": "post.mean", "inputs": {"values": "source.slow"}},
              {"id": "gate", "type": "post.mean", "inputs": {"values": "source.quick"}},
              {"id": "clip", "type": "aggregate.mean", "params": {"gate_min": 0.6},
               "inputs": {"scores": "score", "gate": "gate"}}],
    "outputs": {"clip": "clip"}})";
  const Graph graph = engine.load_text(text, "gate.json", source);
  const auto results = run(engine, graph, pcm, 16000, 5000);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_NEAR(results[0].values[0], 0.9, 1e-5);
  EXPECT_DOUBLE_EQ(results[0].start, 0);
  EXPECT_DOUBLE_EQ(results[0].end, 3);
}

TEST_F(EngineTest, TheDefaultBundleGivesTheScoresOfItsProbe) {
  const fs::path folder = source / "graphs" / "bundles" / "esc10-cnn";
  std::ifstream file(folder / "bundle.json");
  const auto probe = nlohmann::json::parse(file, nullptr, true, true)["bundle"]["probe"];
  Engine engine(on_device());
  const Graph graph = engine.load(folder.string());
  int rate = 0;
  const auto pcm = decode(folder / probe["audio"].get<std::string>(), rate);
  const auto scores = clip_scores(graph, run(engine, graph, pcm, rate, 48000));
  const auto& labels = *graph.outputs()[1].spec.labels;
  ASSERT_EQ(scores.size(), labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    EXPECT_NEAR(scores[i], probe["scores"][labels[i]].get<double>(), probe["tolerance"])
        << labels[i];
  }
}

TEST_F(EngineTest, PatchesOfNothingButPaddingAreLeftOut) {
  Engine engine(on_device());
  const std::string text = R"({"melgraph": 1,
    "source": {"audio": {"sample_rate": 16000, "window": 2.895, "tail": "pad"}},
    "nodes": [{"id": "mel", "type": "frontend.mel", "params": {"preset": "vggish"},
               "inputs": {"audio": "source.audio"}},
              {"id": "level", "type": "post.mean", "inputs": {"values": "mel"}}],
    "outputs": {"level": "level"}})";
  const Graph graph = engine.load_text(text, "patches.json", source);
  const auto results = run(engine, graph, noise(19200), 16000, 7000);  // 1.2 s of 2.895
  ASSERT_EQ(results.size(), 2u);
  EXPECT_DOUBLE_EQ(results[0].end, 0.975);
  EXPECT_DOUBLE_EQ(results[1].start, 0.96);
  EXPECT_DOUBLE_EQ(results[1].end, 1.2);
}

TEST_F(EngineTest, AProducersErrorWakesTheConsumer) {
  Engine engine(on_device());
  const Graph graph = engine.load(esc10);
  SessionOptions options;
  options.sample_rate = 16000;
  const auto session = engine.open(graph, options);
  std::string what;
  std::thread consumer([&] {
    Result result;
    try {
      while (session->wait(result)) {
      }
    } catch (const Error& error) {
      what = error.what();
    }
  });
  EXPECT_THROW(session->drain(), Error);
  consumer.join();
  EXPECT_EQ(what, "the input holds no sound");
}

TEST_F(EngineTest, AnInputWithoutSamplesIsAnError) {
  Engine engine(on_device());
  const Graph graph = engine.load(esc10);
  SessionOptions options;
  options.sample_rate = 16000;
  const auto session = engine.open(graph, options);
  try {
    session->drain();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input);
  }
}

TEST_F(EngineTest, ASecondSessionWorksAfterOneWasCancelled) {
  Engine engine(on_device());
  const Graph graph = engine.load(esc10);
  const auto pcm = noise(16000 * 2);
  {
    SessionOptions options;
    options.sample_rate = 16000;
    const auto session = engine.open(graph, options);
    session->push(pcm.data(), pcm.size());
    session->cancel();
    Result result;
    EXPECT_FALSE(session->wait(result));
  }
  EXPECT_FALSE(run(engine, graph, pcm, 16000, 16000).empty());
}

TEST_F(EngineTest, FlushForgetsTheSoundAndBeginsAnewAtTheGivenTime) {
  Engine engine(on_device());
  const Graph graph = engine.load(esc10);
  SessionOptions options;
  options.sample_rate = 16000;
  const auto session = engine.open(graph, options);
  const auto pcm = noise(15600);
  session->push(pcm.data(), pcm.size());
  session->push(pcm.data(), 15000);
  session->flush(10.0);
  session->push(pcm.data(), pcm.size());
  session->drain();
  Result result;
  ASSERT_TRUE(session->wait(result));
  EXPECT_DOUBLE_EQ(result.start, 10.0);
  EXPECT_DOUBLE_EQ(result.end, 10.975);
}

TEST_F(EngineTest, AMissingDeviceIsSaid) {
  EngineOptions options;
  options.device = "cuda:93";
  try {
    Engine engine(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::device);
    EXPECT_NE(std::string(error.what()).find("cuda:93"), std::string::npos);
  }
  options.device = "tpu";
  EXPECT_THROW(Engine{options}, Error);
}

}  // namespace
}  // namespace melgraph
