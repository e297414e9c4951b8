#include "io/safetensors.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <limits>

#include "core/file.h"
#include "melgraph/error.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;

std::string make_file(const std::string& header, std::size_t data_size) {
  const std::uint64_t size = header.size();
  std::string file(reinterpret_cast<const char*>(&size), sizeof(size));
  return file + header + std::string(data_size, '\1');
}

SafetensorsHeader parse(const std::string& file) {
  return parse_safetensors_header(std::as_bytes(std::span(file.data(), file.size())), file.size(),
                                  "w.safetensors");
}

std::string error_of(const std::function<void()>& action, ErrorCode code) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

std::string refusal(const std::string& header, std::size_t data_size) {
  return error_of([&] { parse(make_file(header, data_size)); }, ErrorCode::invalid_graph);
}

/// A header with one tensor "w".
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"w":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets +
         "}}";
}

TEST(SafetensorsHeader, ReadsTensorsInTheOrderOfTheirData) {
  const SafetensorsHeader header = parse(make_file(
      R"({"b":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},"__metadata__":{"labels":"x\ny"},)"
      R"("a":{"data_offsets":[0,8],"shape":[],"dtype":"I64"}}  )",
      32));
  ASSERT_EQ(header.tensors.size(), 2u);
  EXPECT_EQ(header.tensors[0].name, "a");
  EXPECT_TRUE(header.tensors[0].shape.empty());
  EXPECT_EQ(header.tensors[1].name, "b");
  EXPECT_EQ(header.tensors[1].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(header.find("b")->begin, 8u);
  EXPECT_EQ(header.find("c"), nullptr);
  EXPECT_EQ(header.metadata.at("labels"), "x\ny");
}

TEST(SafetensorsHeader, AcceptsEmptyTensorsAndNoTensors) {
  EXPECT_TRUE(parse(make_file("{}", 0)).tensors.empty());
  const SafetensorsHeader header =
      parse(make_file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                      R"("e":{"dtype":"F32","shape":[3,0],"data_offsets":[0,0]},)"
                      R"("f":{"dtype":"F32","shape":[0],"data_offsets":[1,1]}})",
                      1));
  EXPECT_EQ(header.tensors[0].name, "e");
  EXPECT_EQ(header.tensors[2].name, "f");
}

TEST(SafetensorsHeader, KnowsTheSizeOfEveryDataType) {
  const std::vector<std::pair<std::string, int>> types = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"I16", 2}, {"U16", 2}, {"F16", 2}, {"BF16", 2},
      {"I32", 4},  {"U32", 4}, {"F32", 4}, {"I64", 8}, {"U64", 8}, {"F64", 8}};
  for (const auto& [dtype, size] : types) {
    const auto bytes = static_cast<std::size_t>(3 * size);
    EXPECT_NO_THROW(parse(make_file(one(dtype, "[3]", "[0," + std::to_string(bytes) + "]"), bytes)))
        << dtype;
  }
}

TEST(SafetensorsHeader, ChecksSizesBeforeItAllocates) {
  const auto start_of = [](std::uint64_t size) {
    std::string file(reinterpret_cast<const char*>(&size), sizeof(size));
    return file + "{}";
  };
  const auto refused = [](const std::string& file) {
    return error_of([&] { parse(file); }, ErrorCode::invalid_graph);
  };
  EXPECT_NE(refused("").find("at least 8"), std::string::npos);
  EXPECT_NE(refused("1234567").find("at least 8"), std::string::npos);
  EXPECT_NE(refused(start_of(0)).find("start with '{'"), std::string::npos);
  EXPECT_NE(refused(start_of(3)).find("cut off"), std::string::npos);
  EXPECT_NE(refused(start_of(100000001)).find("100000000 are allowed"), std::string::npos);
  EXPECT_NE(refused(start_of(std::numeric_limits<std::uint64_t>::max())).find("are allowed"),
            std::string::npos);
}

struct BadHeader {
  std::string header;
  std::size_t data_size;
  const char* rule;
};

