// State dicts that PyTorch wrote, against the numbers that PyTorch read from them (both by
// tests/reference/make_pth_fixtures.py).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "graph/file_service.h"
#include "io/pth_file.h"
#include "io/safetensors.h"
#include "io/weights_file.h"
#include "source_folder.h"
#include "weights_test_files.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;
using testing::MemoryFile;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string hex(const std::vector<unsigned char>& bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::vector<unsigned char> read(const WeightsFile& file, std::size_t index) {
  std::vector<unsigned char> bytes(file.tensors()[index].bytes);
  file.read(index, bytes.data());
  return bytes;
}

/// All tensors of a file, in the form of expected.json.
nlohmann::json dump(const WeightsFile& file) {
  nlohmann::json tensors = nlohmann::json::object();
  for (std::size_t i = 0; i < file.tensors().size(); ++i) {
    const WeightsTensor& tensor = file.tensors()[i];
    tensors[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"bytes", hex(read(file, i))}};
  }
  return tensors;
}

class PthFixtures : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::source_folder().empty()) GTEST_SKIP() << "no source tree";
    fixtures_ = testing::source_folder() / "tests" / "unit" / "pth";
    std::ifstream(fixtures_ / "expected.json") >> expected_;
  }

  fs::path fixtures_;
  nlohmann::json expected_;
};

TEST_F(PthFixtures, HoldTheNumbersThatPyTorchReads) {
  ASSERT_EQ(expected_.size(), 16u);
  for (const auto& [name, tensors] : expected_.items()) {
    const auto file = open_weights_file((fixtures_ / name).string());
    EXPECT_EQ(dump(*file), tensors) << name;
    EXPECT_TRUE(file->metadata().empty());
  }
}

TEST_F(PthFixtures, AreKnownByTheirContentAndNotByTheirName) {
  std::string pattern = ::testing::TempDir() + "/weights_XXXXXX";
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  const fs::path folder = pattern;
  for (const char* name : {"types_zip.pth", "types_legacy.pth"}) {
    const fs::path path = folder / "w.safetensors";
    fs::copy_file(fixtures_ / name, path, fs::copy_options::overwrite_existing);
    EXPECT_EQ(dump(*open_weights_file(path.string())), expected_[name]);
  }
  const float weight = 2;
  const std::string path = (folder / "w.pth").string();
  write_safetensors(path, {{"w", "F32", {1}, &weight}}, {{"labels", "[]"}});
  const auto file = open_weights_file(path);
  EXPECT_EQ(dump(*file)["w"]["bytes"], "00000040");
  EXPECT_EQ(file->metadata().at("labels"), "[]");
  EXPECT_EQ(file->path(), path);
  fs::remove_all(folder);
}

TEST_F(PthFixtures, GiveAGraphTheShapesOfTheirTensors) {
  FileService files;
  FileService::Fault fault;
  const auto header = files.weights(fixtures_ / "checkpoint_legacy.pth", fault);
  ASSERT_NE(header, nullptr) << fault.message;
  EXPECT_EQ(header->tensors.at("0.weight").dtype, "F32");
  EXPECT_EQ(header->tensors.at("0.weight").shape, (std::vector<std::int64_t>{2, 1, 3, 3}));
  const MemoryFile bad(testing::make_zip({{"a/data.pkl",
                                           "\x80\x02"
                                           "cposix\nsystem\n."}}));
  EXPECT_EQ(files.weights(bad.path(), fault), nullptr);
  EXPECT_THAT(fault.message, ::testing::HasSubstr("posix.system"));
  EXPECT_THAT(fault.hint, ::testing::HasSubstr("safetensors"));
}

TEST_F(PthFixtures, CutAnywhereAreRefused) {
  for (const char* name : {"views_zip.pth", "protocol4_legacy.pth", "old_legacy.pth"}) {
    const std::string bytes = content(fixtures_ / name);
    ASSERT_FALSE(bytes.empty());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const MemoryFile cut(bytes.substr(0, size));
      EXPECT_THROW(open_weights_file(cut.path()), Error) << name << " " << size;
    }
  }
}

TEST_F(PthFixtures, WithAnyByteChangedAreReadOrRefused) {
  int refused = 0;
  for (const char* name : {"views_zip.pth", "no_crc_zip.pth", "views_legacy.pth", "old_legacy.pth",
                           "protocol4_legacy.pth"}) {
    const std::string bytes = content(fixtures_ / name);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
      const MemoryFile memory(changed);
      try {
        dump(*open_weights_file(memory.path()));
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_graph) << error.what();
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 1000);
}

TEST_F(PthFixtures, AreReadBySeveralThreadsAtOnce) {
  const auto file = open_weights_file((fixtures_ / "views_zip.pth").string());
  std::vector<nlohmann::json> found(4);
  std::vector<std::thread> threads;
  for (auto& result : found) threads.emplace_back([&] { result = dump(*file); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : found) EXPECT_EQ(result, expected_["views_zip.pth"]);
}

TEST_F(PthFixtures, WithDamagedNumbersAreRefusedForWholeTensorsAndForViews) {
  std::string bytes = content(fixtures_ / "views_zip.pth");
  const std::string numbers = testing::little(0x3f800000, 4) + testing::little(0x40000000, 4);
  const std::size_t at = bytes.find(numbers);
  ASSERT_NE(at, std::string::npos);
  bytes[at] ^= 1;
  const MemoryFile memory(bytes);
  const auto file = open_weights_file(memory.path());
  for (std::size_t i = 0; i < file->tensors().size(); ++i) {
    const std::string& name = file->tensors()[i].name;
    if (name == "channels_last" || name == "bits" || name == "doubles") {
      EXPECT_NO_THROW(read(*file, i));
    } else {
      EXPECT_THAT(testing::refusal_of([&] { read(*file, i); }), ::testing::HasSubstr("CRC-32"))
          << name;
    }
  }
}

}  // namespace
}  // namespace melgraph
