// Bundles inside graphs, and bundle files that lie.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "../contracts/standard_types.h"
#include "core/sha256.h"
#include "graph/bundle.h"
#include "graph/bundle_paths.h"
#include "graph/load.h"
#include "graph/show.h"
#include "melgraph/error.h"
#include "source_folder.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;
using ::testing::TestParamInfo;

const char* const empty_part = R"({})";

/// The graph of a small bundle: mean level a window and a clip, a sink, one placeholder.
std::string level_bundle(const std::string& part = empty_part, const std::string& nodes = R"(
    {"id": "mel", "type": "frontend.mel", "params": {"n_mels": "${bands:20}"}, "inputs": {"audio": "source.audio"}},
    {"id": "level", "type": "post.mean", "inputs": {"values": "mel"}},
    {"id": "clip", "type": "aggregate.mean", "inputs": {"scores": "level"}},
    {"id": "table", "type": "sink.csv", "inputs": {"scores": "clip"}})",
                         const std::string& outputs = R"({"windows": "level", "clip": "clip"})") {
  return R"({"melgraph": 1, "name": "level",
  "source": {"audio": {"sample_rate": 8000, "window": 1}},
  "nodes": [)" +
         nodes + R"(],
  "outputs": )" +
         outputs + R"(, "bundle": )" + part + "}";
}

std::string node_of(const std::string& id, const std::string& path) {
  return R"({"id": ")" + id + R"(", "type": "bundle", "params": {"path": ")" + path + R"("}})";
}

std::string graph_of(const std::string& nodes, const std::string& outputs) {
  return R"({"melgraph": 1, "source": {"own": {"sample_rate": 16000, "window": 1}},
  "nodes": [)" +
         nodes + R"(], "outputs": )" + outputs + "}";
}

class GraphBundle : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "melgraph-bundle-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  void write(const fs::path& name, const std::string& text) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::shared_ptr<const ResolvedGraph> load(const std::string& text, GraphOptions options = {},
                                            const std::string& name = "t.json") {
    return load_graph_text(text, name, folder_, options, *registry_, {folder_ / "installed"});
  }
  /// Return what is wrong with a graph, without the machine's path.
  std::string faults(const std::string& text, const std::string& name = "t.json") {
    try {
      load(text, {}, name);
      return "";
    } catch (const GraphError& error) {
      std::string found = error.diagnostics().to_text();
      const std::string path = folder_.string();
      for (std::size_t i = found.find(path); i != std::string::npos; i = found.find(path, i)) {
        found.replace(i, path.size(), "HERE");
      }
      return found;
    }
  }
  std::string faults_of_part(const std::string& part) {
    write("b/bundle.json", level_bundle(part));
    return faults(graph_of(node_of("b", "b"), R"({"x": "b"})"));
  }

  fs::path folder_;
  std::unique_ptr<Registry> registry_ = testing::make_contract_registry();
};

std::vector<std::string> ids(const ResolvedGraph& graph) {
  std::vector<std::string> names;
  for (const GraphNode& node : graph.nodes) names.push_back(node.id);
  return names;
}

using Names = std::vector<std::string>;

TEST_F(GraphBundle, BringsItsNodesAndViewsUnderItsIdWithoutItsSinks) {
  write("b/bundle.json", level_bundle());
  const auto graph = load(graph_of(node_of("b", "b"), R"({"x": "b.clip", "y": "b"})"));
  EXPECT_EQ(ids(*graph), (Names{"b/mel", "b/level", "b/clip"}));
  ASSERT_EQ(graph->views.size(), 2u);
  EXPECT_EQ(graph->views[1].name, "b/audio");
  EXPECT_EQ(graph->edges[static_cast<std::size_t>(graph->output_edges[0])].name, "b/clip.scores");
  EXPECT_EQ(graph->edges[static_cast<std::size_t>(graph->output_edges[1])].name, "b/level.values");
  EXPECT_EQ(graph->name, "");
  EXPECT_EQ(graph->nodes[0].params.integer("n_mels"), 20);
}

TEST_F(GraphBundle, NeedsNoSourceBesideIt) {
  write("b/bundle.json", level_bundle());
  const auto graph =
      load(R"({"melgraph": 1, "nodes": [)" + node_of("b", "b") + R"(], "outputs": {"x": "b"}})");
  EXPECT_EQ(graph->views.size(), 1u);
}

