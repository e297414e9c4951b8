#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "core/install_paths.h"
#include "plugin/file_check.h"
#include "plugin/search_path.h"
#include "plugin_test_files.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PluginFiles : public testing::Test {
 protected:
  fs::path folder(const std::string& name) {
    fs::create_directories(files.path() / name);
    return files.path() / name;
  }

  SearchPathOptions options() {
    SearchPathOptions result;
    result.environment = [this](const char* name) { return environment[name]; };
    result.log = [this](LogLevel, std::string_view message) { log.emplace_back(message); };
    return result;
  }

  TemporaryFolder files;
  std::map<std::string, std::string> environment;
  std::vector<std::string> log;
};

TEST_F(PluginFiles, FoldersComeInTheOrderOfPrecedence) {
  const fs::path data = folder("data/melgraph/plugins");
  const fs::path beside = folder("lib/melgraph/plugins");
  const fs::path variable_1 = folder("v1");
  const fs::path variable_2 = folder("v2");
  const fs::path given = folder("given");
  environment["XDG_DATA_HOME"] = (files.path() / "data").string();
  environment["MELGRAPH_PLUGIN_PATH"] = variable_1.string() + "::" + variable_2.string();
  SearchPathOptions wanted = options();
  wanted.given = {given};
  wanted.library_folder = files.path() / "lib";
  EXPECT_THAT(plugin_search_path(wanted), ElementsAre(given, variable_1, variable_2, beside, data));
  EXPECT_THAT(log, IsEmpty());
}

TEST_F(PluginFiles, UserFolderIsInTheHomeFolderWhereXdgSaysNothing) {
  environment["HOME"] = files.path().string();
  const fs::path data = folder(".local/share/melgraph/plugins");
  EXPECT_THAT(plugin_search_path(options()), ElementsAre(data));
}

TEST_F(PluginFiles, MissingNamedFolderIsAWarningMissingDefaultIsNone) {
  environment["MELGRAPH_PLUGIN_PATH"] = (files.path() / "v").string();
  environment["XDG_DATA_HOME"] = (files.path() / "data").string();
  write_file(files.path() / "file", "");
  SearchPathOptions wanted = options();
  wanted.given = {files.path() / "file"};
  wanted.library_folder = files.path() / "lib";
  EXPECT_THAT(plugin_search_path(wanted), IsEmpty());
  EXPECT_THAT(log,
              ElementsAre(AllOf(HasSubstr("--plugin-path"), HasSubstr("is not a folder")),
                          AllOf(HasSubstr("MELGRAPH_PLUGIN_PATH"), HasSubstr("does not exist"))));
}

TEST_F(PluginFiles, FolderNamedTwiceCountsOnce) {
  const fs::path one = folder("one");
  fs::create_directory_symlink(one, files.path() / "link");
  SearchPathOptions wanted = options();
  wanted.given = {one, one / "..", files.path() / "link", one / "."};
  EXPECT_THAT(plugin_search_path(wanted), ElementsAre(one, files.path()));
}

TEST_F(PluginFiles, CacheIsWhereTheEnvironmentSays) {
  const auto get = [this](const char* name) { return environment[name]; };
  EXPECT_EQ(default_plugin_cache_file(get), "");
  environment["HOME"] = "/h";
  EXPECT_EQ(default_plugin_cache_file(get), "/h/.cache/melgraph/plugins.json");
  environment["XDG_CACHE_HOME"] = "/x";
  EXPECT_EQ(default_plugin_cache_file(get), "/x/melgraph/plugins.json");
  environment["MELGRAPH_CACHE"] = "/m";
  EXPECT_EQ(default_plugin_cache_file(get), "/m/plugins.json");
}

TEST_F(PluginFiles, ProbeIsBesideTheLibrary) {
  EXPECT_EQ(default_probe_program("/opt/m/lib"), "/opt/m/libexec/melgraph/melgraph-probe");
  EXPECT_TRUE(fs::is_directory(library_folder()));
}

TEST_F(PluginFiles, ListsSharedObjectsOfOneLevelSorted) {
  const fs::path in = folder("in");
  for (const char* name : {"b.so", "a.so", "c.so.1", "readme.txt"}) write_file(in / name, "");
  write_file(folder("in/deeper") / "d.so", "");
  EXPECT_THAT(list_plugin_files(in, {}), ElementsAre(in / "a.so", in / "b.so"));
}

TEST_F(PluginFiles, AcceptsASharedObjectHeaderAndTellsFilesApart) {
  const fs::path a = files.path() / "a.so";
  const fs::path b = files.path() / "b.so";
  write_file(a, fake_library());
  write_file(b, fake_library());
  EXPECT_EQ(check_plugin_file(a).reason, "");
  EXPECT_EQ(check_plugin_file(a).identity, check_plugin_file(a).identity);
  EXPECT_FALSE(check_plugin_file(a).identity == check_plugin_file(b).identity);
}

TEST_F(PluginFiles, RefusesWhatIsNoSharedLibrary) {
  const fs::path path = files.path() / "x.so";
  const auto reason_of = [&](const std::string& content) {
    write_file(path, content);
    return check_plugin_file(path).reason;
  };
  EXPECT_THAT(reason_of(""), HasSubstr("not a shared library"));
  EXPECT_THAT(reason_of("#!/bin/sh\n" + std::string(100, 'x')), HasSubstr("not a shared library"));
  EXPECT_THAT(reason_of(fake_library().substr(0, 20)), HasSubstr("ends within its ELF header"));

  std::string changed = fake_library();
  changed[offsetof(Elf64_Ehdr, e_type)] = ET_REL;
  EXPECT_THAT(reason_of(changed), HasSubstr("of another kind"));
  changed = fake_library();
  changed[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(EM_S390);
  EXPECT_THAT(reason_of(changed), HasSubstr("for this processor"));
  changed = fake_library();
  changed[EI_CLASS] = ELFCLASS32;
  EXPECT_THAT(reason_of(changed), HasSubstr("for this processor"));
}

TEST_F(PluginFiles, RefusesFoldersPipesAndDanglingLinksWithoutBlocking) {
  EXPECT_THAT(check_plugin_file(folder("folder.so")).reason, HasSubstr("not a regular file"));
  ASSERT_EQ(mkfifo((files.path() / "pipe.so").c_str(), 0600), 0);
  EXPECT_THAT(check_plugin_file(files.path() / "pipe.so").reason, HasSubstr("not a regular file"));
  fs::create_symlink("nowhere", files.path() / "link.so");
  EXPECT_THAT(check_plugin_file(files.path() / "link.so").reason, HasSubstr("leads nowhere"));
}

/// Run `check` in a child without the rights of root; give its exit status.
template <class Check>
int run_unprivileged(Check check) {
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0)) _exit(77);
    _exit(check() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

TEST_F(PluginFiles, UnreadableFileAndFolderAreReported) {
  fs::permissions(files.path(), fs::perms::all);
  const fs::path file = files.path() / "x.so";
  write_file(file, fake_library());
  fs::permissions(file, fs::perms::none);
  const fs::path closed = folder("closed");
  fs::permissions(closed, fs::perms::none);
  const int status = run_unprivileged([&] {
    const std::string reason = check_plugin_file(file).reason;
    list_plugin_files(closed, options().log);
    return reason.find("cannot be read: Permission denied") == 0 && log.size() == 1 &&
           log[0].find("Permission denied") != std::string::npos;
  });
  fs::permissions(closed, fs::perms::owner_all);
  if (status == 77) GTEST_SKIP() << "this user cannot give up its rights";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace melgraph
