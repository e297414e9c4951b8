#pragma once

#include <vector>

#include "melgraph/descriptor.h"

// Named parameter sets of published front ends. A preset never changes its numbers without
// counting its version up.

namespace melgraph_frontends {

std::vector<melgraph::Preset> mel_presets();
std::vector<melgraph::Preset> mfcc_presets();

}  // namespace melgraph_frontends
