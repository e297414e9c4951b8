// Real libraries, right and wrong, through the real probe and Boost.DLL.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "melgraph/error.h"
#include "melgraph/node.h"
#include "plugin/library.h"
#include "plugin/probe_client.h"
#include "plugin/registry.h"
#include "test_launch_info.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

fs::path program_folder() {
  return melgraph_test_launch_info().program_folder;
}
fs::path bad_plugin(const std::string& name) {
  return program_folder() / "bad_plugins" / name / (name + ".so");
}

class PluginLoader : public testing::Test {
 protected:
  PluginLoader() {
    std::string name = fs::canonical(testing::TempDir()) / "melgraph.XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = name;
    fs::create_directory(folder / "plugins");
    options.search_path = {folder / "plugins"};
    options.cache_file = folder / "cache" / "plugins.json";
    options.opener = make_library_opener();
    set_timeout(std::chrono::seconds(60));
  }
  ~PluginLoader() override { fs::remove_all(folder); }

  void set_timeout(std::chrono::milliseconds timeout) {
    ProbeClientOptions wanted;
    wanted.program = program_folder().parent_path() / "melgraph-probe";
    wanted.stamp = options.opener->stamp();
    wanted.file_timeout = timeout;
    client = std::make_shared<ProbeClient>(wanted);
    options.prober = client;
  }

  /// Put a copy of a plugin into the folder that is searched.
  fs::path use(const std::string& name) { return use_file(bad_plugin(name)); }
  fs::path use_file(const fs::path& file) {
    const fs::path copy = folder / "plugins" / file.filename();
    fs::copy_file(file, copy);
    return copy;
  }

  /// Give the reason against a wrong plugin, which must not disturb the good one beside it.
  std::string reason_beside_good(const std::string& name) {
    use(name);
    use("good_plugin");
    Registry registry(options);
    EXPECT_NE(registry.find("test.gain"), nullptr) << registry.rejection_for("test.gain");
    for (const PluginFile& file : registry.files()) {
      if (file.path.stem() != name) continue;
      EXPECT_FALSE(file.accepted);
      EXPECT_EQ(file.reason.find('\n'), std::string::npos) << file.reason;
      return file.reason;
    }
    return "not listed";
  }

  fs::path folder;
  RegistryOptions options;
  std::shared_ptr<ProbeClient> client;
};

TEST_F(PluginLoader, GoodPluginGivesAWorkingNodeType) {
  use("good_plugin");
  Registry registry(options);
  EXPECT_THAT(registry.ids(), ElementsAre("test.gain"));
  EXPECT_FALSE(registry.files()[0].loaded);
  const NodeType* type = registry.find("test.gain");
  ASSERT_NE(type, nullptr);
  EXPECT_TRUE(registry.files()[0].loaded);
  EXPECT_EQ(type->descriptor.summary, "Multiply by a number");
  EXPECT_NE(type->make_node(), nullptr);
  EXPECT_THAT(registry.files()[0].built_for, HasSubstr("LibTorch 2.11"));
}

TEST_F(PluginLoader, SecondScanStartsNoProbe) {
  use("good_plugin");
  use("throws_in_register");
  Registry(options).ids();
  EXPECT_EQ(client->starts(), 1);
  EXPECT_THAT(Registry(options).ids(), ElementsAre("test.gain"));
  EXPECT_EQ(client->starts(), 1);
}

TEST_F(PluginLoader, TwoRegistriesShareALibrary) {
  use("good_plugin");
  Registry first(options);
  Registry second(options);
  ASSERT_NE(first.find("test.gain"), nullptr);
  ASSERT_NE(second.find("test.gain"), nullptr);
  EXPECT_EQ(first.find("test.gain")->make_node, second.find("test.gain")->make_node);
}

TEST_F(PluginLoader, TextFileIsNoSharedLibrary) {
  std::ofstream(folder / "plugins" / "not_elf.so") << "This is not a library.\n";
  use("good_plugin");
  Registry registry(options);
  EXPECT_NE(registry.find("test.gain"), nullptr);
  EXPECT_THAT(registry.rejection_for("model.not_elf"),
              EndsWith("not_elf.so: not a shared library: it does not begin as an ELF file does"));
}

TEST_F(PluginLoader, TruncatedLibraryIsRefused) {
  const fs::path file = use("missing_stamp");
  fs::resize_file(file, fs::file_size(file) / 2);
  use("good_plugin");
  Registry registry(options);
  EXPECT_NE(registry.find("test.gain"), nullptr);
  EXPECT_FALSE(registry.files()[1].accepted);
  EXPECT_NE(registry.files()[1].reason, "");
}

TEST_F(PluginLoader, MissingSymbolIsNamedAsInTheSource) {
  EXPECT_THAT(reason_beside_good("missing_symbol"),
              AllOf(StartsWith("missing symbol vendor::calibrate(std::"),
                    HasSubstr("built against another Melgraph or LibTorch"),
                    EndsWith("rebuild it with find_package(melgraph)")));
}

TEST_F(PluginLoader, LibraryWithoutAStampIsNoPlugin) {
  EXPECT_THAT(reason_beside_good("missing_stamp"), StartsWith("not a Melgraph plugin"));
}

