#include "run/sinc_kernel.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <tuple>

#include "melgraph/error.h"

// Compiled with -ffp-contract=off, like all code whose bits must not depend on the processor.

namespace melgraph {

namespace {

constexpr double pi = 3.14159265358979323846;

// Factors between neighbouring terms of the two power series below.
struct SeriesFactors {
  double sine[13];    // 1 / (n (n - 1)), n = 3, 5, ... 25, from index 1
  double bessel[41];  // 1 / k^2, from index 1
};

constexpr SeriesFactors series_factors() {
  SeriesFactors factors{};
  for (int i = 1; i <= 12; ++i) factors.sine[i] = 1.0 / ((2 * i + 1) * (2 * i));
  for (int k = 1; k <= 40; ++k) factors.bessel[k] = 1.0 / (k * k);
  return factors;
}

constexpr SeriesFactors factors = series_factors();

// sin(pi x). The C library picks its sine by processor and does not promise equal bits.
double sin_pi(double x) {
  const double nearest = std::nearbyint(x);
  const double angle = (x - nearest) * pi;  // |angle| <= pi / 2
  const double square = angle * angle;
  double sum = 1.0;
  for (int i = 12; i >= 1; --i) sum = 1.0 - sum * (square * factors.sine[i]);
  const bool odd = static_cast<std::int64_t>(nearest) % 2 != 0;
  return odd ? -angle * sum : angle * sum;
}

// Modified Bessel function of order 0, for the square of an argument up to 15.
double bessel_i0_of_square(double square) {
  const double quarter = square / 4.0;
  double sum = 1.0;
  for (int k = 40; k >= 1; --k) sum = 1.0 + sum * (quarter * factors.bessel[k]);
  return sum;
}

// The window at `relative` = -1 ... 1 of its half width.
double window_at(const SincDesign& design, double relative, double i0_beta) {
  if (design.window == SincWindow::hann) {
    const double cosine = sin_pi(0.5 * relative + 0.5);
    return cosine * cosine;
  }
  const double square = design.beta * design.beta * (1.0 - relative * relative);
  return bessel_i0_of_square(square) / i0_beta;
}

// The taps of each phase of one period.
struct Phases {
  std::vector<std::int64_t> first;         // input index of the first tap
  std::vector<std::vector<float>> values;  // taps
};

Phases compute_phases(const SincDesign& design, std::int64_t down, std::int64_t up) {
  const double base = static_cast<double>(std::min(down, up)) * design.rolloff;
  const double zero_crossing_of_offset = base / (static_cast<double>(down) * up);
  const double half_width = design.zero_crossings * static_cast<double>(down) / base;
  const double scale = base / static_cast<double>(down);
  const double i0_beta = bessel_i0_of_square(design.beta * design.beta);

  // Position of input `index` from output `phase`, in zero crossings of the sinc.
  const auto position = [&](std::int64_t index, std::int64_t phase) {
    return static_cast<double>(index * up - phase * down) * zero_crossing_of_offset;
  };

  Phases phases;
  phases.first.reserve(static_cast<std::size_t>(up));
  phases.values.reserve(static_cast<std::size_t>(up));
  for (std::int64_t phase = 0; phase < up; ++phase) {
    const double centre = static_cast<double>(phase * down) / static_cast<double>(up);
    auto first = static_cast<std::int64_t>(std::floor(centre - half_width));
    while (position(first, phase) <= -design.zero_crossings) ++first;
    auto last = static_cast<std::int64_t>(std::ceil(centre + half_width));
    while (position(last, phase) >= design.zero_crossings) --last;
    phases.first.push_back(first);
    std::vector<float>& values = phases.values.emplace_back();
    values.reserve(static_cast<std::size_t>(last - first + 1));
    for (std::int64_t index = first; index <= last; ++index) {
      const double t = position(index, phase);
      const double sinc = t == 0.0 ? 1.0 : sin_pi(t) / (pi * t);
      const double window = window_at(design, t / design.zero_crossings, i0_beta);
      values.push_back(static_cast<float>(sinc * window * scale));
    }
  }
  return phases;
}

// Periods that are taken as one, so that a tile is full of phases even where `up` is small.
std::int64_t joined_periods(std::int64_t up) {
  constexpr auto phases = static_cast<std::int64_t>(filter_phases);
  return up >= phases ? 1 : (phases + up - 1) / up;
}

std::shared_ptr<const SincKernel> build(const SincDesign& design, std::int64_t down,
                                        std::int64_t up) {
  const Phases phases = compute_phases(design, down, up);
  const std::int64_t periods = joined_periods(up);
  auto kernel = std::make_shared<SincKernel>();
  kernel->down = down * periods;
  kernel->up = up * periods;
  const auto count = static_cast<std::size_t>(kernel->up);
  const auto first = [&](std::size_t phase) {
    const auto own = static_cast<std::int64_t>(phase);
    return phases.first[static_cast<std::size_t>(own % up)] + own / up * down;
  };
  const auto values = [&](std::size_t phase) -> const std::vector<float>& {
    return phases.values[phase % static_cast<std::size_t>(up)];
  };
  for (std::size_t phase = 0; phase < count; ++phase) {
    kernel->last.push_back(first(phase) + static_cast<std::int64_t>(values(phase).size()) - 1);
  }
  for (std::size_t begin = 0; begin < count; begin += filter_phases) {
    PhaseTile& tile = kernel->tiles.emplace_back();
    tile.phases = std::min(filter_phases, count - begin);
    tile.first_row = first(begin);
    tile.rows =
        static_cast<std::size_t>(kernel->last[begin + tile.phases - 1] + 1 - tile.first_row);
    tile.coefficients = kernel->coefficients.size();
    kernel->coefficients.resize(tile.coefficients + tile.rows * filter_phases, 0.0F);
    for (std::size_t i = 0; i < tile.phases; ++i) {
      const auto row = static_cast<std::size_t>(first(begin + i) - tile.first_row);
      const std::vector<float>& taps = values(begin + i);
      PhaseTile::Group& group = tile.groups[i / filter_group];
      if (i % filter_group == 0) group.first = row;
      group.rows = row + taps.size() - group.first;
      float* const to = kernel->coefficients.data() + tile.coefficients + row * filter_phases + i;
      for (std::size_t tap = 0; tap < taps.size(); ++tap) to[tap * filter_phases] = taps[tap];
    }
  }
  return kernel;
}

void check_size(const SincDesign& design, int from, int to, std::int64_t down, std::int64_t up) {
  // Upper bound of `build`'s rows of a tile: the window, its ends, the shift of the later phases.
  const double ratio = static_cast<double>(down) / static_cast<double>(up);
  const double rows = 2.0 * design.zero_crossings * std::max(1.0, ratio) / design.rolloff + 2 +
                      filter_phases * ratio;
  const double phases = static_cast<double>(up * joined_periods(up)) + filter_phases;
  if (rows * phases * sizeof(float) <= static_cast<double>(max_sinc_kernel_bytes)) return;
  throw Error(ErrorCode::input,
              "cannot convert " + std::to_string(from) + " Hz to " + std::to_string(to) +
                  " Hz with '" + std::string(design.name) +
                  "': the ratio is so uneven that its filter would take more than 64 MB",
              "use the resampler 'soxr-hq', or a rate with a larger common divisor");
}

// Kernels in use are found here as long as anybody uses them; the most recent small ones are also
// kept between files, which mostly come one after the other at the same rate.
class KernelCache {
 public:
  std::shared_ptr<const SincKernel> get(const SincDesign& design, std::int64_t down,
                                        std::int64_t up) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::weak_ptr<const SincKernel>& known = known_[{design.name, down, up}];
    std::shared_ptr<const SincKernel> kernel = known.lock();
    if (!kernel) {
      kernel = build(design, down, up);
      known = kernel;
    }
    keep(kernel);
    forget_unused();
    return kernel;
  }

