#pragma once

#include "melgraph/contract.h"

// Descriptions and shape inference of the sinks; without LibTorch.

namespace melgraph::sinks {

Descriptor describe_csv();
Descriptor describe_json();
Descriptor describe_labels();

/// Check the input of any of the three sinks: items with at most one further axis.
void infer_record_sink(InferContext& context);

}  // namespace melgraph::sinks
