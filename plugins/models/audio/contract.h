#pragma once

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_vggish_pca();
void infer_vggish_pca(InferContext& context);

}  // namespace melgraph
