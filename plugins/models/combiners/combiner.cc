#include "models/combiners/combiner.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <limits>

namespace melgraph::combiners {

at::Tensor stack_members(const ProcessContext& context) {
  std::vector<at::Tensor> members;
  for (std::size_t i = 0; i < context.input_count("scores"); ++i) {
    members.push_back(context.input("scores", i).to(at::kDouble));
  }
  return at::stack(members, 1);
}

at::Tensor agreement(const ProcessContext& context, const at::Tensor& combined,
                     const std::vector<bool>& counts) {
  const at::Tensor best = combined.argmax(1);
  at::Tensor broken = combined.isnan().any(1);
  at::Tensor agreeing = at::zeros_like(best, at::kFloat);
  int members = 0;
  for (std::size_t i = 0; i < context.input_count("scores"); ++i) {
    if (!counts.empty() && !counts[i]) continue;
    const at::Tensor& member = context.input("scores", i);
    agreeing.add_(member.argmax(1).eq(best));
    broken.logical_or_(member.isnan().any(1));
    ++members;
  }
  return agreeing.div_(members).masked_fill_(broken, std::numeric_limits<double>::quiet_NaN());
}

void Combiner::process(ProcessContext& context) {
  Combined combined = combine(stack_members(context));
  context.set_output("agreement", agreement(context, combined.scores, counts()));
  context.set_output("scores", combined.scores.to(at::kFloat));
  context.set_output("contribution", combined.contribution.to(at::kFloat));
}

}  // namespace melgraph::combiners
