#include "melgraph/testing/signals.h"

#include <cmath>
#include <cstdlib>
#include <system_error>

namespace melgraph::testing {
namespace {

constexpr double two_pi = 6.283185307179586476925286766559;

}  // namespace

std::vector<double> lcg(std::size_t size, std::uint32_t seed) {
  std::vector<double> numbers(size);
  std::uint32_t state = seed;
  for (double& number : numbers) {
    state = 1664525u * state + 1013904223u;
    number = 2.0 * state / 4294967296.0 - 1.0;
  }
  return numbers;
}

std::vector<double> mix(int sample_rate, std::size_t size, std::uint32_t seed) {
  std::vector<double> samples = lcg(size, seed);
  const double rate = sample_rate;
  const double duration = static_cast<double>(size) / rate;
  for (std::size_t i = 0; i < size; ++i) {
    if (i < size / 10) {
      samples[i] = 0;
      continue;
    }
    const double t = static_cast<double>(i) / rate;
    samples[i] = 0.3 * std::sin(two_pi * 440 * t) + 0.1 * std::sin(two_pi * 3000 * t) +
                 0.2 * std::sin(two_pi * (50 * t + (0.45 * rate - 50) * t * t / (2 * duration))) +
                 0.01 * samples[i];
  }
  return samples;
}

std::vector<double> sine1k(int sample_rate) {
  std::vector<double> samples(3 * static_cast<std::size_t>(sample_rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    samples[i] = std::sin(two_pi * 1000 * (static_cast<double>(i) / sample_rate));
  }
  return samples;
}

std::filesystem::path shared_folder(const std::filesystem::path& source_folder) {
  std::error_code ignored;
  if (const char* named = std::getenv("MELGRAPH_SHARED"); named != nullptr && *named != 0) {
    return std::filesystem::is_directory(named, ignored) ? std::filesystem::path(named)
                                                         : std::filesystem::path();
  }
  if (source_folder.empty()) return {};
  for (const auto& folder : {source_folder / "shared", source_folder.parent_path() / "shared"}) {
    if (std::filesystem::is_directory(folder, ignored)) return folder;
  }
  return {};
}

}  // namespace melgraph::testing
