#pragma once

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_combine_mean();
Descriptor describe_combine_geometric();
Descriptor describe_combine_weighted();
Descriptor describe_combine_vote();
Descriptor describe_combine_rank();
Descriptor describe_combine_max();
Descriptor describe_combine_stack();

void infer_combine(InferContext& context);
void infer_combine_weighted(InferContext& context);
void infer_combine_rank(InferContext& context);
void infer_combine_stack(InferContext& context);

}  // namespace melgraph
