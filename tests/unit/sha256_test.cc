#include "core/sha256.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "melgraph/error.h"

namespace melgraph {
namespace {

// Vectors of FIPS 180-4: the empty message, "abc", one million times 'a'.
constexpr const char* empty_sum =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* abc_sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* million_sum =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, MatchesThePublishedVectors) {
  EXPECT_EQ(sha256_hex(nullptr, 0), empty_sum);
  EXPECT_EQ(sha256_hex("abc", 3), abc_sum);
}

TEST(Sha256, HashesFilesLargerThanOneBlock) {
  const auto path = std::filesystem::path(testing::TempDir()) / "sha256_test_million";
  std::ofstream(path) << std::string(1000000, 'a');
  EXPECT_EQ(sha256_file(path.string()), million_sum);
  std::filesystem::remove(path);
}

TEST(Sha256, RefusesMissingFilesAndFolders) {
  EXPECT_THROW(sha256_file(testing::TempDir() + "/sha256_test_missing"), Error);
  EXPECT_THROW(sha256_file(testing::TempDir()), Error);
}

}  // namespace
}  // namespace melgraph
