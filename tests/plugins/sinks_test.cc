#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

#include "config/param_resolve.h"
#include "melgraph/sink.h"
#include "sinks/records/contract.h"
#include "sinks/records/csv_rows.h"
#include "sinks/records/csv_sink.h"
#include "melgraph/record_text.h"
#include "sinks/records/json_sink.h"
#include "sinks/records/label_track.h"
#include "sinks/records/labels_sink.h"

namespace melgraph::sinks {
namespace {

namespace fs = std::filesystem;

constexpr float left_out = -std::numeric_limits<float>::infinity();

Labels names(std::vector<std::string> list) {
  return std::make_shared<const std::vector<std::string>>(std::move(list));
}

Record clip(std::string file, std::vector<float> scores, double start = 0, double end = 5) {
  Record record;
  record.file = std::move(file);
  record.start = start;
  record.end = end;
  record.labels = names({"dog", "rain", "crying_baby"});
  record.scores = std::move(scores);
  return record;
}

Record failure(std::string file, std::string message) {
  Record record;
  record.file = std::move(file);
  record.failed = true;
  record.error = std::move(message);
  return record;
}

class TestContext final : public SinkContext {
 public:
  TestContext(fs::path folder, Params params, PortSpec spec)
      : folder_(std::move(folder)), params_(std::move(params)), spec_(std::move(spec)) {}
  const Params& params() const override { return params_; }
  const PortSpec& input() const override { return spec_; }
  std::unique_ptr<OutputFile> create(const std::string& path) override {
    return std::make_unique<OutputFile>((folder_ / path).string());
  }
  void claim_folder(const std::string& path) override { claimed.push_back(path); }

  std::vector<std::string> claimed;

