#include "models/combiners/contract.h"

#include <algorithm>
#include <string>
#include <utility>

namespace melgraph {
namespace {

Descriptor describe(const char* id, const char* summary, std::string description,
                    std::vector<Kind> kinds) {
  Descriptor d;
  d.id = id;
  d.summary = summary;
  d.description = std::move(description) +
                  " Members must have the same classes in the same order. Members of different "
                  "views are brought to the windows of the first before.";
  d.references = {
      "J. Kittler et al., On Combining Classifiers, IEEE TPAMI 20(3), 1998, "
      "https://doi.org/10.1109/34.667881"};
  InputPort members;
  members.name = "scores";
  members.doc = "The members, one edge each";
  members.kinds = std::move(kinds);
  members.axes = {"window|clip", "class"};
  members.variadic = true;
  d.inputs = {members};
  d.outputs = {{"scores", "One number a class, of the members' kind"}};
  return d;
}

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

}  // namespace

Descriptor describe_combine_mean() {
  return describe("combiner.mean", "Mean of the members' scores",
                  "Gives the arithmetic mean over the members, for scores or logits.",
                  {Kind::scores, Kind::logits});
}

Descriptor describe_combine_weighted() {
  Descriptor d = describe("combiner.weighted", "Weighted mean of the members' scores",
                          "Gives sum(w x) / sum(w) over the members, for scores or logits.",
                          {Kind::scores, Kind::logits});
  d.params = {
      ParamSpec::numbers("weights", "Weight of each member, in their order; need not sum to 1")
          .at_least(0)
          .is_required()};
  return d;
}

Descriptor describe_combine_vote() {
  return describe("combiner.vote", "Majority vote of the members",
                  "Each of M members votes for its best class (ties: the lower index). The score "
                  "of a class is its share of the votes, plus at most 0.001 / M by the order of "
                  "the mean scores, so that classes with equal votes rank by mean score.",
                  {Kind::scores});
}

Descriptor describe_combine_max() {
  return describe("combiner.max", "Largest of the members' scores",
                  "Gives the maximum over the members, class by class.", {Kind::scores});
}

void infer_combine(InferContext& context) {
  const PortSpec& first = context.input("scores");
  PortSpec spec;
  spec.kind = first.kind;
  spec.axes = {{first.axes.front().name}, {"class"}};
  std::size_t named = 0, sized = 0;  // the members that say it first
  for (std::size_t i = 0; i < context.input_count("scores"); ++i) {
    const PortSpec& member = context.input("scores", i);
    if (member.kind != first.kind) {
      context.report_input("scores", i,
                           "member " + std::to_string(i) + " gives " + to_string(member.kind) +
                               ", member 0 " + to_string(first.kind),
                           "wire the same output port of every member");
    }
    if (member.axes.front().name != first.axes.front().name) {
      context.report_input("scores", i,
                           "member " + std::to_string(i) + " gives one item a " +
                               member.axes.front().name + ", member 0 one a " +
                               first.axes.front().name,
                           "combine before, or after, all members are aggregated");
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
  context.set_output("scores", std::move(spec));
}

void infer_combine_weighted(InferContext& context) {
  const std::vector<double>& weights = context.params().numbers("weights");
  const std::size_t members = context.input_count("scores");
  if (weights.size() != members) {
    context.report_param("weights",
                         "there are " + std::to_string(weights.size()) + " weights for " +
                             std::to_string(members) + " members",
                         "give one weight for each member, in their order");
  } else if (std::none_of(weights.begin(), weights.end(), [](double w) { return w > 0; })) {
    context.report_param("weights", "all weights are zero", "give at least one above zero");
  }
  infer_combine(context);
}

}  // namespace melgraph
