#include "tables.h"

#include <algorithm>
#include <cstddef>

namespace melgraph_frontends::cuda {
namespace {

// As few passes as can be: each but the last writes and reads all points. The last holds two
// butterflies in its registers and has a smaller radix.
std::vector<int> choose_radices(std::int64_t points) {
  std::vector<int> radices;
  const auto add = [&radices](int radix, int count) {
    radices.insert(radices.end(), static_cast<std::size_t>(count), radix);
  };
  using fast::take_factor;
  const int threes = take_factor(points, 3);
  add(9, threes / 2);
  add(7, take_factor(points, 7));
  add(5, take_factor(points, 5));
  add(3, threes % 2);
  const int twos = take_factor(points, 2);
  const int passes = twos > 0 ? twos / 4 + 1 : 0;
  for (int p = 0; p < passes; ++p) add(1 << (twos / passes + (p < twos % passes ? 1 : 0)), 1);
  if (radices.size() == 1) radices.insert(radices.begin(), 1);
  return radices;
}

Pair twiddle(double part) {
  const std::complex<float> factor = fast::twiddle(part);
  return {factor.real(), factor.imag()};
}

void plan_passes(std::int64_t points, Program& program, std::vector<Pair>& twiddles) {
  std::int32_t done = 1;
  for (const int radix : choose_radices(points)) {
    Pass& pass = program.pass[program.passes++];
    pass.radix = radix;
    pass.done = done;
    pass.inverse = done == 1 ? 0 : static_cast<std::uint32_t>(((1ULL << 32) + done - 1) / done);
    pass.twiddles = static_cast<std::int32_t>(twiddles.size());
    for (int n = 1; n < radix; ++n) {
      for (int k = 0; k < done; ++k) {
        twiddles.push_back(twiddle(static_cast<double>(n) * k / (done * radix)));
      }
    }
    done *= radix;
  }
}

void place_window(const fast::Plan& plan, std::vector<Pair>& window) {
  window.resize(static_cast<std::size_t>(plan.fft.points));
  for (std::size_t n = 0; n < plan.window.size(); ++n) {
    Pair& pair = window[plan.packed ? n / 2 : n];
    (plan.packed && n % 2 == 1 ? pair.im : pair.re) = plan.window[n];
  }
}

void place_weights(const fast::Plan& plan, Tables& tables) {
  const float* from = plan.weights.data();
  for (std::size_t begin = 0; begin < plan.bands.size(); begin += weights_abreast) {
    const std::size_t end = std::min(begin + weights_abreast, plan.bands.size());
    const std::size_t base = tables.weights.size();
    for (std::size_t m = begin; m < end; ++m) {
      const fast::Band& band = plan.bands[m];
      const std::size_t first = base + (m - begin);
      const auto count = static_cast<std::size_t>(band.count);
      tables.weights.resize(std::max(tables.weights.size(), base + count * weights_abreast));
      for (std::size_t k = 0; k < count; ++k) tables.weights[first + k * weights_abreast] = *from++;
      tables.bands.push_back({static_cast<std::int32_t>(band.first),
                              static_cast<std::int32_t>(band.count),
                              static_cast<std::int32_t>(first), 0});
    }
  }
}

}  // namespace

Program make_program(const fast::Plan& plan, Tables& tables) {
  const auto small = [](std::int64_t value) { return static_cast<std::int32_t>(value); };
  Program program{};
  program.win_length = small(plan.win_length);
  program.hop_length = small(plan.hop_length);
  program.bins = small(plan.bins);
  program.packed = plan.packed ? 1 : 0;
  program.points = small(plan.fft.points);
  plan_passes(plan.fft.points, program, tables.twiddles);
  place_window(plan, tables.window);
  for (std::int64_t k = 0; plan.packed && k <= plan.fft.points / 2; ++k) {
    tables.turns.push_back(twiddle(static_cast<double>(k) / static_cast<double>(plan.n_fft)));
  }
  place_weights(plan, tables);
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
  const std::int64_t n_fft = config.framing.n_fft;
  const std::int64_t points = n_fft % 2 == 0 ? n_fft / 2 : n_fft;
  constexpr std::int64_t most = max_shared_bytes / 16;  // more than any that fits
  if (points < most && 4 * shared_floats(static_cast<int>(points)) <= max_shared_bytes) return {};
  return "n_fft " + std::to_string(n_fft) + " does not fit into the memory of a block of threads";
}

}  // namespace melgraph_frontends::cuda
