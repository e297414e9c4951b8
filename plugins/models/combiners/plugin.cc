#include "melgraph/plugin.h"

#include "models/combiners/contract.h"
#include "models/combiners/nodes.h"

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph;
  registrar.add({describe_combine_mean(), infer_combine, make_combine_mean, nullptr});
  registrar.add({describe_combine_geometric(), infer_combine, make_combine_geometric, nullptr});
  registrar.add(
      {describe_combine_weighted(), infer_combine_weighted, make_combine_weighted, nullptr});
  registrar.add({describe_combine_vote(), infer_combine, make_combine_vote, nullptr});
  registrar.add({describe_combine_rank(), infer_combine_rank, make_combine_rank, nullptr});
  registrar.add({describe_combine_max(), infer_combine, make_combine_max, nullptr});
  registrar.add({describe_combine_stack(), infer_combine_stack, make_combine_stack, nullptr});
}
