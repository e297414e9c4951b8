#pragma once

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_post_mean();
Descriptor describe_post_threshold();
Descriptor describe_post_top_k();
void infer_post_mean(InferContext& context);
void infer_post_threshold(InferContext& context);
void infer_post_top_k(InferContext& context);

}  // namespace melgraph
