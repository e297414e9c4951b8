#pragma once

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_combine_mean();
Descriptor describe_combine_weighted();
Descriptor describe_combine_vote();
Descriptor describe_combine_max();

void infer_combine(InferContext& context);
void infer_combine_weighted(InferContext& context);

}  // namespace melgraph
