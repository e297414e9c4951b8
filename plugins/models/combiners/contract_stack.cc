#include <string>
#include <utility>
#include <vector>

#include "models/combiners/contract.h"
#include "models/combiners/contract_common.h"

namespace melgraph {
namespace {

/// Sum up the classes of the members, as a text too: `10 + 12 = 22`.
struct Width {
  std::int64_t classes = 0;  ///< `unknown_size` where that of a member is
  std::string text;
};

Width members_width(const InferContext& context) {
  Width width;
  const std::size_t members = context.input_count("scores");
  for (std::size_t i = 0; i < members; ++i) {
    const std::int64_t size = context.input("scores", i).size_of("class");
    if (size == unknown_size) return {unknown_size, {}};
    width.classes += size;
    width.text += (i == 0 ? "" : " + ") + std::to_string(size);
  }
  if (members > 1) width.text += " = " + std::to_string(width.classes);
  return width;
}

/// Return the number of classes that the weights give, `unknown_size` after a finding.
std::int64_t check_weights(InferContext& context) {
  const WeightsHeader* header = context.weights("weights");
  if (header == nullptr) return unknown_size;
  const char* hint =
      "the file holds `weight` [class, classes of all members] and `bias` [class], as a "
      "torch.nn.Linear does";
  for (const auto& [name, rank] : {std::pair{"weight", 2u}, {"bias", 1u}}) {
    const auto found = header->tensors.find(name);
    if (found != header->tensors.end() && combiners::is_real(found->second) &&
        found->second.shape.size() == rank && found->second.shape.front() > 0) {
      continue;
    }
    const std::string what =
        found == header->tensors.end()
            ? ""
            : ", but " + found->second.dtype + " " + combiners::shape_text(found->second.shape);
    context.report_param("weights",
                         std::string("the file has no tensor `") + name + "` of real numbers and " +
                             "rank " + std::to_string(rank) + what,
                         hint);
    return unknown_size;
  }
  for (const auto& [name, tensor] : header->tensors) {
    if (name == "weight" || name == "bias") continue;
    context.report_param("weights", "the file has a tensor `" + name + "` that nothing takes",
                         hint);
    return unknown_size;
  }
  const std::vector<std::int64_t>& weight = header->tensors.find("weight")->second.shape;
  const std::int64_t bias = header->tensors.find("bias")->second.shape.front();
  if (bias != weight[0]) {
    context.report_param(
        "weights",
        "`weight` gives " + std::to_string(weight[0]) + " classes, `bias` " + std::to_string(bias),
        hint);
    return unknown_size;
  }
  const Width width = members_width(context);
  if (width.classes != unknown_size && width.classes != weight[1]) {
    context.report_param(
        "weights",
        "`weight` takes " + std::to_string(weight[1]) + " numbers, the members give " + width.text,
        "wire the members that it was trained with, in their order");
    return unknown_size;
  }
  return weight[0];
}

/// Return the names that all members have, if these are `classes`.
Labels members_labels(const InferContext& context, std::int64_t classes) {
  const Labels& first = context.input("scores").labels;
  if (!first || static_cast<std::int64_t>(first->size()) != classes) return nullptr;
  for (std::size_t i = 1; i < context.input_count("scores"); ++i) {
    const Labels& labels = context.input("scores", i).labels;
    if (!labels || *labels != *first) return nullptr;
  }
  return first;
}

}  // namespace

Descriptor describe_combine_stack() {
  Descriptor d = combiners::describe(
      {"combiner.stack",
       "Linear layer over the scores or logits of all members (stacking)",
       "Puts the numbers of all members behind one another and gives activation(W x + b): a "
       "trained combination. Members may have different classes.",
       "W_m x_m of the member, before bias and activation",
       {Kind::scores, Kind::logits}});
  d.references.push_back(
      "D. H. Wolpert, Stacked Generalization, Neural Networks 5(2), 1992, "
      "https://doi.org/10.1016/S0893-6080(05)80023-1");
  d.outputs[0].doc = "One number a class: scores; logits where `activation` is `none`";
  d.outputs[1].optional = true;
  d.outputs[1].doc += "; only where all members have the classes of the result";
  d.params = {
      ParamSpec::file("weights",
                      "Weights as safetensors: `weight` [class, classes of all members] and `bias` "
                      "[class]")
          .is_required(),
      ParamSpec::labels("labels",
                        "Class names, one a class; null: those in the metadata of the weights, "
                        "else those of the members, where all have the same")
          .or_null(),
      ParamSpec::string("activation", "What is done to the linear layer's output")
          .one_of({"softmax", "sigmoid", "none"})
          .otherwise("softmax")};
  return d;
}

void infer_combine_stack(InferContext& context) {
  combiners::check_items(context);
  PortSpec spec;
  spec.kind = context.params().string("activation") == "none" ? Kind::logits : Kind::scores;
  const std::int64_t classes = check_weights(context);
  spec.axes = {{context.input("scores").axes.front().name}, {"class", classes}};
  spec.labels = context.labels("labels", "weights");
  if (!spec.labels) spec.labels = members_labels(context, classes);
  if (classes != unknown_size && spec.labels &&
      static_cast<std::int64_t>(spec.labels->size()) != classes) {
    context.report_param("labels",
                         "there are " + std::to_string(spec.labels->size()) + " labels for " +
                             std::to_string(classes) + " classes",
                         "name each class that the weights give, in their order");
  }
  bool comparable = true;
  for (std::size_t i = 0; i < context.input_count("scores"); ++i) {
    comparable = comparable && combiners::has_classes_of(context.input("scores", i), spec);
  }
  combiners::set_member_outputs(context, spec, comparable);
  context.set_output("scores", std::move(spec));
}

}  // namespace melgraph
