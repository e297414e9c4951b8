#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "models/post/contract.h"

namespace melgraph {
namespace {

/// Thresholds as given: one for all classes, or one a class; empty where neither is.
struct Thresholds {
  std::string one;
  std::string each;
  std::vector<double> values;
};

/// Read a pair of parameters of which at most one may be given.
Thresholds read_thresholds(InferContext& context, const char* one, const char* each) {
  Thresholds found{one, each, {}};
  const Params& params = context.params();
  if (!params.is_null(one) && !params.is_null(each)) {
    context.report_param(
        each, "both `" + found.one + "` and `" + found.each + "` are given",
        "give `" + found.one + "` for all classes, or `" + found.each + "`, one a class");
  }
  if (!params.is_null(one)) {
    found.values = {params.number(one)};
  } else if (!params.is_null(each)) {
    found.values = params.numbers(each);
    const std::int64_t classes = context.input("scores").size_of("class");
    const auto count = static_cast<std::int64_t>(found.values.size());
    if (count == 0 || (classes != unknown_size && count != classes)) {
      context.report_param(
          each,
          "there are " + std::to_string(count) + " thresholds" +
              (classes == unknown_size ? "" : " for " + std::to_string(classes) + " classes"),
          "give one a class, in their order");
    }
  }
  return found;
}

/// Report the first class whose events would end before they begin.
void check_order(InferContext& context, const Thresholds& on, const Thresholds& off) {
  const std::size_t count = std::max(on.values.size(), off.values.size());
  if (on.values.size() != count && on.values.size() != 1) return;  // reported where counted
  if (off.values.size() != count && off.values.size() != 1) return;
  for (std::size_t i = 0; i < count; ++i) {
    const double begin = on.values[on.values.size() == 1 ? 0 : i];
    const double end = off.values[off.values.size() == 1 ? 0 : i];
    if (end <= begin) continue;
    context.report_param(context.params().is_null(off.one) ? off.each : off.one,
                         "events end below a threshold that is above the one they begin at" +
                             (count == 1 ? std::string() : " (class " + std::to_string(i) + ")"),
                         "the threshold for the end is at most that for the beginning");
    return;
  }
}

}  // namespace

Descriptor describe_post_events() {
  Descriptor d;
  d.id = "post.events";
  d.scope = Scope::clip;
  d.summary = "Events with begin and end from the scores of windows";
  d.description =
      "For each class: the scores are smoothed by a median filter over `median_windows` (beyond "
      "the ends they go on mirrored); an event begins where they reach `threshold_on` and goes on "
      "while they are at or above `threshold_off` (hysteresis); gaps shorter than `max_gap` are "
      "bridged; then events shorter than `min_duration` are dropped. A window stands for its "
      "frame: half the hop to its neighbours around its centre, never beyond the window itself, "
      "at the ends of the clip as far as the window goes; so windows that overlap have frames "
      "that touch. An event lasts from the begin of its first frame to the end of its last. Its "
      "score, the mean or the largest of the smoothed scores in it, stands at its class; all "
      "others are minus infinity, which sinks leave out. Events of different classes may overlap; "
      "they are ordered by start, then by class. Windows that a node before left out, or whose "
      "gate is "
      "at or below `gate_min`, are below every threshold. A score that is NaN fails the input.";
  d.references = {
      "DCASE challenge, sound event detection in domestic environments (median filters), "
      "https://dcase.community",
      "L. Cances, P. Guyot, T. Pellegrini, Evaluation of Post-processing Algorithms for Polyphonic "
      "Sound Event Detection, WASPAA 2019, https://arxiv.org/abs/1906.06909",
      "J. Ebbers, R. Haeb-Umbach, R. Serizel, Post-Processing Independent Evaluation of Sound "
      "Event "
      "Detection Systems (PSDS and median filters), 2023, https://arxiv.org/abs/2306.15440"};
  d.inputs = {{"scores", "Class scores, one item a window", {Kind::scores}, {"window", "class"}},
              {"gate",
               "One number a window that says whether it can be part of an event",
               {Kind::values},
               {"window"},
               true}};
  d.outputs = {{"scores", "One item an event, with its own times: its score at its class"}};
  d.params = {
      ParamSpec::number("threshold_on", "Score at which an event begins, for all classes")
          .or_null(),
      ParamSpec::numbers("thresholds_on", "The same for each class, in their order").or_null(),
      ParamSpec::number("threshold_off",
                        "Score below which an event ends, for all classes; null: where it begins")
          .or_null(),
      ParamSpec::numbers("thresholds_off", "The same for each class, in their order").or_null(),
      ParamSpec::integer("median_windows", "Length of the median filter, odd; 1 does nothing")
          .range(1, 10001)
          .in("windows")
          .otherwise(1),
      ParamSpec::number("max_gap", "Gaps between events of a class shorter than this are bridged")
          .at_least(0)
          .in("s")
          .otherwise(0.0),
      ParamSpec::number("min_duration", "Events shorter than this are dropped")
          .at_least(0)
          .in("s")
          .otherwise(0.0),
      ParamSpec::number("gate_min",
                        "Windows are left out whose gate is not above this; needs "
                        "`gate`")
          .or_null(),
      ParamSpec::string("score", "Score of an event: mean or largest of its windows'")
          .one_of({"mean", "max"})
          .otherwise("mean")};
  return d;
}

void infer_post_events(InferContext& context) {
  const Params& params = context.params();
  const Thresholds on = read_thresholds(context, "threshold_on", "thresholds_on");
  const Thresholds off = read_thresholds(context, "threshold_off", "thresholds_off");
  if (on.values.empty() && params.is_null("thresholds_on")) {
    context.report_param("threshold_on", "neither `threshold_on` nor `thresholds_on` is given",
                         "give `threshold_on` for all classes, or `thresholds_on`, one a class");
  }
  if (!on.values.empty() && !off.values.empty()) check_order(context, on, off);
  const std::int64_t length = params.integer("median_windows");
  if (length % 2 == 0) {
    context.report_param(
        "median_windows",
        "a median filter over " + std::to_string(length) + " windows has no window in its middle",
        "set " + std::to_string(length - 1) + " or " + std::to_string(length + 1));
  }
  const bool has_gate = context.input_count("gate") != 0;
  if (has_gate && params.is_null("gate_min")) {
    context.report_input("gate", 0, "there is a gate, but no `gate_min` to compare it with",
                         "set `gate_min`, or take the gate away");
  } else if (!has_gate && !params.is_null("gate_min")) {
    context.report_param("gate_min", "there is nothing to compare `gate_min` with",
                         "wire `gate` to one number a window, such as post.mean of the features");
  }
  PortSpec spec = context.input("scores");
  spec.axes.front() = {"event"};
  context.set_output("scores", std::move(spec));
}

}  // namespace melgraph
