#pragma once

#include "melgraph/contract.h"

namespace melgraph_frontends {

melgraph::Descriptor describe_stft();
melgraph::Descriptor describe_mel();
melgraph::Descriptor describe_mfcc();
melgraph::Descriptor describe_delta();

void infer_stft(melgraph::InferContext& context);
void infer_mel(melgraph::InferContext& context);
void infer_mfcc(melgraph::InferContext& context);
void infer_delta(melgraph::InferContext& context);

}  // namespace melgraph_frontends
