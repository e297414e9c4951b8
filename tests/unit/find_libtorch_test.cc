#include "find_libtorch.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "missing_libtorch.h"

namespace melgraph::launch {
namespace {

namespace fs = std::filesystem;

class FindLibTorch : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "melgraph-launch-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const fs::path& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  /// Make a folder that looks like a LibTorch of `version`, as its C++ headers say it.
  fs::path make_torch(const fs::path& path, const std::string& version = "2 11 0") const {
    write(path / "lib/libc10.so", "");
    write(path / "lib/libtorch_cpu.so", "");
    std::istringstream numbers(version);
    std::string major, minor, patch;
    numbers >> major >> minor >> patch;
    write(path / "include/torch/headeronly/version.h",
          "#pragma once\n/// text\n#define TORCH_VERSION_MAJOR " + major +
              "\n#define TORCH_VERSION_MINOR " + minor + "\n#define TORCH_VERSION_PATCH " + patch +
              "\n#define TORCH_VERSION_ABI_TAG 0\n");
    return root_ / path;
  }

  LibTorchSearchResult find() const {
    LibTorchSearchOptions options;
    options.environment = [this](const char* name) {
      const auto found = environment_.find(name);
      return found == environment_.end() ? std::string() : found->second;
    };
    options.path_file = root_ / "lib/melgraph/libtorch.path";
    options.system_root = root_ / "system";
    return find_libtorch(options);
  }

