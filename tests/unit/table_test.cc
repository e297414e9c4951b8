#include "table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "text_width.h"

namespace melgraph::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Record result(std::string file, std::vector<float> scores) {
  Record record;
  record.file = std::move(file);
  record.end = 5;
  record.labels = std::make_shared<const std::vector<std::string>>(
      std::vector<std::string>{"dog", "rain", "crying_baby", "helicopter"});
  record.scores = std::move(scores);
  return record;
}

TEST(Table, ShowsTheBestClassesWithABar) {
  const TableStyle style{100, true, false};
  EXPECT_EQ(table_line(result("sounds/a.wav", {0.1F, 0.75F, 0.05F, 0.1F}), style),
            "sounds/a.wav                    0.00–5.00 s     rain             "
            "███████▌   0.750   dog 0.100, heli…\n");
}

TEST(Table, StaysInAsciiWhereTheLocaleDoes) {
  const std::string line = table_line(result("a.wav", {0.1F, 0.75F, 0, 0}), {100, false, false});
  EXPECT_THAT(line, HasSubstr("0.00-5.00 s"));
  EXPECT_THAT(line, HasSubstr("########   0.750"));
  for (const char c : line) EXPECT_LT(static_cast<unsigned char>(c), 0x80);
}

TEST(Table, NeverIsWiderThanTheTerminal) {
  const Record wide = result("音楽/" + std::string(300, 'x') + "/ö.wav", {0.5F, 0.25F, 0.125F, 0});
  Record failed = wide;
  failed.failed = true;
  failed.error = std::string(500, 'e');
  for (std::size_t width = 40; width < 160; ++width) {
    for (const bool unicode : {false, true}) {
      for (const std::string& line :
           {table_line(wide, {width, unicode, false}), table_line(failed, {width, unicode, false}),
            table_header({width, unicode, false})}) {
        EXPECT_LE(display_width(line.substr(0, line.size() - 1)), width) << line;
        EXPECT_EQ(line.find('\n'), line.size() - 1);
      }
    }
  }
}

TEST(Table, ShowsFailuresWithTheirMessage) {
  Record failed;
  failed.file = "bad.wav";
  failed.failed = true;
  failed.error = "not an\naudio file";
  const std::string line = table_line(failed, {80, false, false});
  EXPECT_THAT(line, StartsWith("bad.wav "));
  EXPECT_THAT(line, HasSubstr("error: not an?audio file\n"));
  EXPECT_THAT(table_line(failed, {80, false, true}), HasSubstr("\033[31merror: "));
}

TEST(Table, LetsNoNameControlTheTerminal) {
  EXPECT_THAT(table_line(result("\033[2Jx\xff.wav", {1, 0, 0, 0}), {80, true, false}),
              StartsWith("?[2Jx?.wav "));
}

TEST(Table, DrawsNoBarForNumbersThatAreNoShares) {
  EXPECT_THAT(table_line(result("a.wav", {-3.5F, 12.25F, 0, 0}), {100, false, false}),
              testing::AllOf(HasSubstr("12.250"), Not(HasSubstr("#"))));
}

TEST(Table, SaysThatNothingWasSelected) {
  const float none = -std::numeric_limits<float>::infinity();
  EXPECT_THAT(table_line(result("a.wav", {none, none, none, none}), {80, false, false}),
              HasSubstr("no class selected"));
}

TEST(ScoreBar, FillsExactlyItsCells) {
  EXPECT_EQ(score_bar(0, 4, false), "    ");
  EXPECT_EQ(score_bar(0.5, 4, false), "##  ");
  EXPECT_EQ(score_bar(1, 4, false), "####");
  EXPECT_EQ(score_bar(1, 4, true), "████");
  EXPECT_EQ(score_bar(0.03125, 4, true), "▏   ");
  for (int i = 0; i <= 100; ++i) EXPECT_EQ(display_width(score_bar(i / 100.0, 10, true)), 10U);
}

TEST(ShortenMiddle, KeepsBothEnds) {
  EXPECT_EQ(shorten_middle("folder/file.wav", 15, false), "folder/file.wav");
  EXPECT_EQ(shorten_middle("folder/file.wav", 11, false), "fold....wav");
  EXPECT_EQ(shorten_middle("folder/file.wav", 11, true), "folde…e.wav");
  EXPECT_EQ(shorten_middle("folder", 2, false), "..");
  EXPECT_EQ(shorten_middle("音楽音楽音楽", 7, true), "音…楽");
}

}  // namespace
}  // namespace melgraph::cli