TEST_F(PluginLoader, OtherLibTorchIsRefusedWithBothVersions) {
  EXPECT_THAT(reason_beside_good("wrong_libtorch"),
              AllOf(StartsWith("built for LibTorch 2.10.0, this is 2.11."),
                    EndsWith(": rebuild it with find_package(melgraph)")));
}

TEST_F(PluginLoader, ExceptionWhileRegisteringIsTheReason) {
  EXPECT_EQ(reason_beside_good("throws_in_register"),
            "failed while it registered its node types: no licence for test.throws");
}

TEST_F(PluginLoader, CrashWhileLoadingIsTheReason) {
  EXPECT_THAT(reason_beside_good("crashes_in_constructor"),
              StartsWith("crashed when loaded (signal 11, Segmentation fault)"));
}

TEST_F(PluginLoader, EndingTheProcessWhileLoadingIsTheReasonWithItsLastWords) {
  EXPECT_EQ(reason_beside_good("exits_in_constructor"),
            "ended the process when loaded (exit 3); it wrote: no dongle found");
}

TEST_F(PluginLoader, HangWhileLoadingIsTheReason) {
  set_timeout(std::chrono::seconds(3));
  EXPECT_EQ(reason_beside_good("hangs_in_constructor"), "did not answer within 3 s when loaded");
}

TEST_F(PluginLoader, WrongDescriptorIsTheReason) {
  EXPECT_EQ(reason_beside_good("bad_descriptor"),
            "registers a node type that is not valid: test.bad_descriptor: parameter \"n_fft\" has "
            "a default that it does not allow: \"n_fft\" is out of range: 1 is not in 2..65536 "
            "samples");
}

TEST_F(PluginLoader, SameIdTwiceInOneLibraryIsTheReason) {
  EXPECT_EQ(reason_beside_good("duplicate_in_library"), "registers test.same twice");
}

TEST_F(PluginLoader, SameIdInTwoFilesOfOneFolderRefusesTheSecond) {
  const fs::path from = program_folder() / "bad_plugins" / "duplicate_id";
  const fs::path first = use_file(from / "first.so");
  use_file(from / "second.so");
  Registry registry(options);
  EXPECT_NE(registry.find("test.twice"), nullptr);
  EXPECT_EQ(registry.files()[1].reason,
            "test.twice is in " + first.string() + " too: remove one of the two files");
}

TEST_F(PluginLoader, WhatAPluginWritesIsNoAnswer) {
  use("noisy_plugin");
  Registry registry(options);
  EXPECT_THAT(registry.ids(), ElementsAre("test.noisy"));
}

TEST_F(PluginLoader, AllWrongPluginsAtOnceLeaveTheGoodOne) {
  for (const char* name :
       {"bad_descriptor", "crashes_in_constructor", "duplicate_in_library", "exits_in_constructor",
        "good_plugin", "missing_stamp", "missing_symbol", "throws_in_register", "wrong_libtorch"}) {
    use(name);
  }
  Registry registry(options);
  EXPECT_THAT(registry.ids(), ElementsAre("test.gain"));
  EXPECT_EQ(registry.files().size(), 9u);
  EXPECT_EQ(client->starts(), 3);  // one, and one more after each of two deaths
}

TEST_F(PluginLoader, OpenerSaysWhatTheSystemCannotLoad) {
  try {
    options.opener->open(bad_plugin("missing_symbol"));
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
  }
  try {
    options.opener->open(bad_plugin("wrong_libtorch"));
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::plugin);
  }
}

TEST_F(PluginLoader, SecondLibTorchInTheProcessIsRefusedWithBothPaths) {
  const fs::path original = fs::path(melgraph_test_launch_info().libtorch_folder) / "lib/libc10.so";
  // A real second one ends the process while it initialises itself, so this one has only the name.
  const fs::path copy = folder / "libc10.so";
  fs::copy_file(bad_plugin("missing_stamp"), copy);
  int result[2];
  ASSERT_EQ(pipe(result), 0);
  const pid_t child = fork();  // a second copy cannot be got rid of again
  if (child == 0) {
    std::string text = "opened";
    if (dlopen(copy.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) text = dlerror();
    try {
      options.opener->open(use("good_plugin"));  // a copy, which no other test has opened
    } catch (const Error& error) {
      text = error.what();
    }
    const auto written = write(result[1], text.data(), text.size());
    _exit(written < 0 ? 1 : 0);
  }
  close(result[1]);
  std::string reason(4096, '\0');
  const auto size = read(result[0], reason.data(), reason.size());
  reason.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  close(result[0]);
  waitpid(child, nullptr, 0);
  EXPECT_THAT(reason, AllOf(StartsWith("brings a second LibTorch"),
                            HasSubstr(fs::canonical(original).string()), HasSubstr(copy.string())));
}

TEST_F(PluginLoader, UnreadableFileIsReported) {
  const fs::path file = use("good_plugin");
  fs::permissions(folder, fs::perms::all);
  fs::permissions(folder / "plugins", fs::perms::all);
  fs::permissions(file, fs::perms::none);
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0)) _exit(77);
    const std::vector<PluginFile> files = Registry(options).files();
    const std::string expected = "cannot be read: Permission denied";
    _exit(files.size() == 1 && files[0].reason.substr(0, expected.size()) == expected ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "this user cannot give up its rights";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace melgraph
