#include "tables.h"

#include <cmath>

namespace melgraph_frontends::cuda {
namespace {

constexpr double pi = 3.14159265358979323846;

// Registers bound the radix on a device: the larger ones of the plan are taken apart.
std::vector<int> small_radices(const std::vector<int>& radices) {
  std::vector<int> small;
  for (const int radix : radices) {
    switch (radix) {
      case 16: small.insert(small.end(), {4, 4}); break;
      case 15: small.insert(small.end(), {3, 5}); break;
      case 9: small.insert(small.end(), {3, 3}); break;
      default: small.push_back(radix);
    }
  }
  return small;
}

}  // namespace

Tables make_tables(const fast::Plan& plan) {
  Tables tables;
  for (std::int64_t k = 0; k < plan.fft.points; ++k) {
    const double angle = -2 * pi * static_cast<double>(k) / static_cast<double>(plan.fft.points);
    tables.twiddles.push_back(static_cast<float>(std::cos(angle)));
    tables.twiddles.push_back(static_cast<float>(std::sin(angle)));
  }
  std::int64_t weight = 0;
  for (const fast::Band& band : plan.bands) {
    for (const std::int64_t value : {band.first, band.count, weight}) {
      tables.band_ranges.push_back(static_cast<std::int32_t>(value));
    }
    weight += band.count;
  }
  return tables;
}

Program make_program(const fast::Plan& plan) {
  const auto small = [](std::int64_t value) { return static_cast<std::int32_t>(value); };
  Program program{};
  program.win_length = small(plan.win_length);
  program.hop_length = small(plan.hop_length);
  program.bins = small(plan.bins);
  program.packed = plan.packed ? 1 : 0;
  program.points = small(plan.fft.points);
  for (const int radix : small_radices(plan.fft.radices)) {
    program.radices[program.passes++] = radix;
  }
  program.remove_dc_offset = plan.remove_dc_offset ? 1 : 0;
  program.use_energy = plan.use_energy ? 1 : 0;
  program.preemphasis = plan.preemphasis;
  program.energy_factor = plan.energy_factor;
  program.energy_floor = plan.energy_floor;
  program.magnitude = plan.magnitude ? 1 : 0;
  program.bands = small(static_cast<std::int64_t>(plan.bands.size()));
  program.features = small(plan.features);
  program.spectrum_factor = plan.spectrum_factor;
  program.logarithm = plan.logarithm ? 1 : 0;
  program.has_range = plan.has_range ? 1 : 0;
  program.log_slope = plan.log_slope;
  program.log_offset = plan.log_offset;
  program.log_least = plan.log_least;
  program.log_factor = plan.log_factor;
  program.log_shift = plan.log_shift;
  program.range = plan.range;
  return program;
}

std::string why_not_fused(const Config& config) {
  if (std::string reason = fast::why_not_fast(config); !reason.empty()) return reason;
  Program program{};
  const std::int64_t n_fft = config.framing.n_fft;
  program.points = static_cast<std::int32_t>(n_fft % 2 == 0 ? n_fft / 2 : n_fft);
  if (frames_at_once(program) > 0) return {};
  return "n_fft " + std::to_string(n_fft) + " does not fit into the memory of a block of threads";
}

}  // namespace melgraph_frontends::cuda
