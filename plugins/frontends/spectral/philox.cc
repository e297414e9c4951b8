#include "philox.h"

#include <cmath>

namespace melgraph_frontends {
namespace {

constexpr double two_pi = 6.283185307179586476925286766559;

std::uint32_t low(std::uint64_t word) {
  return static_cast<std::uint32_t>(word);
}
std::uint32_t high(std::uint64_t word) {
  return static_cast<std::uint32_t>(word >> 32);
}

// 53 bits of two words, in [0, 1).
double uniform(std::uint32_t upper, std::uint32_t lower) {
  const std::uint64_t bits = (std::uint64_t{upper} << 32 | lower) >> 11;
  return static_cast<double>(bits) / 9007199254740992.0;
}

}  // namespace

Words philox(Words counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t even = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t odd = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {high(odd) ^ counter[1] ^ key[0], low(odd), high(even) ^ counter[3] ^ key[1],
               low(even)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

double dither_noise(std::int64_t seed, std::int64_t frame, std::int64_t sample) {
  const auto place = static_cast<std::uint64_t>(frame);
  const auto chosen = static_cast<std::uint64_t>(seed);
  const Words words = philox({low(place), high(place), low(static_cast<std::uint64_t>(sample)), 0},
                             {low(chosen), high(chosen)});
  // 1 - u is above 0, as the logarithm needs.
  const double radius = std::sqrt(-2 * std::log(1 - uniform(words[0], words[1])));
  return radius * std::cos(two_pi * uniform(words[2], words[3]));
}

}  // namespace melgraph_frontends
