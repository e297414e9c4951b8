#pragma once

#include <vector>

#include "melgraph/descriptor.h"

// The parts that `param_table.cc` puts together.

namespace melgraph_frontends {

using Table = std::vector<melgraph::ParamSpec>;

// Longest transform and hop, most frames and bands: bound the memory that a graph can ask for.
inline constexpr double max_samples = 65536;
inline constexpr double max_frames = 100000;
inline constexpr double max_bands = 4096;
inline constexpr double max_item_samples = 1e8;

void add_mel(Table& table);
void add_log(Table& table);
void add_cepstrum(Table& table);
void add_image(Table& table);
void add_patches(Table& table);

}  // namespace melgraph_frontends
