#include "models/aggregate/contract.h"

#include <string>
#include <utility>

namespace melgraph {
namespace {

Descriptor describe(const char* id, const char* summary, const char* formula) {
  Descriptor d;
  d.id = id;
  d.scope = Scope::clip;
  d.summary = summary;
  d.description = std::string(formula) +
                  " With a gate, windows whose gate is at or below `gate_min` do not count, unless "
                  "none is above it: then all count. A gate keeps digital silence out, such as "
                  "the mean log-mel of each window (`post.mean`).";
  d.inputs = {{"scores",
               "What to reduce, one item a window",
               {Kind::scores, Kind::logits, Kind::embedding, Kind::values},
               {"window", "..."}},
              {"gate",
               "One number a window that says whether it counts",
               {Kind::values},
               {"window"},
               true}};
  d.outputs = {{"scores", "One item a clip, of the kind of the input"}};
  d.params = {ParamSpec::number("gate_min", "Windows count whose gate is above this; needs `gate`")
                  .or_null()};
  return d;
}

}  // namespace

Descriptor describe_aggregate_mean() {
  return describe("aggregate.mean", "Mean over the windows of a clip",
                  "Gives the arithmetic mean over the windows, accumulated in float64.");
}

Descriptor describe_aggregate_max() {
  return describe("aggregate.max", "Maximum over the windows of a clip",
                  "Gives the maximum over the windows, class by class.");
}

Descriptor describe_aggregate_median() {
  return describe("aggregate.median", "Median over the windows of a clip",
                  "Gives the median over the windows, class by class; of an even number, the mean "
                  "of the two in the middle.");
}

Descriptor describe_aggregate_linear_softmax() {
  Descriptor d =
      describe("aggregate.linear_softmax", "Mean over windows, weighted by their scores",
               "Gives sum(x^2) / sum(x) over the windows, class by class, accumulated in "
               "float64; 0 where all are 0. A score below 0 is an error.");
  d.references = {
      "Y. Wang, J. Li, F. Metze, A Comparison of Five Multiple Instance Learning Pooling Functions "
      "for Sound Event Detection with Weak Labeling, ICASSP 2019, "
      "https://arxiv.org/abs/1810.09050"};
  d.inputs[0].kinds = {Kind::scores};
  d.inputs[0].axes = {"window", "class"};
  return d;
}

Descriptor describe_aggregate_attention() {
  Descriptor d = describe(
      "aggregate.attention", "Mean over windows, weighted by a model",
      "Gives sum(a x) over the windows, class by class, accumulated in float64; a is made of "
      "`attention` over the windows that count: softmax(v), or v / sum(v), where no v may be below "
      "0; where all are 0, every window weighs the same. A window of weight 0 is left out, also "
      "where its score is not finite.");
  d.references = {
      "Q. Kong, Y. Xu, W. Wang, M. D. Plumbley, Audio Set Classification with Attention Model: A "
      "Probabilistic Perspective, ICASSP 2018, https://arxiv.org/abs/1711.00927 (v / sum(v))",
      "Q. Kong et al., PANNs, 2020, https://arxiv.org/abs/1912.10211 (softmax)"};
  d.inputs[0].axes = {"window", "class"};
  d.inputs[0].kinds = {Kind::scores, Kind::logits};
  d.inputs.insert(d.inputs.begin() + 1,
                  {"attention",
                   "How much each window weighs: one number a class, or one for all of them",
                   {Kind::scores, Kind::logits, Kind::values},
                   {"window", "..."}});
  d.params.insert(d.params.begin(),
                  ParamSpec::string("normalise", "How `attention` becomes weights of sum 1")
                      .one_of({"softmax", "sum"})
                      .otherwise("softmax"));
  return d;
}

void infer_aggregate(InferContext& context) {
  const bool has_gate = context.input_count("gate") != 0;
  const bool has_least = !context.params().is_null("gate_min");
  if (has_gate && !has_least) {
    context.report_input("gate", 0, "there is a gate, but no `gate_min` to compare it with",
                         "set `gate_min`, or take the gate away");
  }
  if (has_least && !has_gate) {
    context.report_param("gate_min", "there is nothing to compare `gate_min` with",
                         "wire `gate` to one number a window, such as post.mean of the features");
  }
  PortSpec spec = context.input("scores");
  spec.axes.front() = {"clip"};
  context.set_output("scores", std::move(spec));
}

void infer_aggregate_attention(InferContext& context) {
  infer_aggregate(context);
  const PortSpec& attention = context.input("attention");
  const PortSpec& scores = context.input("scores");
  if (attention.axes.size() == 1) return;
  const std::int64_t classes = scores.size_of("class");
  const std::int64_t weights = attention.axes[1].size;
  if (attention.axes.size() > 2 || attention.axes[1].name != "class") {
    context.report_input(
        "attention", 0,
        "attention is one number a window, or one a window and class, not " + to_string(attention),
        "wire scores or logits of a model for the same classes");
  } else if (weights != unknown_size && classes != unknown_size && weights != classes) {
    context.report_input("attention", 0,
                         "attention is for " + std::to_string(weights) + " classes, the scores " +
                             "have " + std::to_string(classes),
                         "wire scores or logits of a model for the same classes");
  } else if (attention.labels && scores.labels && *attention.labels != *scores.labels) {
    context.report_input("attention", 0, "attention is for other classes than the scores",
                         "wire scores or logits of a model for the same classes, in their order");
  }
}

}  // namespace melgraph
