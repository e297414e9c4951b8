#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "models/post/events.h"
#include "models/post/nodes.h"

namespace melgraph {
namespace {

/// Thresholds of the graph: one for all, one a class, or none.
std::vector<double> thresholds(const Params& params, const char* one, const char* each) {
  if (!params.is_null(one)) return {params.number(one)};
  return params.is_null(each) ? std::vector<double>() : params.numbers(each);
}

class Events final : public Node {
 public:
  void open(OpenContext& context) override {
    const Params& params = context.params();
    labels_ = context.input("scores").labels;
    on_ = thresholds(params, "threshold_on", "thresholds_on");
    off_ = thresholds(params, "threshold_off", "thresholds_off");
    if (off_.empty()) off_ = on_;
    rule_.median_windows = static_cast<std::size_t>(params.integer("median_windows"));
    rule_.max_gap = params.number("max_gap");
    rule_.min_duration = params.number("min_duration");
    rule_.peak = params.string("score") == "max";
    if (context.input_count("gate") != 0) gate_min_ = params.number("gate_min");
  }

  void process(ProcessContext& context) override {
    const at::Tensor input = context.input("scores").to(at::kCPU, at::kDouble).contiguous();
    const std::int64_t windows = input.size(0), classes = input.size(1);
    rule_.on = one_a_class(on_, classes);
    rule_.off = one_a_class(off_, classes);
    const double* first = input.const_data_ptr<double>();
    std::vector<double> scores(first, first + input.numel());
    std::vector<post::Stretch> spans;
    for (std::int64_t i = 0; i < windows; ++i) {
      const TimeSpan span = context.span(i);
      spans.push_back({span.start, span.end});
    }
    refuse_nan(scores, classes, spans);
    close_gate(context, scores, classes);
    const std::vector<post::Event> events =
        post::find_events(scores, post::frames_of(spans), rule_);
    std::vector<TimeSpan> times;
    at::Tensor found = at::full({static_cast<std::int64_t>(events.size()), classes},
                                -std::numeric_limits<double>::infinity(), at::kFloat);
    float* row = found.mutable_data_ptr<float>();
    for (const post::Event& event : events) {
      times.push_back({event.time.start, event.time.end});
      row[event.label] = static_cast<float>(event.score);
      row += classes;
    }
    context.set_output("scores", std::move(found), std::move(times));
  }

 private:
  /// Scores are float32: so are thresholds, that a score of 0.7 reaches one of 0.7.
  static std::vector<double> one_a_class(std::vector<double> given, std::int64_t classes) {
    for (double& threshold : given) threshold = static_cast<float>(threshold);
    const auto count = static_cast<std::size_t>(classes);
    if (given.size() == 1) return std::vector<double>(count, given.front());
    if (given.size() == count) return given;
    throw Error(ErrorCode::run_time,
                "there are " + std::to_string(given.size()) + " thresholds for " +
                    std::to_string(classes) + " classes",
                "give one a class, in their order");
  }

  void refuse_nan(const std::vector<double>& scores, std::int64_t classes,
                  const std::vector<post::Stretch>& spans) const {
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (!std::isnan(scores[i])) continue;
      const auto count = static_cast<std::size_t>(classes);
      const std::string name = labels_ ? (*labels_)[i % count] : std::to_string(i % count);
      throw Error(ErrorCode::run_time,
                  "the score of class " + name + " in the window at " +
                      std::to_string(spans[i / count].start) + " s is not a number",
                  "look at the node wired to `scores`");
    }
  }

  /// Leave out the windows whose gate is not above its minimum.
  void close_gate(const ProcessContext& context, std::vector<double>& scores,
                  std::int64_t classes) const {
    if (context.input_count("gate") == 0) return;
    const at::Tensor gate = context.input("gate").to(at::kCPU, at::kDouble).contiguous();
    const double* level = gate.const_data_ptr<double>();
    for (std::int64_t i = 0; i < gate.size(0); ++i) {
      if (std::isnan(level[i])) {
        throw Error(ErrorCode::run_time, "the gate of a window is not a number",
                    "look at the node wired to `gate`");
      }
      if (level[i] > gate_min_) continue;
      const auto begin = scores.begin() + i * classes;
      std::fill(begin, begin + classes, -std::numeric_limits<double>::infinity());
    }
  }

  Labels labels_;
  std::vector<double> on_;
  std::vector<double> off_;
  post::EventRule rule_;
  double gate_min_ = 0;
};

}  // namespace

std::unique_ptr<Node> make_post_events() {
  return std::make_unique<Events>();
}

}  // namespace melgraph
