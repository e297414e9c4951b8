#include "core/suggest.h"

#include <gtest/gtest.h>

namespace melgraph {
namespace {

const std::vector<std::string> names = {"n_fft", "n_mels", "hop_length", "win_length", "f_min"};

TEST(Suggest, FindsMistypedNames) {
  EXPECT_EQ(suggest("n_mel", names), "n_mels");
  EXPECT_EQ(suggest("hop_lenght", names), "hop_length");
  EXPECT_EQ(suggest("nfft", names), "n_fft");
  EXPECT_EQ(suggest("F_MIN", names), "f_min");
}

TEST(Suggest, CountsSwappedLettersAsOneEdit) {
  EXPECT_EQ(suggest("ab", {"ba"}), "ba");
  EXPECT_EQ(suggest("f_mni", {"f_mxx", "f_min"}), "f_min");
}

TEST(Suggest, TakesTheNearestNotTheFirst) {
  EXPECT_EQ(suggest("frontend.me", {"frontend.xxl", "frontend.mel"}), "frontend.mel");
}

TEST(Suggest, FallsBackToTheLongestCommonPrefix) {
  EXPECT_EQ(suggest("hop", names), "hop_length");
  EXPECT_EQ(suggest("window_size", {"wind_up", "window_function_name"}), "window_function_name");
}

TEST(Suggest, StaysSilentWhereNothingIsNear) {
  EXPECT_EQ(suggest("zebra", names), "");
  EXPECT_EQ(suggest("x", {"y"}), "");
  EXPECT_EQ(suggest("", names), "");
  EXPECT_EQ(suggest("n_", names), "");
  EXPECT_EQ(suggest("n_mels", {}), "");
  EXPECT_EQ(suggest(std::string(100000, 'n'), names), "");
}

}  // namespace
}  // namespace melgraph
