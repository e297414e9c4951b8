#pragma once

#include <cstdint>
#include <vector>

#include "../config.h"

namespace melgraph_frontends::fast {

/// Return whether the samples of an item must be changed before they are framed; `appended` zeros
/// come after them. A mere `scale` is part of the window function.
bool needs_preparation(const SampleConfig& samples, std::int64_t appended);

/// Quantize, remove the mean, append zeros and pre-emphasise one channel of an item.
void prepare(const SampleConfig& samples, const float* sound, std::int64_t count,
             std::int64_t appended, std::vector<float>& out);

}  // namespace melgraph_frontends::fast
