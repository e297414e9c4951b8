#include "array_diff.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "io/npy.h"
#include "melgraph/error.h"

namespace melgraph::cli {
namespace {

namespace fs = std::filesystem;
constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

class ArrayDiffTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("melgraph-diff-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string file(const std::string& name, const std::vector<std::int64_t>& shape,
                   const std::vector<float>& values) {
    write_npy((folder_ / name).string(), shape, {values});
    return (folder_ / name).string();
  }
  ArrayDiff compare(const std::vector<float>& a, const std::vector<float>& b) {
    const std::vector<std::int64_t> shape = {2, static_cast<std::int64_t>(a.size()) / 2};
    return compare_arrays(file("a.npy", shape, a), file("b.npy", shape, b));
  }

  fs::path folder_;
};

TEST_F(ArrayDiffTest, TellsTheLargestAndTheMeanDifferenceAndWhereItIs) {
  const ArrayDiff diff = compare({1, 2, 3, -8, 5, 6}, {1, 2.5f, 3, -8, 3, 6});
  EXPECT_TRUE(diff.same_shape);
  EXPECT_EQ(diff.count, 6u);
  EXPECT_EQ(diff.largest, 2);
  EXPECT_EQ(diff.largest_at, (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(diff.first_value, 5);
  EXPECT_EQ(diff.second_value, 3);
  EXPECT_DOUBLE_EQ(diff.mean, 2.5 / 6);
  EXPECT_DOUBLE_EQ(diff.relative, 2.0 / 8);
  EXPECT_EQ(diff.differing, 2u);
  EXPECT_EQ(diff.unlike, 0u);
}

TEST_F(ArrayDiffTest, EqualArraysDifferNowhere) {
  const ArrayDiff diff = compare({1, nan, infinity, -infinity}, {1, nan, infinity, -infinity});
  EXPECT_EQ(diff.largest, 0);
  EXPECT_TRUE(diff.largest_at.empty());
  EXPECT_EQ(diff.unlike, 0u);
  EXPECT_EQ(diff.first.nan, 1u);
  EXPECT_EQ(diff.first.infinite, 2u);
}

TEST_F(ArrayDiffTest, WhatIsNotFiniteInOneAloneIsCountedApart) {
  const ArrayDiff diff = compare({nan, infinity, infinity, 4}, {1, -infinity, 3, 4.25f});
  EXPECT_EQ(diff.unlike, 3u);
  EXPECT_EQ(diff.largest, 0.25);
  EXPECT_EQ(diff.mean, 0.25);
  EXPECT_EQ(diff.second.nan, 0u);
  EXPECT_EQ(diff.second.infinite, 1u);
}

TEST_F(ArrayDiffTest, AgainstZerosTheRelativeDifferenceIsInfinite) {
  EXPECT_TRUE(std::isinf(compare({0, 0}, {0, 1}).relative));
}

TEST_F(ArrayDiffTest, ShapesMustBeEqualEvenWithAsManyNumbers) {
  const ArrayDiff diff = compare_arrays(file("a.npy", {2, 3}, {1, 2, 3, 4, 5, 6}),
                                        file("b.npy", {3, 2}, {1, 2, 3, 4, 5, 6}));
  EXPECT_FALSE(diff.same_shape);
  EXPECT_EQ(diff.other_shape, (std::vector<std::int64_t>{3, 2}));
}

TEST_F(ArrayDiffTest, LongArraysAreComparedToTheirEnd) {
  std::vector<float> a(200000, 1.f), b = a;
  b[199999] = 2.f;
  const ArrayDiff diff = compare(a, b);
  EXPECT_EQ(diff.largest_at, (std::vector<std::int64_t>{1, 99999}));
  EXPECT_EQ(diff.differing, 1u);
}

TEST_F(ArrayDiffTest, EmptyArraysAreEqual) {
  const ArrayDiff diff = compare_arrays(file("a.npy", {0, 3}, {}), file("b.npy", {0, 3}, {}));
  EXPECT_TRUE(diff.same_shape);
  EXPECT_EQ(diff.count, 0u);
}

}  // namespace
}  // namespace melgraph::cli
