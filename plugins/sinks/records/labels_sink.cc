#include "labels_sink.h"

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "label_track.h"

namespace melgraph::sinks {

namespace {

class LabelsSink final : public Sink {
 public:
  void open(SinkContext& context) override {
    const Params& params = context.params();
    folder_ = params.string("path");
    top_k_ = static_cast<std::size_t>(params.integer("top_k"));
    if (!params.is_null("threshold")) threshold_ = params.number("threshold");
    events_ = context.input().axes.front().name == "event";
    merge_ = params.boolean("merge") && !events_;
    context.claim_folder(folder_);
    context_ = &context;
  }

  void consume(const Record& record) override {
    if (record.failed) {
      end_track();
      return;
    }
    const Place place = place_of(record);
    if (!track_ || record.file != input_ || !(last_ < place)) begin_track(record.file);
    last_ = place;
    std::vector<std::string> labels;
    for (const std::size_t index : ranking(record, top_k_)) {
      if (!threshold_ || record.scores[index] >= *threshold_) {
        labels.push_back(label_of(record, index));
      }
    }
    track_->add(record.start, record.end, labels);
    file_->write(track_->take_rows(false));
  }

  void flush() override {
    if (file_ != nullptr) file_->flush();
  }

  void close() override { end_track(); }

 private:
  /// Where an item stands in its input. An input that is given twice comes twice, and its first
  /// item the second time goes back.
  using Place = std::pair<double, std::size_t>;

  Place place_of(const Record& record) const {
    if (!events_) return {record.start, 0};
    // Events of several classes may begin together; they come in the order of the classes.
    const std::vector<std::size_t> best = ranking(record, 1);
    return {record.start, best.empty() ? 0 : best.front()};
  }

  void begin_track(const std::string& input) {
    end_track();
    const std::string base = label_track_name(input);
    std::string name = base;
    for (int number = 2; !names_.insert(name).second; ++number) {
      name = base + '-' + std::to_string(number);
    }
    file_ = context_->create(folder_ + '/' + name + ".txt");
    input_ = input;
    track_.emplace(merge_);
  }

  void end_track() {
    if (!track_) return;
    file_->write(track_->take_rows(true));
    track_.reset();
    file_->commit();
    file_.reset();
  }

  SinkContext* context_ = nullptr;
  std::string folder_;
  std::size_t top_k_ = 0;
  std::optional<double> threshold_;
  bool merge_ = true;
  bool events_ = false;

  std::set<std::string> names_;
  std::string input_;
  Place last_;
  std::optional<LabelTrack> track_;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace

std::unique_ptr<Sink> make_labels_sink() {
  return std::make_unique<LabelsSink>();
}

}  // namespace melgraph::sinks
