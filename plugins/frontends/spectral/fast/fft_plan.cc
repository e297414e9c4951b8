#include "fft_plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace melgraph_frontends::fast {
namespace {

using Radices = std::vector<int>;

// Measured with 8 and with 16 lanes. A pass of 8 points does most arithmetic for what it loads and
// stores; one of 16 needs more registers than there are. First comes 5 or 3 where it can, which
// leave the zeros after a short window out, and a small one last, where bins are unpacked as well.
std::vector<Radices> choose_groups(std::int64_t points) {
  std::int64_t rest = points;
  const int twos = take_factor(rest, 2);
  const int threes = take_factor(rest, 3);
  const int fives = take_factor(rest, 5);
  const int sevens = take_factor(rest, 7);
  std::vector<Radices> groups;
  const auto add = [&groups](std::initializer_list<std::pair<int, int>> counts) {
    Radices group;
    for (const auto& [radix, count] : counts) group.insert(group.end(), count, radix);
    if (!group.empty()) groups.push_back(group);
  };
  const int fours = twos % 3 == 2 ? 1 : twos % 3 == 1 && twos >= 4 ? 2 : 0;
  add({{5, fives}});
  add({{9, threes / 2}, {3, threes % 2}});
  add({{8, (twos - 2 * fours) / 3}, {4, fours}, {2, twos == 1 ? 1 : 0}});
  add({{7, sevens}});
  std::stable_partition(groups.begin(), groups.end(),
                        [](const Radices& group) { return group.size() == 1; });
  // The last pass unpacks bins as well: of 9 points that is too much code.
  if (groups.back().back() == 9) {
    groups.back().back() = 3;
    groups.back().push_back(3);
  }
  return groups;
}

/// Return x with x * value = 1 modulo `modulus`.
std::int64_t inverse_of(std::int64_t value, std::int64_t modulus) {
  std::int64_t x = 1;
  while (value % modulus * x % modulus != 1 % modulus) ++x;
  return x;
}

/// The passes of one group of points.
struct Group {
  std::int64_t size = 1;
  std::int64_t stride = 1;   ///< between its points, in memory
  std::int64_t inverse = 1;  ///< of the product of all other groups, modulo `size`
  std::size_t first = 0;     ///< of its passes
  std::size_t end = 0;
};

void add_pass(FftPlan& plan, const Group& group, int radix) {
  FftPass pass;
  pass.radix = radix;
  pass.repeats = group.stride;
  pass.span = group.stride * group.size;
  pass.twiddles = plan.twiddles.size();
  const auto size = static_cast<double>(group.size * radix);
  for (std::int64_t j = 1; j < group.size; ++j) {
    for (int q = 1; q < radix; ++q) add_twiddle(plan.twiddles, static_cast<double>(j * q) / size);
  }
  plan.passes.push_back(pass);
}

std::vector<Group> add_passes(FftPlan& plan) {
  std::vector<Group> groups;
  std::int64_t stride = 1;
  for (const Radices& radices : choose_groups(plan.points)) {
    Group group;
    group.stride = stride;
    group.first = plan.passes.size();
    for (const int radix : radices) {
      add_pass(plan, group, radix);
      group.size *= radix;
    }
    group.end = plan.passes.size();
    group.inverse = inverse_of(plan.points / group.size, group.size);
    stride *= group.size;
    groups.push_back(group);
  }
  return groups;
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

std::complex<float> twiddle(double part) {
  constexpr double pi = 3.14159265358979323846;
  return {static_cast<float>(std::cos(2 * pi * part)),
          static_cast<float>(-std::sin(2 * pi * part))};
}

void add_twiddle(std::vector<float>& to, double part) {
  const std::complex<float> factor = twiddle(part);
  to.push_back(factor.real());
  to.push_back(factor.imag());
}

FftPlan plan_fft(std::int64_t points) {
  FftPlan plan;
  plan.points = points;
  const std::vector<Group> groups = add_passes(plan);
  // Point n is number n * inverse of each group, whose digits are reversed; those of the first pass
  // are side by side.
  const Group& inner = groups.front();
  const std::int64_t transforms = points / plan.passes.front().radix;
  if (groups.size() > 1) plan.period = inner.size;
  for (std::int64_t n = 0; n < transforms; ++n) {
    const auto number_in = [n](const Group& group) {
      return n % group.size * group.inverse % group.size;
    };
    std::int64_t slot = 0;
    for (const Group& group : groups) {
      std::int64_t rest = number_in(group);
      for (std::size_t p = group.end; p-- > std::max<std::size_t>(group.first, 1);) {
        slot += rest % plan.passes[p].radix * plan.passes[p].span;
        rest /= plan.passes[p].radix;
      }
    }
    plan.slots.push_back(slot);
    const std::int64_t apart = inner.size / plan.passes.front().radix;
    plan.rotations.push_back(static_cast<std::int32_t>(number_in(inner) / apart));
  }
  // Point k of the output is number k of each group, modulo its size.
  const FftPass& last = plan.passes.back();
  for (std::int64_t j = 0; j < last.span; ++j) {
    for (int t = 0; t < last.radix; ++t) {
      std::int64_t k = 0;
      for (const Group& group : groups) {
        const std::int64_t number = (j + t * last.span) / group.stride % group.size;
        k += number * group.inverse % group.size * (points / group.size);
      }
      plan.outputs.push_back(static_cast<std::int32_t>(k % points));
    }
  }
  return plan;
}

}  // namespace melgraph_frontends::fast
