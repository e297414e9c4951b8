#include <algorithm>
#include <cmath>
#include <list>
#include <map>
#include <mutex>
#include <numeric>
#include <string>
#include <utility>

#include "melgraph/error.h"
#include "run/kaiser_resampler.h"

// Compiled with -ffp-contract=off, like all code whose bits must not depend on the processor.

namespace melgraph {

namespace {

constexpr double zero_crossings = 64.0;
constexpr double rolloff = 0.9475937167399596;
constexpr double beta = 14.769656459379492;
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

// Modified Bessel function of order 0, for the square of an argument up to `beta`.
double bessel_i0_of_square(double square) {
  const double quarter = square / 4.0;
  double sum = 1.0;
  for (int k = 40; k >= 1; --k) sum = 1.0 + sum * (quarter * factors.bessel[k]);
  return sum;
}

std::shared_ptr<const KaiserKernel> build(std::int64_t down, std::int64_t up) {
  auto kernel = std::make_shared<KaiserKernel>();
  kernel->down = down;
  kernel->up = up;
  const double base = static_cast<double>(std::min(down, up)) * rolloff;
  const double zero_crossing_of_offset = base / (static_cast<double>(down) * up);
  const double half_width = zero_crossings * static_cast<double>(down) / base;
  const double scale = base / static_cast<double>(down);
  const double i0_beta = bessel_i0_of_square(beta * beta);

  // Position of input `index` from output `phase`, in zero crossings of the sinc.
  const auto position = [&](std::int64_t index, std::int64_t phase) {
    return static_cast<double>(index * up - phase * down) * zero_crossing_of_offset;
  };

  std::vector<std::int64_t> counts(static_cast<std::size_t>(up));
  kernel->first.resize(static_cast<std::size_t>(up));
  for (std::int64_t phase = 0; phase < up; ++phase) {
    const double centre = static_cast<double>(phase * down) / static_cast<double>(up);
    auto first = static_cast<std::int64_t>(std::floor(centre - half_width));
    while (position(first, phase) <= -zero_crossings) ++first;
    auto last = static_cast<std::int64_t>(std::ceil(centre + half_width));
    while (position(last, phase) >= zero_crossings) --last;
    kernel->first[static_cast<std::size_t>(phase)] = first;
    counts[static_cast<std::size_t>(phase)] = last - first + 1;
  }
  const auto longest = static_cast<std::size_t>(*std::max_element(counts.begin(), counts.end()));
  kernel->taps = (longest + dot_block - 1) / dot_block * dot_block;
  kernel->coefficients.assign(static_cast<std::size_t>(up) * kernel->taps, 0.0F);

  for (std::int64_t phase = 0; phase < up; ++phase) {
    const auto row = static_cast<std::size_t>(phase);
    for (std::int64_t tap = 0; tap < counts[row]; ++tap) {
      const double t = position(kernel->first[row] + tap, phase);
      const double sinc = t == 0.0 ? 1.0 : sin_pi(t) / (pi * t);
      const double relative = t / zero_crossings;
      const double window =
          bessel_i0_of_square(beta * beta * (1.0 - relative * relative)) / i0_beta;
      kernel->coefficients[row * kernel->taps + static_cast<std::size_t>(tap)] =
          static_cast<float>(sinc * window * scale);
    }
  }
  return kernel;
}

void check_size(int from, int to, double down, double up) {
  // Upper bound of `build`'s taps a phase: the whole window, its ends, and the rounding up.
  const double taps = 2.0 * zero_crossings * std::max(1.0, down / up) / rolloff + 1 + dot_block;
  if (taps * up * sizeof(float) <= static_cast<double>(max_kaiser_kernel_bytes)) return;
  throw Error(ErrorCode::input,
              "cannot convert " + std::to_string(from) + " Hz to " + std::to_string(to) +
                  " Hz with 'kaiser-best': the ratio is so uneven that its filter would take more "
                  "than 64 MB",
              "use the resampler 'soxr-hq', or a rate with a larger common divisor");
}

// Kernels in use are found here as long as anybody uses them; the most recent small ones are also
// kept between files, which mostly come one after the other at the same rate.
class KernelCache {
 public:
  std::shared_ptr<const KaiserKernel> get(std::int64_t down, std::int64_t up) {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::weak_ptr<const KaiserKernel>& known = known_[{down, up}];
    std::shared_ptr<const KaiserKernel> kernel = known.lock();
    if (!kernel) {
      kernel = build(down, up);
      known = kernel;
    }
    keep(kernel);
    forget_unused();
    return kernel;
  }

 private:
  static constexpr std::size_t kept_kernels = 8;
  static constexpr std::size_t kept_floats = std::size_t{512} << 10;  // 2 MB a kernel

  void keep(const std::shared_ptr<const KaiserKernel>& kernel) {
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
  std::map<std::pair<std::int64_t, std::int64_t>, std::weak_ptr<const KaiserKernel>> known_;
  std::list<std::shared_ptr<const KaiserKernel>> kept_;
};

}  // namespace

std::shared_ptr<const KaiserKernel> kaiser_kernel(int from, int to) {
  const int divisor = std::gcd(from, to);
  const std::int64_t down = from / divisor;
  const std::int64_t up = to / divisor;
  check_size(from, to, static_cast<double>(down), static_cast<double>(up));
  static KernelCache cache;
  return cache.get(down, up);
}

}  // namespace melgraph
