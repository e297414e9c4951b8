#include "models/post/contract.h"

#include <string>
#include <utility>

namespace melgraph {
namespace {

Descriptor describe_selection(const char* id, const char* summary, const char* description) {
  Descriptor d;
  d.id = id;
  d.summary = summary;
  d.description = description;
  d.inputs = {{"scores", "Class scores", {Kind::scores}, {"window|clip", "class"}}};
  d.outputs = {{"scores", "The same scores; minus infinity for classes that are not selected"}};
  return d;
}

}  // namespace

Descriptor describe_post_mean() {
  Descriptor d;
  d.id = "post.mean";
  d.summary = "Mean of all numbers of an item";
  d.description =
      "Gives one number an item: the mean over all other axes, accumulated in float64. Of log-mel "
      "features it is the level of a window, which `aggregate.*` takes as gate.";
  d.inputs = {
      {"values",
       "Anything",
       {Kind::audio, Kind::features, Kind::values, Kind::scores, Kind::logits, Kind::embedding},
       {"window|clip", "..."}}};
  d.outputs = {{"values", "One number an item"}};
  return d;
}

Descriptor describe_post_threshold() {
  Descriptor d = describe_selection(
      "post.threshold", "Select classes whose score reaches a threshold",
      "Keeps scores that are at or above the threshold and makes the others minus infinity, which "
      "sinks leave out.");
  d.params = {
      ParamSpec::number("threshold", "One threshold for all classes").or_null(),
      ParamSpec::numbers("thresholds", "A threshold for each class, in their order").or_null()};
  return d;
}

Descriptor describe_post_top_k() {
  Descriptor d = describe_selection(
      "post.top_k", "Select the k best classes",
      "Keeps the k largest scores (ties: the lower index wins) and makes the others minus "
      "infinity, which sinks leave out.");
  d.params = {ParamSpec::integer("k", "How many classes to keep").range(1, 1 << 24).is_required()};
  return d;
}

void infer_post_mean(InferContext& context) {
  const PortSpec& input = context.input("values");
  PortSpec spec;
  spec.kind = Kind::values;
  spec.axes = {{input.axes.front().name}};
  spec.sample_rate = input.sample_rate;
  context.set_output("values", std::move(spec));
}

void infer_post_threshold(InferContext& context) {
  const Params& params = context.params();
  if (params.is_null("threshold") == params.is_null("thresholds")) {
    context.report_param(params.is_null("threshold") ? "threshold" : "thresholds",
                         params.is_null("threshold")
                             ? "neither `threshold` nor `thresholds` is given"
                             : "both `threshold` and `thresholds` are given",
                         "give `threshold` for all classes, or `thresholds`, one a class");
  } else if (!params.is_null("thresholds")) {
    const auto count = static_cast<std::int64_t>(params.numbers("thresholds").size());
    const std::int64_t classes = context.input("scores").size_of("class");
    if (classes != unknown_size && count != classes) {
      context.report_param("thresholds",
                           "there are " + std::to_string(count) + " thresholds for " +
                               std::to_string(classes) + " classes",
                           "give one a class, in their order");
    }
  }
  context.set_output("scores", context.input("scores"));
}

void infer_post_top_k(InferContext& context) {
  const std::int64_t k = context.params().integer("k");
  const std::int64_t classes = context.input("scores").size_of("class");
  if (classes != unknown_size && k > classes) {
    context.report_param(
        "k",
        "k is " + std::to_string(k) + ", but there are " + std::to_string(classes) + " classes",
        "give at most " + std::to_string(classes));
  }
  context.set_output("scores", context.input("scores"));
}

}  // namespace melgraph
