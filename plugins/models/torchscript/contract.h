#pragma once

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_torchscript();
void infer_torchscript(InferContext& context);

}  // namespace melgraph
