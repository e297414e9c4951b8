#pragma once

#include <array>
#include <cstdint>

namespace melgraph_frontends {

using Words = std::array<std::uint32_t, 4>;

/// Compute the block of the counter-based generator Philox4x32-10 (Salmon et al.: Parallel random
/// numbers: as easy as 1, 2, 3, SC 2011).
Words philox(Words counter, std::array<std::uint32_t, 2> key);

/// Compute the number of the standard normal distribution that belongs to sample `sample` of frame
/// `frame`: Box and Muller's cosine of two uniform numbers of 53 bits from one block.
double dither_noise(std::int64_t seed, std::int64_t frame, std::int64_t sample);

}  // namespace melgraph_frontends
