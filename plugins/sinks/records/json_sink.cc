#include "json_sink.h"

#include "melgraph/record_text.h"

namespace melgraph::sinks {

namespace {

class JsonSink final : public Sink {
 public:
  void open(SinkContext& context) override {
    const Params& params = context.params();
    array_ = params.string("format") == "array";
    top_k_ = static_cast<std::size_t>(params.integer("top_k"));
    file_ = context.create(params.string("path"));
    if (array_) file_->write("[");
  }

  void consume(const Record& record) override {
    if (!array_) {
      file_->write(json_record(record, top_k_) + '\n');
      return;
    }
    file_->write((empty_ ? "\n" : ",\n") + json_record(record, top_k_));
    empty_ = false;
  }

  void flush() override { file_->flush(); }

  void close() override {
    if (array_) file_->write(empty_ ? "]\n" : "\n]\n");
    file_->commit();
  }

 private:
  bool array_ = false;
  bool empty_ = true;
  std::size_t top_k_ = 0;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace

std::unique_ptr<Sink> make_json_sink() {
  return std::make_unique<JsonSink>();
}

}  // namespace melgraph::sinks
