#include "run/sink_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "melgraph/error.h"

namespace melgraph {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

struct FakeState {
  std::vector<std::string> seen;
  std::string throw_in;  ///< name of the call that fails
  bool folder = false;
};

/// Writes the names of the files it was told of.
class FakeSink final : public Sink {
 public:
  explicit FakeSink(FakeState& state) : state_(state) {}

  void open(SinkContext& context) override {
    check("open");
    if (state_.folder) {
      context.claim_folder(context.params().string("path"));
    } else {
      file_ = context.create(context.params().string("path"));
    }
  }
  void consume(const Record& record) override {
    check("consume");
    state_.seen.push_back(record.file + (record.failed ? ": " + record.error : ""));
    if (file_ != nullptr) file_->write(record.file + "\n");
  }
  void flush() override {
    check("flush");
    if (file_ != nullptr) file_->flush();
  }
  void close() override {
    check("close");
    state_.seen.emplace_back("closed");
    if (file_ != nullptr) file_->commit();
  }

 private:
  void check(const std::string& call) const {
    if (state_.throw_in == call) throw std::runtime_error("no luck in " + call);
  }

  FakeState& state_;
  std::unique_ptr<OutputFile> file_;
};

class SinkSetTest : public testing::Test {
 protected:
  SinkSetTest() {
    std::string name = (fs::temp_directory_path() / "melgraph-sink-set-XXXXXX").string();
    top_ = mkdtemp(name.data());
    out_ = top_ / "out";
  }
  ~SinkSetTest() override { fs::remove_all(top_); }

  // Public, since chained calls go through a reference.
 public:
  SinkSetTest& add(const std::string& node, const std::string& path, FakeState& state,
                   std::size_t output = 0) {
    SinkSlot slot;
    slot.node = node;
    slot.sink = std::make_unique<FakeSink>(state);
    slot.params.set("path", path);
    slot.output = output;
    slots_.push_back(std::move(slot));
    return *this;
  }

  std::unique_ptr<SinkSet> make(bool overwrite = false) {
    return std::make_unique<SinkSet>(std::move(slots_), out_, overwrite);
  }

 protected:
  void put(const std::string& name, const std::string& text = "old") const {
    fs::create_directories((out_ / name).parent_path());
    std::ofstream(out_ / name) << text;
  }

  std::string read(const std::string& name) const {
    std::ifstream file(out_ / name);
    EXPECT_TRUE(file.good()) << name;
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static std::string refusal(SinkSet& set) {
    try {
      set.open();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::usage);
      return error.what();
    }
    return "opened";
  }

  static Record record(const std::string& file) {
    Record made;
    made.file = file;
    return made;
  }

