#include "fft_plan.h"

#include <cmath>
#include <cstddef>

namespace melgraph_frontends::fast {
namespace {

constexpr double pi = 3.14159265358979323846;

// Measured with 8 and with 16 lanes. A pass of 8 points does most arithmetic for what it loads and
// stores; one of 16 needs more registers than there are. The largest come first, where the zeros
// after a short window save most, and a small one last, where bins are unpacked as well.
std::vector<int> choose_radices(std::int64_t points) {
  std::int64_t rest = points;
  const int twos = take_factor(rest, 2);
  int threes = take_factor(rest, 3);
  int fives = take_factor(rest, 5);
  const int sevens = take_factor(rest, 7);
  std::vector<int> radices;
  const auto add = [&radices](int radix, int count) {
    radices.insert(radices.end(), count, radix);
  };
  const int fours = twos % 3 == 2 ? 1 : twos % 3 == 1 && twos >= 4 ? 2 : 0;
  const int pair = threes % 2 == 1 && fives % 2 == 1 ? 1 : 0;
  add(15, pair);
  threes -= pair;
  fives -= pair;
  add(9, threes / 2);
  add(8, (twos - 2 * fours) / 3);
  add(5, fives);
  add(7, sevens);
  add(4, fours);
  add(3, threes % 2);
  add(2, twos == 1 ? 1 : 0);
  if (radices.empty()) radices.push_back(1);
  // The last pass unpacks bins as well: of 9 and 15 points that is too much code.
  if (radices.back() == 9 || radices.back() == 15) {
    radices.back() /= 3;
    radices.push_back(3);
  }
  return radices;
}

}  // namespace

int take_factor(std::int64_t& rest, int prime) {
  int count = 0;
  for (; rest % prime == 0; rest /= prime) ++count;
  return count;
}

bool has_fft(std::int64_t points) {
  if (points < 2) return false;
  for (const int prime : {2, 3, 5, 7}) take_factor(points, prime);
  return points == 1;
}

FftPlan plan_fft(std::int64_t points) {
  FftPlan plan;
  plan.points = points;
  plan.radices = choose_radices(points);
  std::int64_t span = 1;
  for (const int radix : plan.radices) {
    plan.spans.push_back(span);
    plan.offsets.push_back(plan.twiddles.size());
    const double turn = -2 * pi / (static_cast<double>(span) * radix);
    for (std::int64_t j = 0; j < span; ++j) {
      for (int q = 1; q < radix; ++q) {
        const double angle = turn * static_cast<double>(j * q);
        plan.twiddles.push_back(static_cast<float>(std::cos(angle)));
        plan.twiddles.push_back(static_cast<float>(std::sin(angle)));
      }
    }
    span *= radix;
  }
  // Input q of an innermost transform stands `apart` after input q - 1.
  const std::int64_t apart = points / plan.radices.front();
  for (std::int64_t n = 0; n < apart; ++n) {
    std::int64_t rest = n;
    std::int64_t slot = 0;
    for (std::size_t l = plan.radices.size(); l-- > 1;) {
      slot += rest % plan.radices[l] * plan.spans[l];
      rest /= plan.radices[l];
    }
    plan.slots.push_back(slot);
  }
  return plan;
}

}  // namespace melgraph_frontends::fast
