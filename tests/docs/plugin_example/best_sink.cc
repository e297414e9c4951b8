#include <melgraph/plugin.h>

#include <memory>

namespace {

using namespace melgraph;

class BestSink final : public Sink {
 public:
  void open(SinkContext& context) override {
    file_ = context.create(context.params().string("path"));
  }

  void consume(const Record& record) override {
    const auto best = ranking(record, 1);
    if (!best.empty()) file_->write(record.file + '\t' + label_of(record, best[0]) + '\n');
  }

  void flush() override { file_->flush(); }
  void close() override { file_->commit(); }

 private:
  std::unique_ptr<OutputFile> file_;
};

Descriptor describe() {
  Descriptor d;
  d.id = "example.best";
  d.scope = Scope::sink;
  d.summary = "Write the best class of each item";
  d.inputs = {{"scores", "Class scores", {Kind::scores}, {"window|clip", "class"}}};
  d.params = {ParamSpec::string("path", "File to write, below --out").otherwise("best.txt")};
  return d;
}

void infer(InferContext&) {}

}  // namespace

MELGRAPH_PLUGIN(registrar) {
  registrar.add<BestSink>(describe(), infer);
}
