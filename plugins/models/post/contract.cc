#include "models/post/contract.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "melgraph/suggest.h"

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

/// Report names of the list `param` that no class has, and lists that leave no class.
void check_names(InferContext& context, const char* param,
                 const std::vector<std::string>& classes) {
  const std::vector<std::string>& names = context.params().strings(param);
  for (const std::string& name : names) {
    if (std::find(classes.begin(), classes.end(), name) != classes.end()) continue;
    const std::string near = suggest(name, classes);
    context.report_param(param, "there is no class `" + name + "`",
                         near.empty() ? "there are " + std::to_string(classes.size()) +
                                            " classes, `" + classes.front() + "` the first"
                                      : "did you mean `" + near + "`?");
    return;
  }
  const bool allow = std::string(param) == "allow";
  const bool none_left = std::none_of(classes.begin(), classes.end(), [&](const std::string& name) {
    return (std::find(names.begin(), names.end(), name) != names.end()) == allow;
  });
  if (none_left) {
    context.report_param(param, "no class is left", "leave at least one class to be reported");
  }
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

Descriptor describe_post_labels() {
  Descriptor d = describe_selection(
      "post.labels", "Select classes by their names",
      "Keeps the scores of the classes that `allow` names, or of those that `deny` does not name, "
      "and makes the others minus infinity, which sinks leave out.");
  d.params = {ParamSpec::strings("allow", "Names of the classes to keep").or_null(),
              ParamSpec::strings("deny", "Names of the classes to leave out").or_null()};
  return d;
}

Descriptor describe_post_temperature() {
  Descriptor d;
  d.id = "post.temperature";
  d.summary = "Scores of a temperature: sharper below 1, flatter above";
  d.description =
      "Gives softmax(z / T) or sigmoid(z / T) over the classes of an item. Of logits z is the "
      "input; of scores it is ln(x) for softmax, where the result is x^(1 / T) divided by its sum, "
      "and ln(x / (1 - x)) for sigmoid. Classes of minus infinity (not selected) stay so and do "
      "not count; numbers that are no probabilities give NaN.";
  d.references = {
      "C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, On Calibration of Modern Neural Networks, ICML "
      "2017, https://arxiv.org/abs/1706.04599"};
  d.inputs = {{"scores",
               "Class scores, or logits",
               {Kind::scores, Kind::logits},
               {"window|clip", "class"}}};
  d.outputs = {{"scores", "One score a class"}};
  d.params = {
      ParamSpec::number("temperature", "T; 1 changes nothing").above(0).is_required(),
      ParamSpec::string("activation", "softmax: one class an item; sigmoid: each class by itself")
          .one_of({"softmax", "sigmoid"})
          .otherwise("softmax")};
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

void infer_post_labels(InferContext& context) {
  const Params& params = context.params();
  const PortSpec& input = context.input("scores");
  const bool neither = params.is_null("allow") && params.is_null("deny");
  if (neither || (!params.is_null("allow") && !params.is_null("deny"))) {
    context.report_param(
        neither ? "allow" : "deny",
        neither ? "neither `allow` nor `deny` is given" : "both `allow` and `deny` are given",
        "name the classes to keep, or those to leave out");
  } else if (!input.labels || input.labels->empty()) {
    context.report_input("scores", 0, "the classes of this input have no names",
                         "give the model before it `labels`");
  } else {
    check_names(context, params.is_null("deny") ? "allow" : "deny", *input.labels);
  }
  context.set_output("scores", input);
}

void infer_post_temperature(InferContext& context) {
  PortSpec spec = context.input("scores");
  spec.kind = Kind::scores;
  context.set_output("scores", std::move(spec));
}

}  // namespace melgraph
