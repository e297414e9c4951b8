#include "run/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "melgraph/error.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class InputsTest : public testing::Test {
 protected:
  InputsTest() {
    std::string name = (fs::temp_directory_path() / "melgraph-inputs-XXXXXX").string();
    top_ = mkdtemp(name.data());
    for (const char* file : {"sounds/b.wav", "sounds/a.FLAC", "sounds/notes.txt", "sounds/.c.wav",
                             "sounds/deep/er/1.mp4", "sounds/.hidden/x.wav", "other/z.ogg"}) {
      put(file);
    }
    fs::create_directories(top_ / "empty");
  }
  ~InputsTest() override { fs::remove_all(top_); }

  void put(const std::string& name, const std::string& text = "") const {
    fs::create_directories((top_ / name).parent_path());
    std::ofstream(top_ / name) << text;
  }

  std::string at(const std::string& name) const { return (top_ / name).string(); }

  /// Names of the inputs, without the folder of the test.
  std::vector<std::string> expand(const std::vector<std::string>& args,
                                  const std::string& in = "") const {
    std::istringstream stream(in);
    std::vector<std::string> names;
    for (const InputItem& item : expand_inputs(args, stream)) {
      EXPECT_EQ(item.name, item.path_or_uri);
      const std::string prefix = top_.string() + "/";
      names.push_back(item.name.rfind(prefix, 0) == 0 ? item.name.substr(prefix.size())
                                                      : item.name);
    }
    return names;
  }

  std::string refusal(const std::vector<std::string>& args, const std::string& in = "") const {
    try {
      expand(args, in);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::usage);
      return error.what();
    }
    return "accepted";
  }

  fs::path top_;
};

TEST_F(InputsTest, KeepsFilesAndUrisAsTheyAreGivenInTheirOrder) {
  EXPECT_THAT(expand({"http://host/x y?z=*", "missing.wav", at("sounds/notes.txt"), "missing.wav"}),
              ElementsAre("http://host/x y?z=*", "missing.wav", "sounds/notes.txt", "missing.wav"));
}

TEST_F(InputsTest, SearchesFoldersSortedByNameForMediaThatIsNotHidden) {
  EXPECT_THAT(expand({at("sounds")}),
              ElementsAre("sounds/a.FLAC", "sounds/b.wav", "sounds/deep/er/1.mp4"));
  EXPECT_THAT(expand({at("other") + "/"}), ElementsAre("other/z.ogg"));
}

TEST_F(InputsTest, SurvivesLinksThatLeadInACircle) {
  fs::create_directory_symlink(top_ / "sounds", top_ / "sounds/deep/again");
  fs::create_directory_symlink(top_ / "other", top_ / "sounds/linked");
  EXPECT_THAT(expand({at("sounds")}), ElementsAre("sounds/a.FLAC", "sounds/b.wav",
                                                  "sounds/deep/er/1.mp4", "sounds/linked/z.ogg"));
}

TEST_F(InputsTest, ExpandsPatterns) {
  EXPECT_THAT(expand({at("sounds/*.wav"), at("[s]ounds/?.FLAC")}),
              ElementsAre("sounds/b.wav", "sounds/a.FLAC"));
  EXPECT_THAT(expand({at("s*/deep")}), ElementsAre("sounds/deep/er/1.mp4"));
  EXPECT_THAT(refusal({at("*.none")}), HasSubstr("no file matches"));
}

TEST_F(InputsTest, TakesAFileWhoseNameLooksLikeAPattern) {
  put("take[1].wav");
  EXPECT_THAT(expand({at("take[1].wav")}), ElementsAre("take[1].wav"));
}

TEST_F(InputsTest, ReadsListsFromFilesAndStdinLineByLine) {
  put("list.txt", at("sounds/b.wav") + "\r\n\n" + at("other") + "\nftp://h/x.wav");
  EXPECT_THAT(expand({"@" + at("list.txt")}),
              ElementsAre("sounds/b.wav", "other/z.ogg", "ftp://h/x.wav"));
  EXPECT_THAT(expand({"first.wav", "-", "last.wav"}, "a b.wav\n*.wav\n"),
              ElementsAre("first.wav", "a b.wav", "*.wav", "last.wav"));
}

TEST_F(InputsTest, RefusesArgumentsThatGiveNoInput) {
  EXPECT_EQ(refusal({}), "no inputs");
  EXPECT_THAT(refusal({at("empty")}), HasSubstr("no audio files in the folder"));
  EXPECT_THAT(refusal({"-"}, "\n\n"), HasSubstr("stdin names no inputs"));
  EXPECT_THAT(refusal({"-", "-"}, "a.wav\n"), HasSubstr("twice"));
  EXPECT_THAT(refusal({"@" + at("nowhere.txt")}), HasSubstr("cannot be read"));
  EXPECT_THAT(refusal({"@" + at("empty")}), HasSubstr("cannot be read"));
  EXPECT_THAT(refusal({""}), HasSubstr("empty"));
}

TEST_F(InputsTest, AFolderThatCannotBeReadBecomesAFailedInput) {
  if (geteuid() == 0) GTEST_SKIP() << "root reads every folder";
  fs::permissions(top_ / "sounds/deep", fs::perms::none);
  EXPECT_THAT(expand({at("sounds")}), ElementsAre("sounds/a.FLAC", "sounds/b.wav", "sounds/deep"));
  fs::permissions(top_ / "sounds/deep", fs::perms::owner_all);
}

TEST(MediaExtension, KnowsSoundAndVideoInAnyLetterCase) {
  for (const char* name : {"a.wav", "b.MP3", "c.tar.flac", "d.mkv", "e.webm", "f.Opus"}) {
    EXPECT_TRUE(has_media_extension(name)) << name;
  }
  for (const char* name : {"a.txt", "wav", "", "a.", "a.wav.part", "b.csv"}) {
    EXPECT_FALSE(has_media_extension(name)) << name;
  }
}

}  // namespace
}  // namespace melgraph
