#include "tap_names.h"

#include <gtest/gtest.h>

namespace melgraph::cli {
namespace {

std::vector<std::string> names(const std::vector<std::string>& inputs) {
  std::vector<InputItem> items;
  for (const std::string& input : inputs) items.push_back({input, input});
  return tap_names(items);
}

using Names = std::vector<std::string>;

TEST(TapNames, AreTheFileNamesWithoutExtensionsWhereThoseDiffer) {
  EXPECT_EQ(names({"sounds/dog.wav", "/else/where/cat.v2.flac"}), (Names{"dog", "cat.v2"}));
  EXPECT_EQ(names({"dog"}), (Names{"dog"}));
  EXPECT_EQ(names({}), Names{});
}

TEST(TapNames, EqualNamesInSeveralFoldersKeepTheirFoldersBelowTheSharedOne) {
  EXPECT_EQ(names({"data/a/dog.wav", "data/b/dog.wav", "data/b/deep/cat.wav"}),
            (Names{"a/dog", "b/dog", "b/deep/cat"}));
  EXPECT_EQ(names({"dog.wav", "./more/dog.wav"}), (Names{"dog", "more/dog"}));
  EXPECT_EQ(names({"x/../dog.wav", "y/dog.wav"}), (Names{"dog", "y/dog"}));
}

TEST(TapNames, ExtensionsStayWhereNothingElseDiffers) {
  EXPECT_EQ(names({"dog.wav", "dog.mp3", "cat.wav"}), (Names{"dog.wav", "dog.mp3", "cat.wav"}));
}

TEST(TapNames, AnInputNamedTwiceIsNumbered) {
  EXPECT_EQ(names({"dog.wav", "dog.wav", "dog.wav", "dog-2.wav"}),
            (Names{"dog", "dog-2", "dog-3", "dog-2-2"}));
}

TEST(TapNames, OfUrisThePathCounts) {
  EXPECT_EQ(names({"http://host/a/dog.wav?rate=8000#x", "file:///home/cat.wav"}),
            (Names{"dog", "cat"}));
  EXPECT_EQ(names({"http://host/"}), (Names{"host"}));
  EXPECT_EQ(names({"http://host/../../../etc/dog.wav", "http://other/dog.wav"}),
            (Names{"etc/dog", "other/dog"}));
}

}  // namespace
}  // namespace melgraph::cli
