#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

#include "melgraph/error.h"
#include "melgraph/sink.h"
#include "plugin/registry.h"
#include "plugin_test_files.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

NodeType node_type(const std::string& id) {
  NodeType type;
  type.descriptor.id = id;
  type.descriptor.summary = "Summary of " + id;
  type.descriptor.scope = Scope::sink;
  type.descriptor.inputs = {{"scores", "", {Kind::scores}, {"clip", "class"}}};
  type.infer = [](InferContext&) {};
  type.make_sink = []() -> std::unique_ptr<Sink> { return nullptr; };
  return type;
}

/// Libraries that are there by name only, and count how often each is opened.
class FakeOpener final : public LibraryOpener {
 public:
  OpenedLibrary open(const fs::path& path) override {
    ++opened[path.filename()];
    if (failing.count(path.filename()) != 0) {
      throw Error(ErrorCode::io, failing.at(path.filename()));
    }
    OpenedLibrary library;
    for (const std::string& id : ids[path.filename()]) library.types.push_back(node_type(id));
    return library;
  }
  std::string stamp() const override { return stamp_text; }

  std::map<std::string, std::vector<std::string>> ids;  ///< by file name
  std::map<std::string, std::string> failing;
  std::map<std::string, int> opened;
  std::string stamp_text = "stamp 1";
};

/// Says what `FakeOpener` would give, or the verdict set for a file name.
class FakeProber final : public PluginProber {
 public:
  explicit FakeProber(std::shared_ptr<FakeOpener> opener) : opener_(std::move(opener)) {}

  std::vector<ProbeVerdict> probe(const std::vector<fs::path>& paths) override {
    std::vector<ProbeVerdict> result;
    for (const fs::path& path : paths) {
      probed.push_back(path.filename());
      if (const auto found = verdicts.find(path.filename()); found != verdicts.end()) {
        result.push_back(found->second);
        continue;
      }
      ProbeVerdict& verdict = result.emplace_back();
      verdict.accepted = true;
      for (const std::string& id : opener_->ids[path.filename()]) {
        verdict.types.push_back({id, "Summary of " + id, {}});
      }
    }
    return result;
  }

  std::map<std::string, ProbeVerdict> verdicts;
  std::vector<std::string> probed;

 private:
  std::shared_ptr<FakeOpener> opener_;
};

ProbeVerdict refusal(const std::string& reason, bool may_change = false) {
  ProbeVerdict verdict;
  verdict.reason = reason;
  verdict.may_change = may_change;
  return verdict;
}

class PluginRegistry : public testing::Test {
 protected:
  /// Put a file that looks like a library into `folder`.
  fs::path add_file(const std::string& folder, const std::string& name,
                    std::vector<std::string> ids) {
    const fs::path path = files.path() / folder / name;
    fs::create_directories(path.parent_path());
    write_file(path, fake_library());
    opener->ids[name] = std::move(ids);
    return path;
  }

  RegistryOptions options(const std::vector<std::string>& folders) {
    RegistryOptions result;
    for (const std::string& folder : folders) {
      fs::create_directories(files.path() / folder);
      result.search_path.push_back(files.path() / folder);
    }
    result.cache_file = files.path() / "cache" / "plugins.json";
    result.opener = opener;
    result.prober = prober;
    result.log = [this](LogLevel level, std::string_view message) {
      log.push_back(std::string(to_string(level)) + ": " + std::string(message));
    };
    return result;
  }

  TemporaryFolder files;
  std::shared_ptr<FakeOpener> opener = std::make_shared<FakeOpener>();
  std::shared_ptr<FakeProber> prober = std::make_shared<FakeProber>(opener);
  std::vector<std::string> log;
};

TEST_F(PluginRegistry, ListsIdsSortedWithoutOpeningALibrary) {
  add_file("a", "x.so", {"test.zebra", "test.ant"});
  add_file("a", "y.so", {"test.bee"});
  Registry registry(options({"a"}));
  EXPECT_THAT(registry.ids(), ElementsAre("test.ant", "test.bee", "test.zebra"));
  EXPECT_THAT(opener->opened, IsEmpty());
  ASSERT_EQ(registry.files().size(), 2u);
  EXPECT_TRUE(registry.files()[0].accepted);
  EXPECT_FALSE(registry.files()[0].loaded);
  EXPECT_EQ(registry.files()[0].types[0].summary, "Summary of test.zebra");
}

