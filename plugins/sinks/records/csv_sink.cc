#include "csv_sink.h"

#include <optional>
#include <string>
#include <vector>

#include "csv_rows.h"

namespace melgraph::sinks {

namespace {

class CsvSink final : public Sink {
 public:
  void open(SinkContext& context) override {
    const Params& params = context.params();
    wide_ = params.string("layout") == "wide";
    top_k_ = static_cast<std::size_t>(params.integer("top_k"));
    file_ = context.create(params.string("path"));
    if (!wide_) {
      file_->write(csv_long_header());
      return;
    }
    const PortSpec& input = context.input();
    if (input.labels != nullptr) {
      begin_wide(input.labels, input.labels->size());
    } else if (input.axes.size() < 2) {
      begin_wide(nullptr, 1);
    } else if (input.axes[1].size != unknown_size) {
      begin_wide(nullptr, static_cast<std::size_t>(input.axes[1].size));
    }
  }

  void consume(const Record& record) override {
    if (!wide_) {
      file_->write(csv_long_rows(record, top_k_));
      return;
    }
    if (!classes_) {
      // The columns are not known before the first result: failures wait for it.
      if (record.failed) {
        waiting_.push_back(record);
        return;
      }
      begin_wide(record.labels, record.scores.size());
    }
    file_->write(csv_wide_row(record, *classes_));
  }

  void flush() override { file_->flush(); }

  void close() override {
    if (wide_ && !classes_) begin_wide(nullptr, 0);
    file_->commit();
  }

 private:
  void begin_wide(const Labels& labels, std::size_t classes) {
    classes_ = classes;
    file_->write(csv_wide_header(labels, classes));
    for (const Record& record : waiting_) file_->write(csv_wide_row(record, classes));
    waiting_.clear();
  }

  bool wide_ = false;
  std::size_t top_k_ = 0;
  std::optional<std::size_t> classes_;
  std::vector<Record> waiting_;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace

std::unique_ptr<Sink> make_csv_sink() {
  return std::make_unique<CsvSink>();
}

}  // namespace melgraph::sinks