TEST(SafetensorsHeader, RefusesEveryBrokenRule) {
  const std::string tensor = R"({"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  const std::vector<BadHeader> cases = {
      {" {}", 0, "does not start with '{'"},
      {"[]", 0, "does not start with '{'"},
      {"{\"a\"", 0, "not valid JSON"},
      {"{} x", 0, "not valid JSON"},
      {"{/**/}", 0, "not valid JSON"},
      {std::string("{}\0\0", 4), 0, "NUL byte"},
      {"{\"\xFF\":1}", 0, "not valid UTF-8"},
      {"{\"w\":" + tensor + ",\"w\":" + tensor + "}", 1, "duplicate entry \"w\""},
      {"{\"w\":[]}", 0, "entry \"w\" is an array"},
      {R"({"__metadata__":{"a":1}})", 0, "__metadata__ \"a\" is the number 1, not a string"},
      {R"({"__metadata__":{"a":{}}})", 0, "not a string"},
      {R"({"__metadata__":{"a":"1","a":"2"}})", 0, "\"a\" twice"},
      {R"({"__metadata__":"a"})", 0, "is a string, not an object"},
      {R"({"w":{"dtype":"U8","shape":[1]}})", 1, "data_offsets is missing"},
      {R"({"w":{"dtype":"U8","data_offsets":[0,1]}})", 1, "shape is missing"},
      {R"({"w":{"shape":[1],"data_offsets":[0,1]}})", 1, "dtype is missing"},
      {R"({"w":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1, "dtype twice"},
      {R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":0}})", 1, "unknown key \"x\""},
      {R"({"w":{"dtype":5,"shape":[1],"data_offsets":[0,1]}})", 1, "dtype holds the number 5"},
      {one("F8_E4M3", "[1]", "[0,1]"), 1, "data type \"F8_E4M3\""},
      {one("f32", "[1]", "[0,4]"), 4, "data type \"f32\""},
      {one("U8", "1", "[0,1]"), 1, "shape holds the number 1"},
      {one("U8", "[[1]]", "[0,1]"), 1, "shape holds an array"},
      {one("U8", "[-1]", "[0,1]"), 1, "shape holds a negative number"},
      {one("U8", "[1.0]", "[0,1]"), 1, "shape holds the number 1.0"},
      {one("U8", "[true]", "[0,1]"), 1, "shape holds a boolean"},
      {one("U8", "[281474976710656]", "[0,1]"), 1, "2^48 - 1"},
      {one(
           "U8",
           "[1" +
               [] {
                 std::string dimensions;
                 for (int i = 0; i < 32; ++i) dimensions += ",1";
                 return dimensions;
               }() +
               "]",
           "[0,1]"),
       1, "more than 32 dimensions"},
      {one("F64", "[4294967296,4294967296]", "[0,0]"), 0, "64 bits"},
      {one("F64", "[0,281474976710655,281474976710655]", "[0,0]"), 0, "64 bits"},
      {one("U8", "[1]", "[0]"), 1, "needs two numbers"},
      {one("U8", "[1]", "[0,1,2]"), 1, "more than two numbers"},
      {one("U8", "[1]", "[1,0]"), 1, "end before they begin"},
      {one("F32", "[2]", "[0,7]"), 7, "need 8 bytes, data_offsets give 7"},
      {one("U8", "[1]", "[1,2]"), 2, "gap"},
      {one("U8", "[2]", "[0,2]"), 1, "cut off"},
      {one("U8", "[2]", "[0,2]"), 3, "something is behind them"},
      {"{}", 1, "something is behind them"},
      {"{\"v\":" + tensor + ",\"w\":" + tensor + "}", 2, "overlap"},
  };
  for (const BadHeader& bad : cases) {
    const std::string message = refusal(bad.header, bad.data_size);
    EXPECT_NE(message.find(bad.rule), std::string::npos) << message << "\n" << bad.header;
    EXPECT_EQ(message.rfind("w.safetensors: ", 0), 0u) << message;
  }
}

TEST(SafetensorsHeader, NamesTheTensorWithoutControlCharacters) {
  const std::string message =
      refusal(R"({"a\u001bb":{"dtype":"X","shape":[],"data_offsets":[0,0]}})", 0);
  EXPECT_NE(message.find(R"(tensor "a\u001bb")"), std::string::npos) << message;
}

class SafetensorsFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/safetensors_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = (folder_ / "w.safetensors").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string content() const { return read_text_file(path_, 1 << 24); }

  fs::path folder_;
  std::string path_;
  const std::vector<float> weight_ = {1, 2, 3, 4, 5, 6};
  const std::int64_t count_ = 42;
  const std::vector<TensorToWrite> tensors_ = {{"w", "F32", {2, 3}, weight_.data()},
                                               {"empty", "F16", {0, 4}, nullptr},
                                               {"naïve \"name\"", "I64", {}, &count_}};
};

