#pragma once

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_cnn();
void infer_cnn(InferContext& context);

}  // namespace melgraph