TEST_F(GraphBundle, FeedsNodesOfTheGraphAndIsTappedByItsNodesAndOutputs) {
  write("b/bundle.json", level_bundle());
  GraphOptions options;
  options.taps = {"b/mel", "b.clip", "source.b/audio", "b"};
  const auto graph =
      load(graph_of(node_of("b", "b") +
                        R"(, {"id": "most", "type": "aggregate.max", "inputs": {"scores": "b"}})",
                    R"({"x": "most"})"),
           options);
  ASSERT_EQ(graph->outputs.size(), 5u);
  EXPECT_EQ(graph->outputs[1].name, "b/mel.features");
  EXPECT_EQ(graph->outputs[2].name, "b/clip.scores");
  EXPECT_EQ(graph->outputs[3].name, "source.b/audio");
  EXPECT_EQ(graph->outputs[4].name, "b/level.values");
  EXPECT_NE(graph_to_json(*graph).find("\"b/level.values\""), std::string::npos);
}

TEST_F(GraphBundle, MayBeOfAnInstalledNameWhereThereIsNoSuchFolder) {
  write("installed/bundles/level/bundle.json", level_bundle());
  EXPECT_EQ(ids(*load(graph_of(node_of("b", "level"), R"({"x": "b"})"))).size(), 3u);
  EXPECT_NE(faults(graph_of(node_of("b", "lever"), R"({"x": "b"})"))
                .find("there is no bundle \"lever\" (at /nodes/0/params/path)\n  hint: did you "
                      "mean \"level\"?"),
            std::string::npos);
}

TEST_F(GraphBundle, ItsPathMayBeGivenByTheUserAndIsThenHis) {
  write("his/b/bundle.json", level_bundle());
  GraphOptions options;
  options.set["which"] = "b";
  options.set_base = folder_ / "his";
  const std::string text = graph_of(node_of("b", "${which}"), R"({"x": "b"})");
  EXPECT_EQ(load(text, options)->nodes.size(), 3u);
}

TEST_F(GraphBundle, OfABundleStandsUnderBothIds) {
  write("b/bundle.json", level_bundle(empty_part, node_of("in", "in"), R"({"it": "in.clip"})"));
  write("b/in/bundle.json", level_bundle());
  const auto graph = load(graph_of(node_of("b", "b"), R"({"x": "b.it"})"));
  EXPECT_EQ(ids(*graph), (Names{"b/in/mel", "b/in/level", "b/in/clip"}));
}

TEST_F(GraphBundle, MistakesInItAreToldWithItsFileOnce) {
  write("b/bundle.json", level_bundle(empty_part, R"(
    {"id": "mel", "type": "frontend.mel", "params": {"n_melz": 20}, "inputs": {"audio": "source.audio"}})",
                                      R"({"m": "mel"})"));
  EXPECT_EQ(
      faults(graph_of(node_of("b", "b") + ", " + node_of("c", "b"), R"({"x": "b", "y": "c"})")),
      "b/bundle.json:4:54: error: unknown parameter \"n_melz\" of frontend.mel (at "
      "/nodes/0/params/n_melz)\n  hint: did you mean \"n_mels\"? (integer, 1..4096, default "
      "128)\n");
}

TEST_F(GraphBundle, APlaceholderWithoutADefaultIsAnErrorOfTheNode) {
  write("b/bundle.json", level_bundle(empty_part, R"(
    {"id": "mel", "type": "frontend.mel", "params": {"n_mels": "${bands|mel bands}"}, "inputs": {"audio": "source.audio"}})",
                                      R"({"m": "mel"})"));
  EXPECT_EQ(faults(graph_of(node_of("b", "b"), R"({"x": "b"})")),
            "t.json:2:13: error: bundle \"b\" wants a value for its placeholder \"bands\": mel "
            "bands (at /nodes/0)\n  hint: a bundle inside a graph takes the defaults of its "
            "placeholders, and this one has none\n");
}

