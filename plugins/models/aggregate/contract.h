#pragma once

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_aggregate_mean();
Descriptor describe_aggregate_max();
Descriptor describe_aggregate_median();
void infer_aggregate(InferContext& context);

}  // namespace melgraph
