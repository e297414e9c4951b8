#include "models/combiners/contract_common.h"

#include <utility>

namespace melgraph::combiners {

Descriptor describe(const Description& of) {
  Descriptor d;
  d.id = of.id;
  d.summary = of.summary;
  d.description = of.text +
                  " Members of different views are brought to the windows of the first before. "
                  "`agreement` is NaN where a score of the item is.";
  d.references = {
      "J. Kittler et al., On Combining Classifiers, IEEE TPAMI 20(3), 1998, "
      "https://doi.org/10.1109/34.667881"};
  InputPort members;
  members.name = "scores";
  members.doc = "The members, one edge each";
  members.kinds = of.kinds;
  members.axes = {"window|clip", "class"};
  members.variadic = true;
  d.inputs = {members};
  d.outputs = {{"scores", "One number a class"},
               {"agreement",
                "One number an item: the share of the members whose best class is that of the "
                "result (ties: the lower index)"},
               {"contribution", "[item, member, class]: " + of.contribution}};
  return d;
}

void check_items(InferContext& context) {
  const std::string& wanted = context.input("scores").axes.front().name;
  for (std::size_t i = 1; i < context.input_count("scores"); ++i) {
    const std::string& given = context.input("scores", i).axes.front().name;
    if (given == wanted) continue;
    context.report_input(
        "scores", i,
        "member " + std::to_string(i) + " gives one item a " + given + ", member 0 one a " + wanted,
        "combine before, or after, all members are aggregated");
  }
}

void set_member_outputs(InferContext& context, const PortSpec& scores, bool agreement) {
  const Axis& items = scores.axes.front();
  PortSpec values;
  values.kind = Kind::values;
  values.axes = {items};
  if (agreement) context.set_output("agreement", values);
  values.axes = {
      items, {"member", static_cast<std::int64_t>(context.input_count("scores"))}, scores.axes[1]};
  context.set_output("contribution", std::move(values));
}

bool has_classes_of(const PortSpec& member, const PortSpec& result) {
  if (member.size_of("class") != result.size_of("class")) return false;
  return !member.labels || !result.labels || *member.labels == *result.labels;
}

bool is_real(const WeightsHeader::Tensor& tensor) {
  const std::string& type = tensor.dtype;
  return type == "F64" || type == "F32" || type == "F16" || type == "BF16";
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "]";
}

}  // namespace melgraph::combiners
