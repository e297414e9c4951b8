// Seeds LibTorch's generators before each test, so that a test sees the same numbers in every run,
// whatever ran before it.
#include <ATen/Context.h>
#include <gtest/gtest.h>

namespace {

class SeededRandomness : public testing::EmptyTestEventListener {
  void OnTestStart(const testing::TestInfo& /*info*/) override { at::manual_seed(1); }
};

[[maybe_unused]] const bool kListens = [] {
  testing::UnitTest::GetInstance()->listeners().Append(new SeededRandomness);
  return true;
}();

}  // namespace
