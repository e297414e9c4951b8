#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

#include "melgraph/node.h"

namespace melgraph::combiners {

/// Return the members' tensors [item, class], float64, behind one another: [item, member, class].
at::Tensor stack_members(const ProcessContext& context);

/// Return, for each item, the share of the members whose best class (ties: the lower index) is that
/// of `combined` [item, class]; NaN where one of these numbers is. Members that `counts` says false
/// of are left out; empty: all count.
at::Tensor agreement(const ProcessContext& context, const at::Tensor& combined,
                     const std::vector<bool>& counts = {});

/// What a rule makes of the members.
struct Combined {
  at::Tensor scores;        ///< [item, class]
  at::Tensor contribution;  ///< [item, member, class]
};

/// A rule over members of the same classes; sets all outputs.
class Combiner : public Node {
 public:
  void process(ProcessContext& context) final;

 protected:
  /// Combine members [item, member, class], float64.
  virtual Combined combine(const at::Tensor& members) = 0;
  /// Return which members count for the agreement; empty: all.
  virtual std::vector<bool> counts() const { return {}; }
};

}  // namespace melgraph::combiners