TEST_F(GraphBundle, ThatHoldsItselfIsAnErrorWithTheChain) {
  write("b/bundle.json", level_bundle(empty_part, node_of("in", "in"), R"({"it": "in"})"));
  write("b/in/bundle.json", level_bundle(empty_part, node_of("me", "."), R"({"it": "me"})"));
  EXPECT_NE(faults(graph_of(node_of("b", "b"), R"({"x": "b"})"))
                .find("the bundles form a cycle: b/bundle.json -> b/in/bundle.json -> "
                      "b/in/bundle.json"),
            std::string::npos);
  // Alone, the bundle is the outermost of the chain.
  const std::string own = level_bundle(empty_part, node_of("me", "."), R"({"it": "me"})");
  write("bundle.json", own);
  EXPECT_NE(faults(own, "bundle.json").find("cycle: bundle.json -> bundle.json"),
            std::string::npos);
}

TEST_F(GraphBundle, MayStandEightDeepAndNoDeeper) {
  fs::path path = "b";
  for (int i = 0; i < 8; ++i) {
    write(path / "bundle.json",
          i == 7 ? level_bundle() : level_bundle(empty_part, node_of("n", "n"), R"({"it": "n"})"));
    path /= "n";
  }
  const std::string text = graph_of(node_of("b", "b"), R"({"x": "b"})");
  EXPECT_EQ(faults(text), "");
  write("b/n/n/n/n/n/n/n/bundle.json",
        level_bundle(empty_part, node_of("n", "n"), R"({"it": "n"})"));
  write(path / "bundle.json", level_bundle());
  EXPECT_NE(faults(text).find("bundles stand more than 8 deep in each other: b/bundle.json -> "),
            std::string::npos);
}

TEST_F(GraphBundle, ManyThatHoldManyEndEarly) {
  std::string nodes;
  for (int i = 0; i < 20; ++i) {
    nodes += (i > 0 ? ", " : "") + node_of("n" + std::to_string(i), "n");
  }
  fs::path path = "b";
  for (int i = 0; i < 7; ++i, path /= "n") {
    write(path / "bundle.json", level_bundle(empty_part, nodes, R"({"it": "n0"})"));
  }
  write(path / "bundle.json", level_bundle());
  EXPECT_NE(faults(graph_of(node_of("b", "b"), R"({"x": "b"})"))
                .find("the graph holds more than 64 bundles"),
            std::string::npos);
}

TEST_F(GraphBundle, PathsStayInItsFolderEvenByLinks) {
  const auto labels = [&](const std::string& path) {
    write("b/bundle.json",
          level_bundle(empty_part,
                       R"(
    {"id": "x", "type": "model.torchscript", "params": {"file": ")" +
                           path + R"(", "classes": 2}, "inputs": {"features": "source.audio"}})",
                       R"({"m": "x"})"));
    return faults(graph_of(node_of("b", "b"), R"({"x": "b"})"));
  };
  write("secret.pt", "x");
  write("b/own.pt", "x");
  EXPECT_EQ(labels("own.pt"), "");
  EXPECT_NE(labels("../secret.pt").find("leads out of the bundle's folder"), std::string::npos);
  EXPECT_NE(labels("/etc/passwd").find("leads out of the bundle's folder"), std::string::npos);
  fs::create_symlink("../secret.pt", folder_ / "b" / "link.pt");
  EXPECT_NE(labels("link.pt").find("leads out of the bundle's folder by a symbolic link"),
            std::string::npos);
  fs::create_directory_symlink("..", folder_ / "b" / "up");
  EXPECT_NE(labels("up/secret.pt").find("by a symbolic link"), std::string::npos);
  fs::create_symlink("own.pt", folder_ / "b" / "inner.pt");
  EXPECT_EQ(labels("inner.pt"), "");
}

TEST_F(GraphBundle, ABundleInABundleIsNoInstalledOne) {
  write("installed/bundles/level/bundle.json", level_bundle());
  write("b/bundle.json", level_bundle(empty_part, node_of("in", "level"), R"({"it": "in"})"));
  EXPECT_NE(faults(graph_of(node_of("b", "b"), R"({"x": "b"})"))
                .find("there is no bundle \"level\" (at /nodes/0/params/path)\n  hint: a bundle "
                      "inside a bundle lies in a folder of it"),
            std::string::npos);
}

