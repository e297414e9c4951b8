#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace melgraph::testing {

/// Make `size` numbers in [-1, 1] with the generator x = (1664525 x + 1013904223) mod 2^32,
/// u = 2 x / (2^32 - 1) - 1; the first number comes after the first step from `seed`.
std::vector<double> lcg(std::size_t size, std::uint32_t seed = 1);

/// Make the test mix of tones, a sweep and noise: 0.3 sin 2pi 440 t + 0.1 sin 2pi 3000 t +
/// 0.2 sin 2pi (50 t + (0.45 sample_rate - 50) t^2 / (2 T)) + 0.01 `lcg`, T = size / sample_rate;
/// the first tenth is digital silence.
std::vector<double> mix(int sample_rate, std::size_t size, std::uint32_t seed = 1);

/// Make VGGish's smoke-test signal: three seconds of a sine of 1 kHz and amplitude 1.
std::vector<double> sine1k(int sample_rate = 16000);

/// Find the folder with shared weights and data sets: `$MELGRAPH_SHARED`, else `shared` in or
/// beside `source_folder`. Empty where there is none; tests then skip.
std::filesystem::path shared_folder(const std::filesystem::path& source_folder);

}  // namespace melgraph::testing
