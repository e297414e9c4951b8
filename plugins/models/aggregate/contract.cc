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

}  // namespace melgraph
