#pragma once

#include "melgraph/contract.h"

namespace melgraph {

Descriptor describe_torchscript();
Descriptor describe_aoti();

/// Say the outputs of a network that is code: its file is not opened for that.
void infer_foreign(InferContext& context);

}  // namespace melgraph
