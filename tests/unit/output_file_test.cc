#include "melgraph/output_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <utility>

#include "core/file.h"
#include "melgraph/error.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

class OutputFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/output_file_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string name(const std::string& file) const { return (folder_ / file).string(); }
  static std::string content(const std::string& path) { return read_text_file(path, 1 << 20); }

  /// The message of the `Error` (io) that `action` throws.
  static std::string io_error(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::io);
      return error.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
  }

  fs::path folder_;
};

TEST_F(OutputFileTest, HasItsNameOnlyAfterCommit) {
  const std::string path = name("a/b/results.csv");
  OutputFile file(path);
  file.write("one\n");
  file.flush();
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(content(path + ".part"), "one\n");
  file.write("two\n");
  file.commit();
  EXPECT_TRUE(file.committed());
  EXPECT_EQ(content(path), "one\ntwo\n");
  EXPECT_FALSE(fs::exists(path + ".part"));
}

TEST_F(OutputFileTest, KeepsThePartialFileWithoutCommit) {
  const std::string path = name("results.csv");
  {
    OutputFile file(path);
    file.write("one\n");
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(content(path + ".part"), "one\n");
}

TEST_F(OutputFileTest, ReplacesAnEarlierResultOnlyAtCommit) {
  const std::string path = name("results.csv");
  for (const char* text : {"first", "second"}) {
    OutputFile file(path);
    file.write(text);
    if (std::string(text) == "second") {
      EXPECT_EQ(content(path), "first");
    }
    file.commit();
  }
  EXPECT_EQ(content(path), "second");
}

TEST_F(OutputFileTest, MovesWithItsContent) {
  OutputFile first(name("a"));
  first.write("1");
  OutputFile second(name("b"));
  second.write("2");
  second = std::move(first);
  second.write("3");
  second.commit();
  EXPECT_EQ(content(name("a")), "13");
  EXPECT_EQ(content(name("b.part")), "2");
}

TEST_F(OutputFileTest, RefusesWritesAfterCommit) {
  OutputFile file(name("a"));
  file.commit();
  EXPECT_THROW(file.write("x"), Error);
  EXPECT_THROW(file.flush(), Error);
  EXPECT_THROW(file.commit(), Error);
}

TEST_F(OutputFileTest, ReportsAFullDisk) {
  fs::create_symlink("/dev/full", name("a.part"));
  OutputFile file(name("a"));
  file.write("x");
  const std::string message = io_error([&] { file.flush(); });
  EXPECT_NE(message.find(name("a.part")), std::string::npos) << message;
  EXPECT_NE(message.find("No space left"), std::string::npos) << message;
  // What was lost must not become a complete file later.
  io_error([&] { file.commit(); });
  EXPECT_FALSE(fs::exists(name("a")));
}

TEST_F(OutputFileTest, ReportsAFullDiskFromLargeWrites) {
  fs::create_symlink("/dev/full", name("a.part"));
  OutputFile file(name("a"));
  io_error([&] { file.write(std::string(1 << 20, 'x')); });
}

TEST_F(OutputFileTest, RefusesPlacesThatCannotHoldAFile) {
  { OutputFile(name("file")).commit(); }
  EXPECT_NE(io_error([&] { OutputFile file(name("file/below")); }).find("cannot create the folder"),
            std::string::npos);
  EXPECT_NE(io_error([&] { OutputFile file(folder_.string()); }).find("directory"),
            std::string::npos);
  io_error([] { OutputFile file(""); });
}

TEST_F(OutputFileTest, ReadTextFileChecksItsLimits) {
  const std::string path = name("text");
  OutputFile file(path);
  file.write(std::string(70000, 'x'));
  file.commit();
  EXPECT_EQ(read_text_file(path, 70000).size(), 70000u);
  EXPECT_EQ(read_text_file(path, std::numeric_limits<std::size_t>::max()).size(), 70000u);
  EXPECT_NE(io_error([&] { read_text_file(path, 69999); }).find("larger than 69999"),
            std::string::npos);
  EXPECT_NE(io_error([&] { read_text_file(name("none"), 10); }).find("No such file"),
            std::string::npos);
  EXPECT_NE(io_error([&] { read_text_file(folder_.string(), 10); }).find("directory"),
            std::string::npos);
}

}  // namespace
}  // namespace melgraph