TEST_F(PluginRegistry, OpensOnlyTheLibraryThatIsAskedForAndOnce) {
  add_file("a", "x.so", {"test.x", "test.x_too"});
  add_file("a", "y.so", {"test.y"});
  Registry registry(options({"a"}));
  const NodeType* type = registry.find("test.x");
  ASSERT_NE(type, nullptr);
  EXPECT_EQ(type->descriptor.id, "test.x");
  EXPECT_EQ(registry.find("test.x"), type);
  EXPECT_EQ(registry.find_descriptor("test.x_too")->summary, "Summary of test.x_too");
  EXPECT_EQ(opener->opened["x.so"], 1);
  EXPECT_EQ(opener->opened.count("y.so"), 0u);
  EXPECT_TRUE(registry.files()[0].loaded);
}

TEST_F(PluginRegistry, UnknownIdGivesNullNoReasonAndASuggestion) {
  add_file("a", "x.so", {"test.gain"});
  Registry registry(options({"a"}));
  EXPECT_EQ(registry.find("test.gian"), nullptr);
  EXPECT_EQ(registry.rejection_for("test.gian"), "");
  EXPECT_EQ(registry.suggest("test.gian"), "test.gain");
}

TEST_F(PluginRegistry, EarlierFolderWinsAndTheOtherIsLoggedWithBothPaths) {
  const fs::path late = add_file("late", "b.so", {"test.x", "test.own"});
  const fs::path early = add_file("early", "a.so", {"test.x"});
  Registry registry(options({"early", "late"}));
  ASSERT_NE(registry.find("test.x"), nullptr);
  EXPECT_EQ(opener->opened.count("b.so"), 0u);
  EXPECT_NE(registry.find("test.own"), nullptr);
  EXPECT_EQ(registry.files()[1].types[0].shadowed_by, early);
  EXPECT_EQ(registry.files()[1].types[1].shadowed_by, "");
  EXPECT_THAT(log, Contains(AllOf(HasSubstr("info: test.x"), HasSubstr(late.string()),
                                  HasSubstr(early.string()))));
}

TEST_F(PluginRegistry, SameIdTwiceInOneFolderRefusesTheSecondFileWhole) {
  const fs::path first = add_file("a", "first.so", {"test.x"});
  add_file("a", "second.so", {"test.other", "test.x"});
  Registry registry(options({"a"}));
  EXPECT_THAT(registry.ids(), ElementsAre("test.x"));
  const PluginFile second = registry.files()[1];
  EXPECT_FALSE(second.accepted);
  EXPECT_THAT(second.reason, AllOf(HasSubstr("test.x"), HasSubstr(first.string())));
  EXPECT_THAT(registry.rejection_for("test.other"),
              AllOf(HasSubstr("second.so"), HasSubstr(first.string())));
}

TEST_F(PluginRegistry, TwoNamesOfOneFileAreOnePlugin) {
  const fs::path file = add_file("a", "a.so", {"test.x"});
  fs::create_symlink(file, files.path() / "a" / "b.so");
  Registry registry(options({"a"}));
  EXPECT_THAT(registry.ids(), ElementsAre("test.x"));
  EXPECT_THAT(prober->probed, ElementsAre("a.so"));
  EXPECT_THAT(registry.files()[1].reason, HasSubstr("the same file as " + file.string()));
}

TEST_F(PluginRegistry, BuiltInTypeWinsOverAFile) {
  add_file("a", "x.so", {"test.x"});
  Registry registry(options({"a"}));
  registry.add(node_type("test.x"));
  EXPECT_THAT(registry.ids(), ElementsAre("test.x"));
  EXPECT_NE(registry.find("test.x"), nullptr);
  EXPECT_THAT(opener->opened, IsEmpty());
  EXPECT_EQ(registry.files()[0].types[0].shadowed_by, "(built in)");
}

TEST_F(PluginRegistry, RefusesABuiltInTypeThatIsTakenWrongOrLate) {
  Registry registry(options({}));
  registry.add(node_type("test.x"));
  EXPECT_THROW(registry.add(node_type("test.x")), Error);
  EXPECT_THROW(registry.add(node_type("NoId")), Error);
  registry.ids();
  EXPECT_THROW(registry.add(node_type("test.late")), Error);
}