  fs::path root_;
  std::map<std::string, std::string> environment_;
};

TEST_F(FindLibTorch, says_where_it_looked_when_there_is_none) {
  environment_["HOME"] = root_ / "home";
  const auto result = find();
  EXPECT_FALSE(result.folder);
  ASSERT_EQ(result.candidates.size(), 2u);
  EXPECT_EQ(result.candidates[0].folder, root_ / "home/.cache/melgraph/libtorch-2.11.0/torch");
  EXPECT_EQ(result.candidates[0].rejected, "no such folder");
  EXPECT_EQ(result.candidates[1].rejected, "no Python of this host has the package torch");
}

TEST_F(FindLibTorch, takes_the_named_folder_before_any_other) {
  environment_["HOME"] = root_ / "home";
  environment_["MELGRAPH_LIBTORCH"] = make_torch("named");
  make_torch("home/.cache/melgraph/libtorch-2.11.0/torch");
  const auto result = find();
  ASSERT_TRUE(result.folder);
  EXPECT_EQ(*result.folder, root_ / "named");
  EXPECT_EQ(result.version, "2.11.0");
  EXPECT_EQ(result.source, "$MELGRAPH_LIBTORCH");
}

TEST_F(FindLibTorch, never_passes_over_a_named_folder_that_is_wrong) {
  environment_["HOME"] = root_ / "home";
  make_torch("home/.cache/melgraph/libtorch-2.11.0/torch");
  environment_["MELGRAPH_LIBTORCH"] = make_torch("named", "2 10 1");
  const auto result = find();
  EXPECT_FALSE(result.folder);
  ASSERT_EQ(result.candidates.size(), 1u);
  EXPECT_EQ(result.candidates[0].rejected, "is version 2.10.1, wanted 2.11.*");
}

TEST_F(FindLibTorch, takes_the_folder_of_the_build_tree_before_the_cache) {
  environment_["MELGRAPH_CACHE"] = root_ / "cache";
  make_torch("cache/libtorch-2.11.0/torch");
  write("lib/melgraph/libtorch.path", make_torch("built with/torch").string() + "\n");
  EXPECT_EQ(find().folder, root_ / "built with/torch");
}

TEST_F(FindLibTorch, goes_on_to_the_cache_when_the_folder_of_the_build_tree_is_gone) {
  environment_["MELGRAPH_CACHE"] = root_ / "cache";
  make_torch("cache/libtorch-2.11.0/torch");
  write("lib/melgraph/libtorch.path", (root_ / "gone").string() + "\n");
  const auto result = find();
  EXPECT_EQ(result.folder, root_ / "cache/libtorch-2.11.0/torch");
  ASSERT_EQ(result.candidates.size(), 2u);
  EXPECT_EQ(result.candidates[0].rejected, "no such folder");
  EXPECT_EQ(result.candidates[1].rejected, "");
}

TEST_F(FindLibTorch, looks_for_the_cache_where_each_variable_says) {
  environment_["HOME"] = root_ / "home";
  make_torch("home/.cache/melgraph/libtorch-2.11.0/torch");
  make_torch("user/melgraph/libtorch-2.11.0/torch");
  make_torch("cache/libtorch-2.11.0/torch");
  EXPECT_EQ(find().folder, root_ / "home/.cache/melgraph/libtorch-2.11.0/torch");
  environment_["XDG_CACHE_HOME"] = root_ / "user";
  EXPECT_EQ(find().folder, root_ / "user/melgraph/libtorch-2.11.0/torch");
  environment_["MELGRAPH_CACHE"] = root_ / "cache";
  EXPECT_EQ(find().folder, root_ / "cache/libtorch-2.11.0/torch");
}

TEST_F(FindLibTorch, takes_the_torch_of_the_active_virtual_environment) {
  environment_["VIRTUAL_ENV"] = root_ / "venv";
  const auto folder = make_torch("venv/lib/python3.12/site-packages/torch");
  write("venv/lib/python3.12/site-packages/torch/version.py",
        "__all__ = ['__version__']\n__version__ = '2.11.0+cu130'\ndebug = False\n");
  const auto result = find();
  EXPECT_EQ(result.folder, folder);
  EXPECT_EQ(result.version, "2.11.0+cu130");
  EXPECT_EQ(result.source, "Python");
}

TEST_F(FindLibTorch, finds_the_python_behind_a_symbolic_link_on_the_path) {
  write("python/bin/python3.11", "");
  const auto folder = make_torch("python/lib/python3.11/site-packages/torch");
  fs::create_directories(root_ / "bin");
  fs::create_symlink(root_ / "python/bin/python3.11", root_ / "bin/python3");
  environment_["PATH"] = (root_ / "empty").string() + "::" + (root_ / "bin").string();
  EXPECT_EQ(find().folder, folder);
}

TEST_F(FindLibTorch, finds_the_python_a_virtual_environment_was_made_from) {
  write("venv/bin/python3", "");
  write("venv/pyvenv.cfg", "home = " + (root_ / "python/bin").string() + "\nversion = 3.11.2\n");
  const auto folder = make_torch("python/lib/python3.11/site-packages/torch");
  environment_["PATH"] = root_ / "venv/bin";
  EXPECT_EQ(find().folder, folder);
}

TEST_F(FindLibTorch, finds_the_versions_behind_a_pyenv_shim) {
  write("pyenv/shims/python", "#!/bin/sh\n");
  const auto folder = make_torch("pyenv/versions/3.12.1/lib/python3.12/site-packages/torch");
  environment_["PATH"] = root_ / "pyenv/shims";
  EXPECT_EQ(find().folder, folder);
}

TEST_F(FindLibTorch, finds_the_torch_of_the_system_and_of_the_user) {
  const auto system = make_torch("system/usr/local/lib/python3.11/dist-packages/torch");
  EXPECT_EQ(find().folder, system);
  environment_["HOME"] = root_ / "home";
  const auto user = make_torch("home/.local/lib/python3.11/site-packages/torch");
  EXPECT_EQ(find().folder, user);
}

TEST_F(FindLibTorch, passes_over_pythons_with_another_version_and_lists_each_once) {
  make_torch("python/lib/python3.11/site-packages/torch", "2 9 0");
  make_torch("python/lib/python3.12/site-packages/torch", "2 110 0");
  write("python/bin/python3", "");
  write("python/bin/python", "");
  environment_["PATH"] = root_ / "python/bin";
  environment_["VIRTUAL_ENV"] = root_ / "python";
  const auto good = make_torch("system/usr/lib/python3/dist-packages/torch");
  const auto result = find();
  EXPECT_EQ(result.folder, good);
  ASSERT_EQ(result.candidates.size(), 4u);
  EXPECT_EQ(result.candidates[1].rejected, "is version 2.110.0, wanted 2.11.*");
  EXPECT_EQ(result.candidates[2].rejected, "is version 2.9.0, wanted 2.11.*");
}

TEST_F(FindLibTorch, names_what_an_incomplete_folder_lacks) {
  std::string version;
  write("a/lib/libc10.so", "");
  EXPECT_EQ(reject_libtorch(root_ / "a", version), "has no lib/libtorch_cpu.so");
  write("a/lib/libtorch_cpu.so", "");
  EXPECT_EQ(reject_libtorch(root_ / "a", version),
            "does not say its version (version.py, include/torch/headeronly/version.h)");
  write("a/version.py", "__version__ = ''\n");
  EXPECT_NE(reject_libtorch(root_ / "a", version), "");
  write("a/version.py", "from typing import Optional\n__version__: str = \"2.11.1\"\n");
  EXPECT_EQ(reject_libtorch(root_ / "a", version), "");
  EXPECT_EQ(version, "2.11.1");
}

LoadedLibTorch missing_libtorch() {
  LoadedLibTorch libtorch;
  libtorch.error = "not found";
  libtorch.search.candidates = {{"/a/torch", "cache", "no such folder"},
                                {"/b\xff/torch", "Python", "is version 2.9.0, wanted 2.11.*"}};
  return libtorch;
}

TEST(MissingLibTorch, is_explained_with_every_folder_and_the_ways_to_get_it) {
  const std::string text = explain_missing_libtorch(missing_libtorch());
  EXPECT_EQ(text.rfind("error: LibTorch not found", 0), 0u) << text;
  for (const char* part : {"cache: /a/torch: no such folder", "is version 2.9.0, wanted 2.11.*",
                           "make", "pip install torch==2.11.0", "MELGRAPH_LIBTORCH"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in\n" << text;
  }
}

TEST(MissingLibTorch, leaves_the_version_answer_whole) {
  const std::string text = version_without_libtorch(missing_libtorch(), false);
  EXPECT_EQ(text.rfind("Melgraph ", 0), 0u) << text;
  EXPECT_NE(text.find("LibTorch: not found"), std::string::npos) << text;
  const auto answer = nlohmann::json::parse(version_without_libtorch(missing_libtorch(), true));
  EXPECT_TRUE(answer.at("libtorch").is_null());
  ASSERT_EQ(answer.at("libtorch_candidates").size(), 2u);
  EXPECT_EQ(answer.at("libtorch_candidates")[0].at("reason"), "no such folder");
  EXPECT_EQ(answer.at("libtorch_error"), "LibTorch not found");
}

}  // namespace
}  // namespace melgraph::launch
