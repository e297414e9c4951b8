#include "exit_codes.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "console.h"

namespace melgraph::cli {
namespace {

TEST(ExitCodes, AreThoseThatScriptsRelyOn) {
  EXPECT_EQ(exit_code(ErrorCode::usage), 2);
  EXPECT_EQ(exit_code(ErrorCode::invalid_graph), 4);
  EXPECT_EQ(exit_code(ErrorCode::plugin), 5);
  EXPECT_EQ(exit_code(ErrorCode::device), 6);
  EXPECT_EQ(exit_code(ErrorCode::cancelled), 130);
  for (const ErrorCode code :
       {ErrorCode::input, ErrorCode::io, ErrorCode::run_time, ErrorCode::internal}) {
    EXPECT_EQ(exit_code(code), 1);
  }
}

/// A console whose text can be read back.
class ConsoleTest : public testing::Test {
 protected:
  ConsoleTest() : stream_(open_memstream(&buffer_, &size_)), console_(stream_) {}
  ~ConsoleTest() override {
    std::fclose(stream_);
    std::free(buffer_);
  }

  std::string text() {
    std::fflush(stream_);
    return {buffer_, size_};
  }

  static GraphError two_findings() {
    Diagnostics diagnostics;
    diagnostics.add({Severity::error,
                     {"g.json", 3, 7},
                     "/nodes/0",
                     "first",
                     "do this",
                     ErrorCode::invalid_graph});
    diagnostics.add({Severity::error, {"g.json", 0, 0}, "", "second", "", ErrorCode::plugin});
    return GraphError(diagnostics);
  }

  char* buffer_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* stream_;
  Console console_;
};

TEST_F(ConsoleTest, ReportsEveryFindingOfAGraphAsText) {
  console_.report(two_findings());
  EXPECT_EQ(text(),
            "g.json:3:7: error: first (at /nodes/0)\n"
            "  hint: do this\n"
            "g.json: error: second\n");
}

TEST_F(ConsoleTest, ReportsEveryFindingOfAGraphAsOneObjectALine) {
  console_.set_format(LogFormat::json);
  console_.report(two_findings());
  EXPECT_EQ(text(),
            R"({"level":"error","file":"g.json","line":3,"column":7,"pointer":"/nodes/0",)"
            R"("message":"first","hint":"do this","code":"invalid_graph"})"
            "\n"
            R"({"level":"error","file":"g.json","pointer":"","message":"second","code":"plugin"})"
            "\n");
}

TEST_F(ConsoleTest, WritesErrorsWithTheirHint) {
  console_.report(Error(ErrorCode::device, "no CUDA", "use --device cpu"));
  EXPECT_EQ(text(), "error: no CUDA\n  hint: use --device cpu\n");
}

TEST_F(ConsoleTest, WritesJsonThatParsesWhateverAMessageHolds) {
  console_.set_format(LogFormat::json);
  console_.log(LogLevel::warning, "a\n\"b\"\xff", "", {{"file", "\xfe.wav"}});
  const auto json = nlohmann::json::parse(text());
  EXPECT_EQ(json["level"], "warning");
  EXPECT_EQ(json["message"], "a\n\"b\"\xEF\xBF\xBD");
  EXPECT_EQ(json["file"], "\xEF\xBF\xBD.wav");
}

TEST_F(ConsoleTest, LeavesOutWhatIsBelowItsLevel) {
  console_.set_level(LogLevel::warning);
  console_.info("not shown");
  console_.warning("shown");
  EXPECT_EQ(text(), "warning: shown\n");
}

TEST_F(ConsoleTest, LetsNoMessageControlTheTerminal) {
  console_.info("\033[2Jx\ny");
  EXPECT_EQ(text(), "?[2Jx\ny\n");
}

TEST_F(ConsoleTest, ClearsTheStatusLineBeforeAMessage) {
  console_.set_status("1/2");
  console_.info("x");
  EXPECT_EQ(text(), "\r\033[K1/2\r\033[Kx\n");
}

TEST_F(ConsoleTest, HasNoStatusLineInJson) {
  console_.set_format(LogFormat::json);
  console_.set_status("1/2");
  EXPECT_EQ(text(), "");
}

}  // namespace
}  // namespace melgraph::cli