TEST_F(GraphBundle, EveryFileItListsIsCheckedInsideAGraphToo) {
  const std::string hash = sha256_hex("text", 4);
  const std::string part = R"({"files": {"card.md": ")" + hash + R"("}})";
  write("b/card.md", "text");
  EXPECT_EQ(faults_of_part(part), "");
  write("b/card.md", "next");
  EXPECT_NE(faults_of_part(part).find("b/bundle.json:1:1: error: hash mismatch: HERE/b/card.md"),
            std::string::npos);
  fs::remove(folder_ / "b" / "card.md");
  EXPECT_NE(faults_of_part(part).find("card.md: No such file"), std::string::npos);
  write("secret", "text");
  fs::create_symlink("../secret", folder_ / "b" / "card.md");
  EXPECT_NE(faults_of_part(part).find("card.md leads out of the bundle's folder by a symbolic"),
            std::string::npos);
  fs::remove(folder_ / "b" / "card.md");
  ASSERT_EQ(::mkfifo((folder_ / "b" / "card.md").c_str(), 0600), 0);  // would wait for a writer
  EXPECT_NE(faults_of_part(part).find("card.md is no file"), std::string::npos);
}

TEST_F(GraphBundle, AnotherFrontEndThanRecordedIsNamed) {
  write("b/bundle.json", level_bundle());
  const auto graph = load(graph_of(node_of("b", "b"), R"({"x": "b"})"));
  const CanonicalForm form = canonical_form(*graph, graph->nodes[0].outputs[0]);
  std::string canonical;
  for (const auto& [key, value] : form) {
    std::string quoted;
    for (const char c : value) quoted += c == '"' ? "\\\"" : std::string(1, c);
    canonical += (canonical.empty() ? "\"" : ", \"") + key + "\": \"" + quoted + "\"";
  }
  const std::string front_end = R"({"node": "mel", "fingerprint": ")" + fingerprint(form) +
                                R"(", "canonical": {)" + canonical + "}}";
  EXPECT_EQ(faults_of_part(R"({"front_end": )" + front_end + "}"), "");
  EXPECT_EQ(faults_of_part(R"({"front_end": [)" + front_end + ", " + front_end + "]}"), "");
  std::string other = level_bundle(R"({"front_end": [)" + front_end + "]}");
  other.replace(other.find("bands:20"), 8, "bands:21");
  write("b/bundle.json", other);
  EXPECT_NE(faults(graph_of(node_of("b", "b"), R"({"x": "b"})"))
                .find("node \"mel\" is another front end than the bundle was trained with: "
                      "params.n_mels: trained with 20, the graph has 21 (at /bundle/front_end)"),
            std::string::npos);
  std::string missing = front_end;
  missing.replace(missing.find("mel"), 3, "mal");
  EXPECT_NE(faults_of_part(R"({"front_end": )" + missing + "}")
                .find("the bundle's front end is the node \"mal\""),
            std::string::npos);
}

struct Lie {
  const char* name;
  const char* part;
  const char* fault;
};

void PrintTo(const Lie& lie, std::ostream* out) {
  *out << lie.name;
}

class GraphBundleLies : public GraphBundle, public ::testing::WithParamInterface<Lie> {};

TEST_P(GraphBundleLies, AreToldWithTheirPlace) {
  const std::string found = faults_of_part(GetParam().part);
  EXPECT_NE(found.find(GetParam().fault), std::string::npos) << found;
  EXPECT_EQ(found.rfind("b/bundle.json:", 0), 0u) << found;
}