TEST_F(SafetensorsFileTest, ReadsWhatWasWritten) {
  write_safetensors(path_, tensors_, {{"labels", "dog\ncat"}, {"a", ""}});
  const SafetensorsFile file(path_);
  EXPECT_EQ(file.header().data_start % 8, 0u);
  EXPECT_EQ(file.header().metadata.at("labels"), "dog\ncat");
  ASSERT_EQ(file.header().tensors.size(), 3u);
  std::vector<float> weight(6);
  file.read(*file.header().find("w"), weight.data());
  EXPECT_EQ(weight, weight_);
  std::int64_t count = 0;
  file.read(*file.header().find("naïve \"name\""), &count);
  EXPECT_EQ(count, count_);
  file.read(*file.header().find("empty"), nullptr);
}

TEST_F(SafetensorsFileTest, WritesTheDocumentedBytes) {
  const std::uint8_t byte = 7;
  write_safetensors(path_, {{"b", "U8", {1}, &byte}}, {{"k", "v"}});
  const std::string header =
      R"({"__metadata__":{"k":"v"},"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  const std::string padding((8 - header.size() % 8) % 8, ' ');
  std::string expected = make_file(header + padding, 0);
  expected += '\7';
  EXPECT_EQ(content(), expected);
}

TEST_F(SafetensorsFileTest, RoundTripsToTheSameBytes) {
  write_safetensors(path_, tensors_, {{"labels", "dog\ncat"}});
  const std::string first = content();
  {
    const SafetensorsFile file(path_);
    std::vector<std::vector<char>> data;
    std::vector<TensorToWrite> again;
    for (const TensorInfo& tensor : file.header().tensors) {
      data.emplace_back(tensor.bytes());
      file.read(tensor, data.back().data());
      again.push_back({tensor.name, tensor.dtype, tensor.shape, data.back().data()});
    }
    write_safetensors(path_, again, file.header().metadata);
  }
  EXPECT_EQ(content(), first);
}

TEST_F(SafetensorsFileTest, LeavesOnlyTheFinishedFile) {
  write_safetensors(path_, tensors_);
  EXPECT_THROW(write_safetensors((folder_ / "missing/w").string(), tensors_), Error);
  fs::create_directory(folder_ / "folder");
  EXPECT_THROW(write_safetensors((folder_ / "folder").string(), tensors_), Error);
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder_)) ++entries;
  EXPECT_EQ(entries, 2u);
}

TEST_F(SafetensorsFileTest, RefusesTensorsThatTheFormatDoesNotAllow) {
  const float x = 0;
  const std::vector<std::vector<TensorToWrite>> bad = {
      {{"a", "F32", {1}, &x}, {"a", "F32", {1}, &x}},
      {{"__metadata__", "F32", {1}, &x}},
      {{"a", "F31", {1}, &x}},
      {{"a", "F32", {-1}, &x}},
      {{"a", "F32", {1}, nullptr}},
      {{"\xFF", "F32", {1}, &x}},
      {{"a", "F32", {std::int64_t{1} << 40, std::int64_t{1} << 40}, &x}}};
  for (const auto& tensors : bad) {
    error_of([&] { write_safetensors(path_, tensors); }, ErrorCode::usage);
    EXPECT_FALSE(fs::exists(path_));
  }
}

TEST_F(SafetensorsFileTest, ReportsAFileThatBecameShorter) {
  write_safetensors(path_, tensors_);
  const SafetensorsFile file(path_);
  fs::resize_file(path_, file.header().data_start + 10);
  std::vector<float> weight(6);
  const std::string message =
      error_of([&] { file.read(*file.header().find("w"), weight.data()); }, ErrorCode::io);
  EXPECT_NE(message.find("became shorter"), std::string::npos) << message;
}

TEST_F(SafetensorsFileTest, RefusesForeignTensorsAndFiles) {
  write_safetensors(path_, tensors_);
  const SafetensorsFile file(path_);
  TensorInfo foreign;
  foreign.end = 1 << 20;
  EXPECT_THROW(file.read(foreign, nullptr), Error);
  error_of([&] { SafetensorsFile(folder_.string()); }, ErrorCode::io);
  error_of([&] { SafetensorsFile(path_ + ".missing"); }, ErrorCode::io);
  error_of([&] { SafetensorsFile("/dev/null"); }, ErrorCode::io);
}

TEST_F(SafetensorsFileTest, HoldsTenThousandTensors) {
  std::vector<TensorToWrite> tensors;
  for (int i = 0; i < 10000; ++i) {
    tensors.push_back({"layer." + std::to_string(i), "F32", {1}, weight_.data()});
  }
  write_safetensors(path_, tensors);
  EXPECT_EQ(SafetensorsFile(path_).header().tensors.size(), 10000u);
}

}  // namespace
}  // namespace melgraph
