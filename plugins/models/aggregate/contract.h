#pragma once

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_aggregate_mean();
Descriptor describe_aggregate_max();
Descriptor describe_aggregate_median();
Descriptor describe_aggregate_linear_softmax();
Descriptor describe_aggregate_attention();
void infer_aggregate(InferContext& context);
void infer_aggregate_attention(InferContext& context);

}  // namespace melgraph