const Lie lies[] = {
    {"ClimbingFile", R"({"files": {"../x": ""}})", "files of its own folder, not \"../x\""},
    {"ClimbingInside", R"({"files": {"a/../../x": ""}})", "files of its own folder"},
    {"AbsoluteFile", R"({"files": {"/etc/passwd": ""}})", "files of its own folder"},
    {"FolderAsFile", R"({"files": {"a/": ""}})", "files of its own folder"},
    {"NulInAName", R"({"files": {"a\u0000b": ""}})", "NUL"},
    {"NoHash", R"({"files": {"x": "abc"}})", "expected a SHA-256"},
    {"NumberAsHash", R"({"files": {"x": 1}})", "expected a SHA-256"},
    {"FilesAsArray", R"({"files": []})", "\"files\" must be an object, not an array"},
    {"ClimbingCard", R"({"card": "../card.md"})", "files of its own folder"},
    {"LicenceAsNumber", R"({"licence": 1})", "\"licence\" must be a string"},
    {"UnknownKey", R"({"licens": "x"})", "did you mean \"licence\"?"},
    {"FrontEndAsNumber", R"({"front_end": 1})", "must be an object, or an array of them"},
    {"FrontEndsOfNumbers", R"({"front_end": [1]})", "a front end is an object"},
    {"CanonicalOfNumbers", R"({"front_end": {"canonical": {"a": 1}}})", "holds strings"},
    {"ForeignFingerprint", R"({"front_end": {"node": "mel", "fingerprint": "sha256:00"}})",
     "the fingerprint is not that of the canonical form"},
    {"MetricAsText", R"({"metrics": {"accuracy": "high"}})", "a number is expected here"},
    {"MetricsAsArray", R"({"metrics": [1]})", "\"metrics\" must be an object"},
    {"EmptyProbe", R"({"probe": {}})", "a probe needs \"audio\""},
    {"ProbeOutside", R"({"probe": {"audio": "/dev/zero"}})", "files of its own folder"},
    {"ProbeWithoutScores", R"({"probe": {"audio": "a", "output": "b", "tolerance": 1}})",
     "a probe needs \"scores\""},
    {"ScoreAsNull",
     R"({"probe": {"audio": "a", "output": "b", "tolerance": 1, "scores": {"x": null}}})",
     "a number is expected here, not null"},
    {"ScoreNotANumber",
     R"({"probe": {"audio": "a", "output": "b", "tolerance": 1, "scores": {"x": NaN}}})", "NaN"},
    {"ScoreInfinite",
     R"({"probe": {"audio": "a", "output": "b", "tolerance": 1, "scores": {"x": 1e999}}})",
     "number too large"},
    {"NoTolerance", R"({"probe": {"audio": "a", "output": "b", "scores": {"x": 1}}})",
     "a probe needs \"tolerance\""},
    {"ToleranceOfNothing",
     R"({"probe": {"audio": "a", "output": "b", "tolerance": 0, "scores": {"x": 1}}})",
     "\"tolerance\" must be a number above 0"},
};

INSTANTIATE_TEST_SUITE_P(Bundles, GraphBundleLies, ::testing::ValuesIn(lies),
                         [](const TestParamInfo<Lie>& entry) { return entry.param.name; });

TEST_F(GraphBundle, TooLargeAFileIsNotRead) {
  write("b/bundle.json", level_bundle());
  fs::resize_file(folder_ / "b" / "bundle.json", max_bundle_file + 1);
  EXPECT_NE(faults(graph_of(node_of("b", "b"), R"({"x": "b"})")).find("is larger than"),
            std::string::npos);
}

TEST_F(GraphBundle, NamesOfItsFilesMayHaveFoldersButNoTricks) {
  for (const char* good : {"a", "a.b", "a/b", "..a", "a/..b"}) EXPECT_TRUE(is_bundled_name(good));
  for (const char* bad : {"", ".", "..", "/a", "a/", "a//b", "a/../b", "./a", "a\\b"}) {
    EXPECT_FALSE(is_bundled_name(bad)) << bad;
  }
}

TEST_F(GraphBundle, TheShippedOneGivesTheSameGraphInsideAnother) {
  if (testing::source_folder().empty()) GTEST_SKIP() << "set MELGRAPH_SOURCE_DIR";
  const fs::path bundle = testing::source_folder() / "graphs" / "bundles" / "esc10-cnn";
  const auto alone = load_graph(bundle.string(), {}, {}, *registry_);
  const auto graph = load(graph_of(node_of("esc", bundle.string()), R"({"x": "esc.clip"})"));
  const int mel = graph->find_node("esc/mel");
  const int own = alone->find_node("mel");
  ASSERT_GE(mel, 0);
  EXPECT_EQ(
      fingerprint(canonical_form(*graph, graph->nodes[static_cast<std::size_t>(mel)].outputs[0])),
      fingerprint(canonical_form(*alone, alone->nodes[static_cast<std::size_t>(own)].outputs[0])));
  EXPECT_EQ(*graph->outputs[0].spec.labels, *alone->outputs[1].spec.labels);
}

}  // namespace
}  // namespace melgraph
