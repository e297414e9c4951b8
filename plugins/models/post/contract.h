#pragma once

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_post_mean();
Descriptor describe_post_threshold();
Descriptor describe_post_top_k();
Descriptor describe_post_labels();
Descriptor describe_post_temperature();
Descriptor describe_post_events();
void infer_post_mean(InferContext& context);
void infer_post_threshold(InferContext& context);
void infer_post_top_k(InferContext& context);
void infer_post_labels(InferContext& context);
void infer_post_temperature(InferContext& context);
void infer_post_events(InferContext& context);

}  // namespace melgraph