  fs::path top_;
  fs::path out_;
  std::vector<SinkSlot> slots_;
  FakeState a_;
  FakeState b_;
};

TEST_F(SinkSetTest, HandsRecordsToTheSinksOfTheirOutput) {
  auto set = add("a", "a.txt", a_, 0).add("b", "sub/b.txt", b_, 1).make();
  set->open();
  set->consume(0, record("1.wav"));
  set->consume(1, record("2.wav"));
  Record failed = record("3.wav");
  failed.failed = true;
  failed.error = "silent";
  set->consume(1, failed);
  set->close();
  EXPECT_THAT(a_.seen, ElementsAre("1.wav", "closed"));
  EXPECT_THAT(b_.seen, ElementsAre("2.wav", "3.wav: silent", "closed"));
  EXPECT_EQ(read("a.txt"), "1.wav\n");
  EXPECT_EQ(read("sub/b.txt"), "2.wav\n3.wav\n");
  EXPECT_THAT(set->files(), ElementsAre(out_ / "a.txt", out_ / "sub/b.txt"));
}

TEST_F(SinkSetTest, KeepsWhatWasFlushedWithoutClose) {
  {
    auto set = add("a", "a.txt", a_).make();
    set->open();
    set->consume(0, record("1.wav"));
    set->flush();
  }
  EXPECT_EQ(read("a.txt.part"), "1.wav\n");
  EXPECT_FALSE(fs::exists(out_ / "a.txt"));
}

TEST_F(SinkSetTest, NamesAllExistingResultsAndTouchesNothing) {
  put("b.txt");
  put("c.txt.part");
  FakeState c;
  auto set = add("a", "a.txt", a_).add("b", "b.txt", b_).add("c", "c.txt", c).make();
  const std::string message = refusal(*set);
  EXPECT_THAT(message, HasSubstr("results exist already"));
  EXPECT_THAT(message, HasSubstr("b.txt"));
  EXPECT_THAT(message, HasSubstr("c.txt.part"));
  EXPECT_FALSE(fs::exists(out_ / "a.txt.part"));
  EXPECT_EQ(read("b.txt"), "old");
}

TEST_F(SinkSetTest, CheckCreatesNothing) {
  auto set = add("a", "a.txt", a_).make();
  set->check();
  EXPECT_FALSE(fs::exists(out_));
  set->open();
  EXPECT_TRUE(fs::exists(out_ / "a.txt.part"));
}

TEST_F(SinkSetTest, OverwriteReplacesResultsAndWhatADiedRunLeft) {
  put("a.txt", "something longer than before\n");
  put("b.txt.part");
  auto set = add("a", "a.txt", a_).add("b", "b.txt", b_).make(true);
  set->open();
  set->consume(0, record("1.wav"));
  set->close();
  EXPECT_EQ(read("a.txt"), "1.wav\n");
  EXPECT_EQ(read("b.txt"), "1.wav\n");
  EXPECT_FALSE(fs::exists(out_ / "b.txt.part"));
}

TEST_F(SinkSetTest, AFilledFolderCountsAsResultsAndAnEmptyOneDoesNot) {
  a_.folder = true;
  fs::create_directories(out_ / "labels");
  EXPECT_EQ(refusal(*add("a", "labels", a_).make()), "opened");
  put("labels/x.txt");
  EXPECT_THAT(refusal(*add("a", "labels", a_).make()), HasSubstr("results exist already"));
  EXPECT_EQ(refusal(*add("a", "labels", a_).make(true)), "opened");
}

TEST_F(SinkSetTest, TwoSinksOfOneFileAreRefusedByName) {
  const std::string message =
      refusal(*add("table", "x.csv", a_).add("other", "./x.csv", b_).make(true));
  EXPECT_THAT(message, HasSubstr("\"table\""));
  EXPECT_THAT(message, HasSubstr("\"other\""));
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(SinkSetTest, AFolderBelongsToOneSink) {
  a_.folder = true;
  EXPECT_THAT(refusal(*add("a", "labels", a_).add("b", "labels/b.txt", b_).make()),
              HasSubstr("both write"));
}

TEST_F(SinkSetTest, PathsThatLeadOutOfTheFolderAreRefused) {
  for (const char* path : {"/tmp/x.csv", "../x.csv", "a/../../x.csv", "", ".", "./"}) {
    EXPECT_THAT(refusal(*add("a", path, a_).make()), HasSubstr("sink \"a\": path")) << path;
  }
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(SinkSetTest, AFailedOpenLeavesNoFilesBehind) {
  b_.throw_in = "open";
  auto set = add("a", "a.txt", a_).add("b", "b.txt", b_).make();
  EXPECT_THROW(set->open(), std::runtime_error);
  EXPECT_FALSE(fs::exists(out_ / "a.txt.part"));
  EXPECT_FALSE(fs::exists(out_ / "a.txt"));
}

TEST_F(SinkSetTest, ASinkThatThrowsEndsTheRunButTheOthersAreClosed) {
  a_.throw_in = "consume";
  auto set = add("a", "a.txt", a_).add("b", "b.txt", b_).make();
  set->open();
  try {
    set->consume(0, record("1.wav"));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
    EXPECT_THAT(error.what(), HasSubstr("sink \"a\": no luck"));
  }
  set->close();
  EXPECT_THAT(b_.seen, ElementsAre("1.wav", "closed"));
  EXPECT_TRUE(fs::exists(out_ / "b.txt"));
  EXPECT_FALSE(fs::exists(out_ / "a.txt"));
}

TEST_F(SinkSetTest, AFailedCloseDoesNotStopTheOthers) {
  a_.throw_in = "close";
  auto set = add("a", "a.txt", a_).add("b", "b.txt", b_).make();
  set->open();
  EXPECT_THROW(set->close(), Error);
  EXPECT_TRUE(fs::exists(out_ / "b.txt"));
}

}  // namespace
}  // namespace melgraph