TEST_F(PluginRegistry, KnowsAddedTypesWithoutAnyFolderOrOpener) {
  Registry registry(RegistryOptions{});
  registry.add(node_type("test.x"));
  EXPECT_NE(registry.find("test.x"), nullptr);
  EXPECT_EQ(registry.find("test.y"), nullptr);
  EXPECT_THAT(registry.files(), IsEmpty());
}

TEST_F(PluginRegistry, RefusedFileDoesNotDisturbTheOthersAndIsLogged) {
  const fs::path bad = add_file("a", "bad.so", {});
  add_file("a", "good.so", {"test.good"});
  prober->verdicts["bad.so"] = refusal("built for LibTorch 2.10.0");
  Registry registry(options({"a"}));
  EXPECT_NE(registry.find("test.good"), nullptr);
  EXPECT_THAT(log,
              Contains("warning: plugin refused: " + bad.string() + ": built for LibTorch 2.10.0"));
  EXPECT_THAT(opener->opened.count("bad.so"), 0u);
}

TEST_F(PluginRegistry, FileWithoutElfHeaderIsRefusedBeforeTheProbe) {
  write_file(files.path() / "text.so", "hello");
  RegistryOptions wanted = options({});
  wanted.search_path = {files.path()};
  Registry registry(wanted);
  ASSERT_EQ(registry.files().size(), 1u);
  EXPECT_THAT(registry.files()[0].reason, HasSubstr("not a shared library"));
  EXPECT_THAT(prober->probed, IsEmpty());
}

TEST_F(PluginRegistry, RejectionNamesTheFileThatFitsTheIdByName) {
  add_file("a", "acme.so", {});
  add_file("a", "zulu.so", {});
  prober->verdicts["acme.so"] = refusal("crashed");
  prober->verdicts["zulu.so"] = refusal("hung");
  Registry registry(options({"a"}));
  EXPECT_THAT(registry.rejection_for("model.zulu"), EndsWith("zulu.so: hung"));
  EXPECT_THAT(registry.rejection_for("acme.denoise"), EndsWith("acme.so: crashed"));
  EXPECT_THAT(registry.rejection_for("model.other"),
              AllOf(HasSubstr("may be in a file that was refused"), HasSubstr("acme.so: crashed"),
                    HasSubstr("1 more")));
}

TEST_F(PluginRegistry, RejectionRemembersTheIdsThatAFileHadBefore) {
  const fs::path file = add_file("a", "vendor.so", {"test.x"});
  Registry(options({"a"})).ids();
  opener->stamp_text = "stamp 2";  // as after an update of LibTorch
  prober->verdicts["vendor.so"] = refusal("built for LibTorch 2.11.0");
  Registry registry(options({"a"}));
  EXPECT_EQ(registry.find("test.x"), nullptr);
  EXPECT_EQ(registry.rejection_for("test.x"), file.string() + ": built for LibTorch 2.11.0");
}

TEST_F(PluginRegistry, LibraryThatFailsToOpenIsTheReasonAndNoOtherFileTakesItsPlace) {
  const fs::path file = add_file("a", "x.so", {"test.x"});
  add_file("b", "also.so", {"test.x"});
  opener->failing["x.so"] = "needs libfoo.so.1";
  Registry registry(options({"a", "b"}));
  EXPECT_EQ(registry.find("test.x"), nullptr);
  EXPECT_EQ(registry.rejection_for("test.x"), file.string() + ": needs libfoo.so.1");
  EXPECT_EQ(opener->opened.count("also.so"), 0u);
  EXPECT_FALSE(registry.files()[0].accepted);
}

TEST_F(PluginRegistry, LibraryWithoutThePromisedIdIsRefused) {
  add_file("a", "x.so", {"test.x"});
  Registry registry(options({"a"}));
  registry.ids();
  opener->ids["x.so"] = {"test.renamed"};
  EXPECT_EQ(registry.find("test.x"), nullptr);
  EXPECT_THAT(registry.rejection_for("test.x"), HasSubstr("no longer has test.x"));
}

TEST_F(PluginRegistry, SecondScanTakesVerdictsFromTheCache) {
  add_file("a", "x.so", {"test.x"});
  add_file("a", "bad.so", {});
  prober->verdicts["bad.so"] = refusal("built for LibTorch 2.10.0");
  Registry(options({"a"})).ids();
  ASSERT_EQ(prober->probed.size(), 2u);
  Registry second(options({"a"}));
  EXPECT_THAT(second.ids(), ElementsAre("test.x"));
  EXPECT_EQ(prober->probed.size(), 2u);
  EXPECT_EQ(second.files()[0].reason, "built for LibTorch 2.10.0");
}

