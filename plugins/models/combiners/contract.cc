#include "models/combiners/contract.h"

#include <algorithm>
#include <string>
#include <utility>

#include "models/combiners/contract_common.h"

namespace melgraph {
namespace {

using combiners::describe;

const char* const same_classes = " Members must have the same classes in the same order.";

/// Report how the class names of member `index` differ from those of the first named member.
void report_labels(InferContext& context, std::size_t index, const Labels& labels,
                   std::size_t first, const Labels& wanted) {
  const std::size_t common = std::min(labels->size(), wanted->size());
  std::size_t at = 0;
  while (at < common && (*labels)[at] == (*wanted)[at]) ++at;
  if (at == common) return;  // then the counts differ, which has been reported
  context.report_input("scores", index,
                       "class " + std::to_string(at) + " of member " + std::to_string(index) +
                           " is `" + (*labels)[at] + "`, of member " + std::to_string(first) +
                           " `" + (*wanted)[at] + "`",
                       "combine networks trained for the same classes in the same order");
}

/// Check that the members fit together; return the spec of their combination.
PortSpec infer_members(InferContext& context) {
  const PortSpec& first = context.input("scores");
  PortSpec spec;
  spec.kind = first.kind;
  spec.axes = {{first.axes.front().name}, {"class"}};
  std::size_t named = 0, sized = 0;  // the members that say it first
  combiners::check_items(context);
  for (std::size_t i = 0; i < context.input_count("scores"); ++i) {
    const PortSpec& member = context.input("scores", i);
    if (member.kind != first.kind) {
      context.report_input("scores", i,
                           "member " + std::to_string(i) + " gives " + to_string(member.kind) +
                               ", member 0 " + to_string(first.kind),
                           "wire the same output port of every member");
    }
    const std::int64_t size = member.size_of("class");
    std::int64_t& classes = spec.axes[1].size;
    if (classes == unknown_size) {
      classes = size;
      sized = i;
    } else if (size != unknown_size && size != classes) {
      context.report_input("scores", i,
                           "member " + std::to_string(i) + " has " + std::to_string(size) +
                               " classes, member " + std::to_string(sized) + " has " +
                               std::to_string(classes),
                           "combine networks trained for the same classes in the same order");
    }
    if (!spec.labels) {
      spec.labels = member.labels;
      named = i;
    } else if (member.labels) {
      report_labels(context, i, member.labels, named, spec.labels);
    }
  }
  return spec;
}

void set_outputs(InferContext& context, PortSpec spec) {
  combiners::set_member_outputs(context, spec);
  context.set_output("scores", std::move(spec));
}

/// Check the weights that a graph gives.
void check_weights(InferContext& context, const std::vector<double>& weights) {
  const std::size_t members = context.input_count("scores");
  if (weights.size() != members) {
    context.report_param("weights",
                         "there are " + std::to_string(weights.size()) + " weights for " +
                             std::to_string(members) + " members",
                         "give one weight for each member, in their order");
  } else if (std::none_of(weights.begin(), weights.end(), [](double w) { return w > 0; })) {
    context.report_param("weights", "all weights are zero", "give at least one above zero");
  }
}

/// Check the head of a file of fitted weights.
void check_weights_file(InferContext& context) {
  const WeightsHeader* header = context.weights("weights_file");
  if (header == nullptr) return;
  const char* hint = "the file holds one tensor `weights` [member] of real numbers";
  const auto found = header->tensors.find("weights");
  if (found == header->tensors.end()) {
    context.report_param("weights_file", "the file has no tensor `weights`", hint);
    return;
  }
  const auto members = static_cast<std::int64_t>(context.input_count("scores"));
  const WeightsHeader::Tensor& tensor = found->second;
  if (!combiners::is_real(tensor) || tensor.shape != std::vector<std::int64_t>{members}) {
    context.report_param("weights_file",
                         "the tensor `weights` is " + tensor.dtype + " " +
                             combiners::shape_text(tensor.shape) + ", but there are " +
                             std::to_string(members) + " members",
                         hint);
  }
}

}  // namespace

Descriptor describe_combine_mean() {
  return describe(
      {"combiner.mean",
       "Mean of the members' scores",
       std::string("Gives the arithmetic mean over the members, for scores or logits.") +
           same_classes,
       "the member's score / M, of M members; their sum is the result",
       {Kind::scores, Kind::logits}});
}

Descriptor describe_combine_geometric() {
  Descriptor d = describe(
      {"combiner.geometric",
       "Geometric mean of the members' probabilities",
       std::string("Gives exp(mean(ln x)) over the members (the product rule), class by class and "
                   "computed from logarithms, divided by its sum over the classes where "
                   "`normalise` is set. A class that a member gives 0 has 0; where that are all, "
                   "all stay 0. A negative score gives NaN.") +
           same_classes,
       "the member's weight, 1 / M of M members: the rule adds logarithms, not scores",
       {Kind::scores}});
  d.references.push_back(
      "G. E. Hinton, Training Products of Experts by Minimizing Contrastive Divergence, Neural "
      "Computation 14(8), 2002, https://doi.org/10.1162/089976602760128018");
  d.params = {ParamSpec::boolean("normalise",
                                 "Divide by the sum over the classes: for members whose scores "
                                 "sum to 1 (softmax); false for sigmoid scores")
                  .otherwise(true)};
  return d;
}

Descriptor describe_combine_weighted() {
  Descriptor d = describe(
      {"combiner.weighted",
       "Weighted mean of the members' scores",
       std::string("Gives sum(w x) / sum(w) over the members, for scores or logits. A weight of 0 "
                   "takes a member out, of `agreement` too.") +
           same_classes,
       "w x / sum(w) of the member; their sum is the result",
       {Kind::scores, Kind::logits}});
  d.params = {
      ParamSpec::numbers("weights",
                         "Weight of each member, in their order; need not sum to 1. Either this or "
                         "`weights_file` is given")
          .at_least(0)
          .or_null(),
      ParamSpec::file("weights_file",
                      "Fitted weights: safetensors with a tensor `weights` [member], none below 0")
          .or_null()};
  return d;
}

Descriptor describe_combine_vote() {
  return describe(
      {"combiner.vote",
       "Majority vote of the members",
       std::string("Each of M members votes for its best class (ties: the lower index). The score "
                   "of a class is its share of the votes, plus at most 0.001 / M by the order of "
                   "the mean scores, so that classes with equal votes rank by mean score.") +
           same_classes,
       "1 / M at the class the member votes for, else 0; their sum is the share of the votes",
       {Kind::scores}});
}

Descriptor describe_combine_rank() {
  Descriptor d = describe(
      {"combiner.rank",
       "Ranked vote of the members (Borda count)",
       std::string("Each of M members gives its worst of C classes 0 points and its best C - 1; "
                   "equal scores share the mean of their points. The score of a class is the sum "
                   "of its points / (M (C - 1)), 1 where there is only one class. Takes scores or "
                   "logits, for only their order counts.") +
           same_classes,
       "the member's points / (M (C - 1)); their sum is the result",
       {Kind::scores, Kind::logits}});
  d.references.push_back(
      "T. K. Ho, J. J. Hull, S. N. Srihari, Decision Combination in Multiple Classifier Systems, "
      "IEEE TPAMI 16(1), 1994, https://doi.org/10.1109/34.273716");
  return d;
}

Descriptor describe_combine_max() {
  return describe(
      {"combiner.max",
       "Largest of the members' scores",
       std::string("Gives the maximum over the members, class by class.") + same_classes,
       "the score at the member that has the largest (ties: the first), else 0; their sum is the "
       "result",
       {Kind::scores}});
}

void infer_combine(InferContext& context) {
  set_outputs(context, infer_members(context));
}

void infer_combine_weighted(InferContext& context) {
  const Params& params = context.params();
  const bool neither = params.is_null("weights") && params.is_null("weights_file");
  if (neither || (!params.is_null("weights") && !params.is_null("weights_file"))) {
    context.report_param("weights",
                         neither ? "neither `weights` nor `weights_file` is given"
                                 : "both `weights` and `weights_file` are given",
                         "give `weights`, one a member, or the file of fitted ones");
  } else if (!params.is_null("weights")) {
    check_weights(context, params.numbers("weights"));
  } else {
    check_weights_file(context);
  }
  infer_combine(context);
}

void infer_combine_rank(InferContext& context) {
  PortSpec spec = infer_members(context);
  spec.kind = Kind::scores;
  set_outputs(context, std::move(spec));
}

}  // namespace melgraph