 private:
  fs::path folder_;
  Params params_;
  PortSpec spec_;
};

PortSpec class_scores(Labels labels, std::int64_t classes) {
  PortSpec spec;
  spec.kind = Kind::scores;
  spec.axes = {{"clip", unknown_size}, {"class", classes}};
  spec.labels = std::move(labels);
  return spec;
}

class SinksTest : public testing::Test {
 protected:
  SinksTest() {
    std::string name = (fs::temp_directory_path() / "melgraph-sinks-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~SinksTest() override { fs::remove_all(folder_); }

  TestContext context(const Descriptor& descriptor,
                      std::vector<std::pair<std::string, ParamValue>> given = {}) {
    std::vector<ParamFinding> findings;
    Params params = complete_params(descriptor, given, findings);
    EXPECT_TRUE(findings.empty());
    return {folder_, params, class_scores(names({"dog", "rain", "crying_baby"}), 3)};
  }

  TestContext event_context(const Descriptor& descriptor,
                            std::vector<std::pair<std::string, ParamValue>> given = {}) {
    std::vector<ParamFinding> findings;
    PortSpec spec = class_scores(names({"dog", "rain", "crying_baby"}), 3);
    spec.axes.front().name = "event";
    return {folder_, complete_params(descriptor, given, findings), spec};
  }

  std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    EXPECT_TRUE(file.good()) << name;
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static void write(Sink& sink, SinkContext& to, const std::vector<Record>& records) {
    sink.open(to);
    for (const Record& record : records) sink.consume(record);
    sink.flush();
    sink.close();
  }

  fs::path folder_;
};

TEST_F(SinksTest, LongCsvHasOneRowARankAndOneAFailure) {
  TestContext to = context(describe_csv(), {{"top_k", std::int64_t{2}}});
  auto sink = make_csv_sink();
  write(*sink, to,
        {clip("a.wav", {0.25F, 0.5F, 0.125F}), failure("bad.wav", "not an audio file: x"),
         clip("b.wav", {1e-7F, 0.123456789F, 0.0F}, 0.48, 1.455)});
  EXPECT_EQ(read("results.csv"),
            "file,start,end,rank,label,score,status,error\r\n"
            "a.wav,0,5,1,rain,0.5,ok,\r\n"
            "a.wav,0,5,2,dog,0.25,ok,\r\n"
            "bad.wav,,,,,,error,not an audio file: x\r\n"
            "b.wav,0.48,1.455,1,rain,0.123457,ok,\r\n"
            "b.wav,0.48,1.455,2,dog,1e-07,ok,\r\n");
  EXPECT_FALSE(fs::exists(folder_ / "results.csv.part"));
}

TEST_F(SinksTest, WideCsvHasOneColumnAClass) {
  TestContext to = context(describe_csv(), {{"layout", std::string("wide")}});
  auto sink = make_csv_sink();
  write(*sink, to, {failure("bad.wav", "silent"), clip("a.wav", {0.25F, left_out, 0.125F})});
  EXPECT_EQ(read("results.csv"),
            "file,start,end,dog,rain,crying_baby,status,error\r\n"
            "bad.wav,,,,,,error,silent\r\n"
            "a.wav,0,5,0.25,,0.125,ok,\r\n");
}

TEST_F(SinksTest, WideCsvWithoutLabelsNumbersTheClassesAndWaitsForTheirNumber) {
  std::vector<ParamFinding> findings;
  TestContext to(folder_,
                 complete_params(describe_csv(), {{"layout", std::string("wide")}}, findings),
                 class_scores(nullptr, unknown_size));
  Record record = clip("a.wav", {1.0F, 2.0F});
  record.labels = nullptr;
  auto sink = make_csv_sink();
  write(*sink, to, {failure("bad.wav", "silent"), record});
  EXPECT_EQ(read("results.csv"),
            "file,start,end,0,1,status,error\r\n"
            "bad.wav,,,,,error,silent\r\n"
            "a.wav,0,5,1,2,ok,\r\n");
}

TEST_F(SinksTest, WideCsvOfFailuresOnlyHasThemAll) {
  std::vector<ParamFinding> findings;
  TestContext to(folder_,
                 complete_params(describe_csv(), {{"layout", std::string("wide")}}, findings),
                 class_scores(nullptr, unknown_size));
  auto sink = make_csv_sink();
  write(*sink, to, {failure("bad.wav", "silent")});
  EXPECT_EQ(read("results.csv"),
            "file,start,end,status,error\r\n"
            "bad.wav,,,error,silent\r\n");
}

TEST(CsvRows, QuotesWhatWouldBreakARow) {
  EXPECT_EQ(csv_field("plain text"), "plain text");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_field("r\rn"), "\"r\rn\"");
  EXPECT_EQ(csv_field("Hundegebell – größer"), "Hundegebell – größer");
  EXPECT_EQ(csv_field("\xff.wav"), "\xff.wav");
  EXPECT_EQ(csv_long_rows(failure("a,b.wav", "line 1\nline 2"), 5),
            "\"a,b.wav\",,,,,,error,\"line 1\nline 2\"\r\n");
}

TEST(CsvRows, TopKZeroWritesAllThatIsSelected) {
  EXPECT_EQ(csv_long_rows(clip("a.wav", {0.25F, left_out, 0.5F}), 0),
            "a.wav,0,5,1,crying_baby,0.5,ok,\r\n"
            "a.wav,0,5,2,dog,0.25,ok,\r\n");
  EXPECT_EQ(csv_long_rows(clip("a.wav", {left_out, left_out, left_out}), 0), "");
}

TEST(CsvRows, KeepsClassesOfOneNameApart) {
  EXPECT_EQ(csv_wide_header(names({"dog", "dog"}), 2), "file,start,end,dog,dog,status,error\r\n");
}

TEST_F(SinksTest, JsonLinesHaveAllClassesBestFirst) {
  TestContext to = context(describe_json());
  auto sink = make_json_sink();
  write(*sink, to, {clip("a.wav", {0.25F, 0.5F, left_out}), failure("bad.wav", "no \"sound\"")});
  EXPECT_EQ(read("results.ndjson"),
            R"({"schema":"melgraph.result/1","file":"a.wav","start":0,"end":5,)"
            R"("scores":[{"label":"rain","score":0.5},{"label":"dog","score":0.25}],)"
            R"("status":"ok"})"
            "\n"
            R"({"schema":"melgraph.result/1","file":"bad.wav","start":null,"end":null,)"
            R"("scores":[],"status":"error","error":"no \"sound\""})"
            "\n");
}

TEST_F(SinksTest, JsonArrayParsesHoweverManyRecordsItHas) {
  for (std::size_t count = 0; count < 3; ++count) {
    TestContext to =
        context(describe_json(), {{"format", std::string("array")}, {"top_k", std::int64_t{1}}});
    auto sink = make_json_sink();
    write(*sink, to, std::vector<Record>(count, clip("a.wav", {0.25F, 0.5F, 0})));
    const std::string text = read("results.ndjson");
    EXPECT_EQ(text.back(), '\n');
    const auto document = nlohmann::json::parse(text);
    ASSERT_TRUE(document.is_array());
    ASSERT_EQ(document.size(), count);
    if (count > 0) {
      EXPECT_EQ(document[0]["scores"].dump(), R"([{"label":"rain","score":0.5}])");
    }
  }
}

TEST(JsonRecord, ReplacesBytesThatAreNotUtf8) {
  const auto document = nlohmann::json::parse(json_record(failure("\xff\xfe.wav", "a\nb"), 0));
  EXPECT_EQ(document["file"], "\xEF\xBF\xBD\xEF\xBF\xBD.wav");
  EXPECT_EQ(document["error"], "a\nb");
}

TEST(JsonRecord, WritesNumbersThatAreNotFiniteAsNull) {
  Record record = clip("a.wav", {std::numeric_limits<float>::quiet_NaN()});
  EXPECT_TRUE(nlohmann::json::parse(json_record(record, 0))["scores"][0]["score"].is_null());
}

TEST_F(SinksTest, FlushedLinesAreThereBeforeTheEnd) {
  TestContext to = context(describe_json());
  auto sink = make_json_sink();
  sink->open(to);
  sink->consume(clip("a.wav", {0.25F, 0.5F, 0}));
  sink->flush();
  EXPECT_TRUE(nlohmann::json::accept(read("results.ndjson.part")));
  EXPECT_FALSE(fs::exists(folder_ / "results.ndjson"));
}

TEST_F(SinksTest, LabelsJoinWindowsThatFollowOneAnother) {
  TestContext to = context(describe_labels());
  auto sink = make_labels_sink();
  write(
      *sink, to,
      {clip("sub/a.wav", {0.9F, 0.1F, 0}, 0, 0.975),
       clip("sub/a.wav", {0.8F, 0.1F, 0}, 0.48, 1.455),
       clip("sub/a.wav", {0.1F, 0.8F, 0}, 0.96, 1.935), clip("sub/a.wav", {0.1F, 0.8F, 0}, 3, 4)});
  EXPECT_EQ(read("labels/sub/a.txt"),
            "0\t1.455\tdog\n"
            "0.96\t1.935\train\n"
            "3\t4\train\n");
  EXPECT_THAT(to.claimed, testing::ElementsAre("labels"));
}

TEST_F(SinksTest, LabelsCanStayAWindowEach) {
  TestContext to = context(describe_labels(), {{"merge", false}});
  auto sink = make_labels_sink();
  write(*sink, to, {clip("a.wav", {0.9F, 0, 0}, 0, 1), clip("a.wav", {0.9F, 0, 0}, 1, 2)});
  EXPECT_EQ(read("labels/a.txt"), "0\t1\tdog\n1\t2\tdog\n");
}

TEST_F(SinksTest, LabelsBelowTheThresholdAreLeftOut) {
  TestContext to = context(describe_labels(), {{"threshold", 0.5}, {"top_k", std::int64_t{0}}});
  auto sink = make_labels_sink();
  write(*sink, to,
        {clip("a.wav", {0.9F, 0.5F, 0.1F}, 0, 1), clip("a.wav", {0.1F, 0.6F, 0.2F}, 1, 2),
         clip("quiet.wav", {0, 0, 0}, 0, 1)});
  EXPECT_EQ(read("labels/a.txt"), "0\t1\tdog\n0\t2\train\n");
  EXPECT_EQ(read("labels/quiet.txt"), "");
}

TEST_F(SinksTest, LabelTracksOfOneNameAreNumberedAndFailuresHaveNone) {
  TestContext to = context(describe_labels());
  auto sink = make_labels_sink();
  write(*sink, to,
        {clip("a.wav", {1, 0, 0}, 0, 1), clip("a.flac", {0, 1, 0}, 0, 1),
         failure("bad.wav", "silent"), clip("a.flac", {0, 0, 1}, 0, 1),
         clip("a.flac", {1, 0, 0}, 0, 1)});
  EXPECT_EQ(read("labels/a.txt"), "0\t1\tdog\n");
  EXPECT_EQ(read("labels/a-2.txt"), "0\t1\train\n");
  EXPECT_EQ(read("labels/a-3.txt"), "0\t1\tcrying_baby\n");
  EXPECT_EQ(read("labels/a-4.txt"), "0\t1\tdog\n");
  EXPECT_FALSE(fs::exists(folder_ / "labels/bad.txt"));
}

TEST_F(SinksTest, LongCsvHasOneRowAnEventAndNoneForAnInputWithoutAny) {
  TestContext to = event_context(describe_csv());
  auto sink = make_csv_sink();
  write(*sink, to,
        {clip("a.wav", {left_out, 0.5F, left_out}, 0.25, 1.5),
         clip("a.wav", {0.75F, left_out, left_out}, 1, 2), failure("bad.wav", "silent")});
  EXPECT_EQ(read("results.csv"),
            "file,start,end,rank,label,score,status,error\r\n"
            "a.wav,0.25,1.5,1,rain,0.5,ok,\r\n"
            "a.wav,1,2,1,dog,0.75,ok,\r\n"
            "bad.wav,,,,,,error,silent\r\n");
  TestContext nothing = event_context(describe_csv(), {{"path", std::string("none.csv")}});
  auto empty = make_csv_sink();
  write(*empty, nothing, {});
  EXPECT_EQ(read("none.csv"), "file,start,end,rank,label,score,status,error\r\n");
}

TEST_F(SinksTest, JsonHasOneObjectAnEvent) {
  TestContext to = event_context(describe_json());
  auto sink = make_json_sink();
  write(*sink, to, {clip("a.wav", {left_out, 0.5F, left_out}, 0.25, 1.5)});
  EXPECT_EQ(read("results.ndjson"),
            R"({"schema":"melgraph.result/1","file":"a.wav","start":0.25,"end":1.5,)"
            R"("scores":[{"label":"rain","score":0.5}],"status":"ok"})"
            "\n");
}

TEST_F(SinksTest, LabelsAreOneAnEventHoweverTheyTouch) {
  TestContext to = event_context(describe_labels());
  auto sink = make_labels_sink();
  write(*sink, to,
        {clip("a.wav", {0.9F, left_out, left_out}, 0, 1),
         clip("a.wav", {0.8F, left_out, left_out}, 1, 2),
         clip("a.wav", {left_out, 0.7F, left_out}, 1, 3)});
  EXPECT_EQ(read("labels/a.txt"), "0\t1\tdog\n1\t2\tdog\n1\t3\train\n");
  EXPECT_FALSE(fs::exists(folder_ / "labels/a-2.txt"));
}

TEST_F(SinksTest, LabelTracksOfAnInputThatComesTwiceAreTwoForEventsToo) {
  TestContext to = event_context(describe_labels());
  auto sink = make_labels_sink();
  const std::vector<Record> once = {clip("a.wav", {0.9F, left_out, left_out}, 0.5, 1),
                                    clip("a.wav", {left_out, 0.8F, left_out}, 0.5, 2)};
  write(*sink, to, {once[0], once[1], once[0], once[1]});
  EXPECT_EQ(read("labels/a.txt"), "0.5\t1\tdog\n0.5\t2\train\n");
  EXPECT_EQ(read("labels/a-2.txt"), "0.5\t1\tdog\n0.5\t2\train\n");
}

TEST(LabelTrack, KeepsTheOrderOfStartsWhereLabelsOverlap) {
  LabelTrack track(true);
  track.add(0, 1, {"dog", "rain"});
  track.add(1, 2, {"dog"});
  EXPECT_EQ(track.take_rows(false), "") << "dog began first and may go on";
  track.add(2, 3, {"rain"});
  EXPECT_EQ(track.take_rows(false), "0\t2\tdog\n0\t1\train\n");
  EXPECT_EQ(track.take_rows(true), "2\t3\train\n");
}

TEST(LabelTrack, KeepsRowsWholeWhateverALabelHolds) {
  LabelTrack track(false);
  track.add(0, 1, {"a\tb\nc"});
  EXPECT_EQ(track.take_rows(true), "0\t1\ta b c\n");
}

TEST(LabelTrack, WritesAClassNameOnceAnItem) {
  LabelTrack track(true);
  track.add(0, 1, {"dog", "dog"});
  EXPECT_EQ(track.take_rows(true), "0\t1\tdog\n");
}

TEST(LabelTrackName, StaysBelowItsFolder) {
  EXPECT_EQ(label_track_name("sounds/dog/1.wav"), "sounds/dog/1");
  EXPECT_EQ(label_track_name("/data/dog.1.wav"), "data/dog.1");
  EXPECT_EQ(label_track_name("../../x/./a.wav"), "x/a");
  EXPECT_EQ(label_track_name("http://host/a/b.mp3?token=1#2"), "host/a/b");
  EXPECT_EQ(label_track_name("file:///a/b.mp3"), "a/b");
  EXPECT_EQ(label_track_name(".."), "input");
}

TEST(SinkContracts, DefaultsAreThoseOfTheInterface) {
  std::vector<ParamFinding> findings;
  const Params csv = complete_params(describe_csv(), {}, findings);
  EXPECT_EQ(csv.string("path"), "results.csv");
  EXPECT_EQ(csv.string("layout"), "long");
  EXPECT_EQ(csv.integer("top_k"), 5);
  const Params json = complete_params(describe_json(), {}, findings);
  EXPECT_EQ(json.string("path"), "results.ndjson");
  EXPECT_EQ(json.string("format"), "ndjson");
  EXPECT_EQ(json.integer("top_k"), 0);
  const Params labels = complete_params(describe_labels(), {}, findings);
  EXPECT_EQ(labels.string("path"), "labels");
  EXPECT_EQ(labels.integer("top_k"), 1);
  EXPECT_TRUE(labels.is_null("threshold"));
  EXPECT_TRUE(labels.boolean("merge"));
  EXPECT_TRUE(findings.empty());
  complete_params(describe_csv(), {{"top_k", std::int64_t{-1}}}, findings);
  EXPECT_EQ(findings.size(), 1U);
}

class InferProbe final : public InferContext {
 public:
  explicit InferProbe(PortSpec spec) : spec_(std::move(spec)) {}
  const Params& params() const override { return params_; }
  std::size_t input_count(std::string_view) const override { return 1; }
  const PortSpec& input(std::string_view, std::size_t) const override { return spec_; }
  void set_output(std::string_view, PortSpec) override {}
  const WeightsHeader* weights(std::string_view) override { return nullptr; }
  Labels labels(std::string_view, std::string_view) override { return nullptr; }
  void report(std::string message, std::string) override { found.push_back(std::move(message)); }
  void report_param(std::string_view, std::string message, std::string) override {
    found.push_back(std::move(message));
  }
  void report_input(std::string_view, std::size_t, std::string message, std::string) override {
    found.push_back(std::move(message));
  }

  std::vector<std::string> found;

 private:
  Params params_;
  PortSpec spec_;
};

TEST(SinkContracts, TakeWindowsClipsAndEvents) {
  for (const Descriptor& descriptor : {describe_csv(), describe_json(), describe_labels()}) {
    EXPECT_EQ(descriptor.inputs.front().axes.front(), "window|clip|event") << descriptor.id;
  }
}

TEST(SinkContracts, TakeAtMostOneAxisBesideTheItems) {
  PortSpec spec = class_scores(nullptr, 3);
  InferProbe table(spec);
  infer_record_sink(table);
  EXPECT_TRUE(table.found.empty());
  spec.axes.push_back({"mel", 64});
  InferProbe picture(spec);
  infer_record_sink(picture);
  ASSERT_EQ(picture.found.size(), 1U);
  EXPECT_THAT(picture.found[0], testing::HasSubstr("mel 64"));
}

}  // namespace
}  // namespace melgraph::sinks