TEST_F(PluginRegistry, RememberedCrashSaysSoAndRescanTriesAgain) {
  add_file("a", "x.so", {"test.x"});
  prober->verdicts["x.so"] = refusal("crashed when loaded", true);
  EXPECT_EQ(Registry(options({"a"})).files()[0].reason, "crashed when loaded");
  Registry registry(options({"a"}));
  EXPECT_THAT(registry.files()[0].reason,
              AllOf(HasSubstr("crashed when loaded"), HasSubstr("plugins list --rescan")));
  prober->verdicts.clear();
  registry.rescan();
  EXPECT_THAT(registry.ids(), ElementsAre("test.x"));
  EXPECT_EQ(prober->probed.size(), 2u);
}

TEST_F(PluginRegistry, VerdictOfAProbeThatDidNotWorkIsNotRemembered) {
  add_file("a", "x.so", {"test.x"});
  prober->verdicts["x.so"] = refusal("not examined");
  prober->verdicts["x.so"].unavailable = true;
  Registry(options({"a"})).ids();
  prober->verdicts.clear();
  EXPECT_THAT(Registry(options({"a"})).ids(), ElementsAre("test.x"));
}

TEST_F(PluginRegistry, ChangedFileAndOtherEngineAreProbedAgain) {
  const fs::path file = add_file("a", "x.so", {"test.x"});
  Registry(options({"a"})).ids();
  write_file(file, fake_library() + "more");
  Registry(options({"a"})).ids();
  EXPECT_EQ(prober->probed.size(), 2u);
  opener->stamp_text = "stamp 2";
  Registry(options({"a"})).ids();
  EXPECT_EQ(prober->probed.size(), 3u);
}

TEST_F(PluginRegistry, RescanFindsNewFilesAndKeepsTypesInUse) {
  add_file("a", "x.so", {"test.x"});
  Registry registry(options({"a"}));
  const NodeType* type = registry.find("test.x");
  add_file("a", "y.so", {"test.y"});
  registry.rescan();
  EXPECT_EQ(registry.find("test.x"), type);
  EXPECT_EQ(opener->opened["x.so"], 1);
  EXPECT_TRUE(registry.files()[0].loaded);
  EXPECT_NE(registry.find("test.y"), nullptr);
}

TEST_F(PluginRegistry, RescanForgetsARemovedFileButItsTypeStaysValid) {
  const fs::path file = add_file("a", "x.so", {"test.x"});
  Registry registry(options({"a"}));
  const NodeType* type = registry.find("test.x");
  fs::remove(file);
  registry.rescan();
  EXPECT_EQ(registry.find("test.x"), nullptr);
  EXPECT_EQ(type->descriptor.id, "test.x");
}

TEST_F(PluginRegistry, BrokenOrUnwritableCacheIsIgnoredWithADebugMessage) {
  add_file("a", "x.so", {"test.x"});
  fs::create_directories(files.path() / "cache");
  for (const char* content : {"", "{", "[]", "{\"melgraph_plugin_cache\": 1, \"files\": [1]}"}) {
    write_file(files.path() / "cache" / "plugins.json", content);
    log.clear();
    EXPECT_THAT(Registry(options({"a"})).ids(), ElementsAre("test.x"));
    EXPECT_THAT(log, Contains(AllOf(HasSubstr("debug: plugin cache"), HasSubstr("broken"))));
  }
  RegistryOptions blocked = options({"a"});
  blocked.cache_file = files.path() / "a" / "x.so" / "plugins.json";  // under a file
  log.clear();
  EXPECT_THAT(Registry(blocked).ids(), ElementsAre("test.x"));
  EXPECT_THAT(log, Contains(HasSubstr("not written")));
}

TEST_F(PluginRegistry, AnswersManyThreadsAtOnce) {
  for (int i = 0; i < 4; ++i) {
    const std::string name = std::string(1, static_cast<char>('a' + i));
    add_file("a", name + ".so", {"test." + name});
  }
  Registry registry(options({"a"}));
  std::vector<const NodeType*> found(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] {
      found[i] = registry.find(std::string("test.") + static_cast<char>('a' + i % 4));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_NE(found[i], nullptr);
    EXPECT_EQ(found[i], found[i % 4]);
  }
  EXPECT_EQ(opener->opened["a.so"], 1);
}

}  // namespace
}  // namespace melgraph