 private:
  static constexpr std::size_t kept_kernels = 8;
  static constexpr std::size_t kept_floats = std::size_t{512} << 10;  // 2 MB a kernel

  void keep(const std::shared_ptr<const SincKernel>& kernel) {
    if (kernel->coefficients.size() > kept_floats) return;
    kept_.remove(kernel);
    kept_.push_front(kernel);
    if (kept_.size() > kept_kernels) kept_.pop_back();
  }

  void forget_unused() {
    for (auto it = known_.begin(); it != known_.end();) {
      it = it->second.expired() ? known_.erase(it) : std::next(it);
    }
  }

  std::mutex mutex_;
  std::map<std::tuple<std::string_view, std::int64_t, std::int64_t>,
           std::weak_ptr<const SincKernel>>
      known_;
  std::list<std::shared_ptr<const SincKernel>> kept_;
};

}  // namespace

const std::vector<SincDesign>& sinc_designs() {
  static const std::vector<SincDesign> designs{
      {"sinc-hann-6", SincWindow::hann, 6.0, 0.99, 0.0},
      {"kaiser-best", SincWindow::kaiser, 64.0, 0.9475937167399596, 14.769656459379492},
      {"kaiser-best-r3", SincWindow::kaiser, 50.0 * 0.9173473712608761, 0.9173473712608761,
       12.984585247040016},
      {"kaiser-fast", SincWindow::kaiser, 16.0, 0.85, 8.555504641634386},
  };
  return designs;
}

double kaiser_window(double beta, double relative) {
  return bessel_i0_of_square(beta * beta * (1.0 - relative * relative)) /
         bessel_i0_of_square(beta * beta);
}

double stop_band_edge(const SincDesign& design) {
  // The first zero of the Kaiser window's transform lies at sqrt(beta^2 + pi^2) / half width.
  const double widening =
      std::sqrt(design.beta * design.beta + pi * pi) / (pi * design.zero_crossings);
  return 0.5 * design.rolloff * (1.0 + widening);
}

int halvings(const SincDesign& design, int from, int to) {
  constexpr double deep_enough = 12.0;      // beta: 117 dB
  constexpr double least_transition = 0.1;  // of the rate to be halved
  constexpr int most = 8;
  if (design.beta < deep_enough) return 0;
  const double edge = stop_band_edge(design) * to;
  double rate = from;
  int count = 0;
  for (; count < most && rate / 2.0 - 2.0 * edge >= least_transition * rate; ++count) rate /= 2.0;
  return count;
}

std::shared_ptr<const SincKernel> sinc_kernel(const SincDesign& design, int from, int to,
                                              int halved) {
  const std::int64_t faster = std::int64_t{to} << halved;
  const std::int64_t divisor = std::gcd<std::int64_t>(from, faster);
  const std::int64_t down = from / divisor;
  const std::int64_t up = faster / divisor;
  check_size(design, from, to, down, up);
  static KernelCache cache;
  return cache.get(design, down, up);
}

}  // namespace melgraph
