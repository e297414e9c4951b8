#include "io/npy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

#include "melgraph/error.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

class NpyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("melgraph-npy-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
};

std::string with_header(const std::string& text, int major = 1) {
  std::string file = "\x93NUMPY";
  file += {static_cast<char>(major), '\0'};
  file += {static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  if (major > 1) file += {'\0', '\0'};
  return file + text;
}

NpyHeader parse(const std::string& file, std::uint64_t data_bytes) {
  return parse_npy_header(std::as_bytes(std::span(file.data(), file.size())),
                          file.size() + data_bytes, "a.npy");
}

std::string refusal(const std::string& file, std::uint64_t data_bytes = 0) {
  try {
    parse(file, data_bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input) << error.what();
    EXPECT_EQ(std::string(error.what()).rfind("a.npy: ", 0), 0u) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

std::string dictionary(const std::string& type, const std::string& order,
                       const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

std::vector<double> read_all(NpyFile& file, std::size_t block) {
  std::vector<double> all, part(block);
  for (std::size_t got = 0; (got = file.read(part)) > 0;) {
    all.insert(all.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(got));
  }
  return all;
}

// Bytes of numpy.save of numpy.zeros((2, 3), "float32"), its version 1.26.
TEST(Npy, TheHeaderIsTheOneThatNumpyWrites) {
  const std::string text =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') + '\n';
  EXPECT_EQ(npy_header({2, 3}), std::string("\x93NUMPY\x01\x00\x76\x00", 10) + text);
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{}, {7}, {1, 2, 3, 4}, {123456789012, 0}}) {
    const std::string header = npy_header(shape);
    EXPECT_EQ(header.size() % 64, 0u);
    EXPECT_EQ(header.back(), '\n');
  }
}

TEST(Npy, ShapesAreWrittenAsTuples) {
  EXPECT_EQ(shape_text({}), "()");
  EXPECT_EQ(shape_text({5}), "(5,)");
  EXPECT_EQ(shape_text({5, 0, 2}), "(5, 0, 2)");
}

TEST_F(NpyTest, WhatIsWrittenIsRead) {
  const std::string path = (folder_ / "new" / "a.npy").string();
  const std::vector<float> first = {1.5f, -2.f, std::numeric_limits<float>::infinity()};
  const std::vector<float> second = {std::numeric_limits<float>::denorm_min(), 0.f,
                                     std::numeric_limits<float>::quiet_NaN()};
  write_npy(path, {2, 3}, {first, second});
  EXPECT_FALSE(fs::exists(path + ".part"));
  NpyFile file(path);
  EXPECT_EQ(file.header().shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(file.header().count, 6u);
  const std::vector<double> values = read_all(file, 4);
  ASSERT_EQ(values.size(), 6u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(values[i], static_cast<double>(i < 3 ? first[i] : second[i - 3]));
  }
  EXPECT_NE(values[5], values[5]);
}

TEST_F(NpyTest, LongFilesOfDoublesAreReadInBlocks) {
  const fs::path path = folder_ / "d.npy";
  std::vector<double> values(100001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) / 3;
  std::ofstream(path, std::ios::binary)
      << with_header(dictionary("<f8", "False", "(100001,)"))
      << std::string(reinterpret_cast<const char*>(values.data()), values.size() * 8);
  NpyFile file(path.string());
  EXPECT_TRUE(file.header().is_float64);
  EXPECT_EQ(read_all(file, 70000), values);
}

TEST_F(NpyTest, WritingRefusesBlocksThatAreNotTheShape) {
  const std::vector<float> values(5);
  EXPECT_THROW(write_npy((folder_ / "x.npy").string(), {2, 3}, {values}), Error);
  EXPECT_THROW(npy_header({-1}), Error);
  EXPECT_THROW(npy_header({std::int64_t{1} << 40, std::int64_t{1} << 40}), Error);
  EXPECT_FALSE(fs::exists(folder_ / "x.npy"));
}

TEST_F(NpyTest, AFileThatIsMissingOrAFolderIsAnErrorOfTheSystem) {
  for (const fs::path& path : {folder_ / "none.npy", folder_}) {
    try {
      NpyFile file(path.string());
      ADD_FAILURE() << path;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::io);
    }
  }
}

TEST(Npy, HeadersOfEveryVersionAndQuoteAreRead) {
  EXPECT_EQ(parse(with_header(dictionary("<f4", "False", "(2, 3)")), 24).count, 6u);
  EXPECT_EQ(parse(with_header(dictionary("<f8", "False", "(2, 3)"), 2), 48).data_start,
            12 + dictionary("<f8", "False", "(2, 3)").size());
  EXPECT_EQ(parse(with_header(dictionary("<f4", "False", "()"), 3), 4).count, 1u);
  EXPECT_EQ(parse(with_header(dictionary("<f4", "False", "(4, 0)")), 0).count, 0u);
  EXPECT_EQ(parse(with_header(R"({"shape":(2,),"descr":"<f4","fortran_order":False})"), 8).count,
            2u);
}

TEST(Npy, WhatIsNoArrayIsRefusedWithTheReason) {
  const auto says = [](const std::string& file, std::uint64_t data, const std::string& word) {
    const std::string text = refusal(file, data);
    EXPECT_NE(text.find(word), std::string::npos) << text;
  };
  says("", 0, "does not start");
  says("RIFF....WAVE", 0, "does not start");
  says(std::string("\x93NUMPY\x04\x00\x00\x00", 10), 0, "version is 4.0");
  says(std::string("\x93NUMPY\x01\x00\xff\x00{", 11), 0, "cut off in its header");
  says(std::string("\x93NUMPY\x02\x00\xff\x00", 10), 0, "cut off");
  says(std::string("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12), 0, "too long");
  says(with_header(""), 0, "'{'");
  says(with_header("{}"), 0, "lacks one of");
  says(with_header("{'descr': '<f4', 'shape': (1,)}"), 4, "lacks one of");
  says(with_header("{'descr': '<f4', 'descr': '<f4'}"), 4, "twice");
  says(with_header("{'other': 1}"), 4, "unknown key");
  says(with_header("{'descr"), 4, "no end");
  says(with_header("{3: 4}"), 4, "quoted word");
  says(with_header(dictionary("<f4", "False", "(1,)") + "x"), 4, "behind the dictionary");
  says(with_header(dictionary("<i4", "False", "(1,)")), 4, "\"<i4\"");
  says(with_header(dictionary(">f4", "False", "(1,)")), 4, "little-endian");
  says(with_header("{'descr': [('a', '<f4')]}"), 4, "fields");
  says(with_header(dictionary("<f4", "True", "(1,)")), 4, "Fortran");
  says(with_header(dictionary("<f4", "0", "(1,)")), 4, "True or False");
  says(with_header(dictionary("<f4", "False", "(1)")), 4, "not a tuple");
  says(with_header(dictionary("<f4", "False", "(1 2)")), 8, "commas");
  says(with_header(dictionary("<f4", "False", "(-1,)")), 4, "a size");
  says(with_header(dictionary("<f4", "False", "(9999999999999999999,)")), 4, "beyond any memory");
  says(with_header(dictionary("<f4", "False", "(4294967296, 4294967296)")), 0, "beyond any memory");
  says(with_header(dictionary("<f4", "False", "(0, 4294967296, 4294967296)")), 0,
       "beyond any memory");
  std::string many = "(";
  for (int i = 0; i < 65; ++i) many += "1, ";
  says(with_header(dictionary("<f4", "False", many + ")")), 4, "64 axes");
}

TEST(Npy, DataMustFillTheFileExactly) {
  const std::string file = with_header(dictionary("<f4", "False", "(2, 3)"));
  EXPECT_NO_THROW(parse(file, 24));
  EXPECT_NE(refusal(file, 23).find("24 bytes of data, the file 23"), std::string::npos);
  EXPECT_NE(refusal(file, 25).find("24 bytes of data, the file 25"), std::string::npos);
  EXPECT_NE(refusal(file, 0).find("the file 0"), std::string::npos);
}

TEST(Npy, EveryHeaderCutShortIsRefused) {
  const std::string whole = npy_header({2, 3});
  for (std::size_t size = 0; size < whole.size(); ++size) refusal(whole.substr(0, size), 24);
}

}  // namespace
}  // namespace melgraph
