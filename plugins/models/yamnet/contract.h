#pragma once

#include "melgraph/contract.h"

namespace melgraph {

/// Size of the only input that YAMNet takes.
inline constexpr std::int64_t yamnet_time = 96;
inline constexpr std::int64_t yamnet_mel = 64;
inline constexpr std::int64_t yamnet_embedding = 1024;

Descriptor describe_yamnet();
void infer_yamnet(InferContext& context);

}  // namespace melgraph
