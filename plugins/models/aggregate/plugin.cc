#include "melgraph/plugin.h"

#include "models/aggregate/contract.h"
#include "models/aggregate/nodes.h"

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph;
  registrar.add({describe_aggregate_mean(), infer_aggregate, make_aggregate_mean, nullptr});
  registrar.add({describe_aggregate_max(), infer_aggregate, make_aggregate_max, nullptr});
  registrar.add({describe_aggregate_median(), infer_aggregate, make_aggregate_median, nullptr});
  registrar.add({describe_aggregate_linear_softmax(), infer_aggregate,
                 make_aggregate_linear_softmax, nullptr});
  registrar.add({describe_aggregate_attention(), infer_aggregate_attention,
                 make_aggregate_attention, nullptr});
}
