// What combiners tell beside their scores, through the engine.
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "melgraph/diagnostics.h"
#include "melgraph/engine.h"
#include "melgraph/testing/signals.h"
#include "melgraph/weights.h"
#include "source_folder.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

std::string network(const std::string& id, const std::string& view) {
  return R"({"id": "mel_)" + id + R"(", "type": "frontend.mel", "params": {"preset": "vggish"},
      "inputs": {"audio": "source.)" +
         view + R"("}},
    {"id": ")" +
         id + R"(", "type": "model.cnn", "params": {
      "weights": "bundles/esc10-cnn/esc10_cnn.safetensors",
      "labels": "bundles/esc10-cnn/labels.txt"}, "inputs": {"features": "mel_)" +
         id + R"("}},)";
}

/// A graph of two networks, each on a view, and of one node that combines them.
std::string ensemble(const std::string& views, const std::string& combiner,
                     const std::string& outputs) {
  return R"({"melgraph": 1,
    "source": {
      "close": {"sample_rate": 16000, "window": 0.975, "hop": 0.24},
      "sparse": {"sample_rate": 16000, "window": 0.975, "hop": 0.975, "tail": "pad"}},
    "nodes": [)" +
         network("a", "close") + network("b", views) + combiner + R"(],
    "outputs": )" +
         outputs + "}";
}

class CombinersInEngine : public ::testing::Test {
 protected:
  void SetUp() override {
    if (source_.empty()) GTEST_SKIP() << "the graphs are missing; set MELGRAPH_SOURCE_DIR";
  }
  Graph load(const std::string& text) {
    return engine_.load_text(text, "ensemble.json", source_ / "graphs");
  }

  fs::path source_ = testing::source_folder();
  Engine engine_;
};

TEST_F(CombinersInEngine, PartsOfMembersAddUpOnOneViewAndOnSeveral) {
  const std::string combiner = R"({"id": "both", "type": "combiner.weighted",
    "params": {"weights": [3, 1]}, "inputs": {"scores": ["a", "b"]}})";
  const std::string outputs =
      R"({"scores": "both", "agreement": "both.agreement", "parts": "both.contribution"})";
  const std::vector<double> mix = testing::mix(16000, 48000);
  const std::vector<float> pcm(mix.begin(), mix.end());
  for (const char* second : {"close", "sparse"}) {
    const Graph graph = load(ensemble(second, combiner, outputs));
    SessionOptions options;
    options.sample_rate = 16000;
    const auto session = engine_.open(graph, options);
    session->push(pcm.data(), pcm.size());
    session->drain();
    std::vector<std::vector<Result>> results(3);
    for (Result result; session->wait(result);) results[result.output].push_back(result);
    ASSERT_GT(results[0].size(), 5u);
    ASSERT_EQ(results[1].size(), results[0].size());
    ASSERT_EQ(results[2].size(), results[0].size());
    for (std::size_t i = 0; i < results[0].size(); ++i) {
      EXPECT_EQ(results[2][i].start, results[0][i].start);
      EXPECT_EQ(results[2][i].shape, (std::vector<std::int64_t>{2, 10}));
      for (std::size_t c = 0; c < 10; ++c) {
        EXPECT_NEAR(results[2][i].values[c] + results[2][i].values[10 + c], results[0][i].values[c],
                    1e-6);
      }
      const float agreement = results[1][i].values.at(0);
      EXPECT_TRUE(agreement == 0.5F || agreement == 1.0F) << agreement;
      // The same network on the same windows agrees with itself.
      if (std::string(second) == "close") {
        EXPECT_EQ(agreement, 1.0F);
      }
    }
  }
}

TEST_F(CombinersInEngine, AnOutputThatDoesNotExistHereIsAnErrorOfTheGraph) {
  const fs::path file = fs::path(::testing::TempDir()) / "melgraph_stack_of_two.safetensors";
  write_weights(file, {{{"weight", at::zeros({2, 20})}, {"bias", at::zeros({2})}}, {}});
  const std::string combiner =
      R"({"id": "both", "type": "combiner.stack", "params": {"weights": ")" + file.string() +
      R"("}, "inputs": {"scores": ["a", "b.logits"]}})";
  EXPECT_NO_THROW(load(ensemble("close", combiner, R"({"scores": "both"})")));
  try {
    load(ensemble("close", combiner, R"({"agreement": "both.agreement"})"));
    ADD_FAILURE() << "members have ten classes, the result has two";
  } catch (const GraphError& error) {
    EXPECT_NE(error.diagnostics().to_text().find("both.agreement is an optional output"),
              std::string::npos)
        << error.diagnostics().to_text();
  }
  fs::remove(file);
}

}  // namespace
}  // namespace melgraph
