#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>

// The vectors of processors without a fused multiply-add, whose own one must round like theirs.
#define MELGRAPH_SIMD simd_test
#define MELGRAPH_LANES 4
#include "frontends/spectral/fast/simd.h"

namespace melgraph_frontends::fast::simd_test {
namespace {

std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

void expect_fused(float a, float b, float c) {
  // Beside numbers that need no care, and in each lane.
  for (int lane = 0; lane < lanes; ++lane) {
    Vector as = all(1.5F);
    Vector bs = all(2.0F);
    Vector cs = all(0.25F);
    as[lane] = a;
    bs[lane] = b;
    cs[lane] = c;
    const Vector sums = add_product(as, bs, cs);
    const Vector differences = subtract_product(as, bs, cs);
    for (int i = 0; i < lanes; ++i) {
      const float sum = std::fma(as[i], bs[i], cs[i]);
      const float difference = std::fma(-as[i], bs[i], cs[i]);
      if (std::isnan(sum)) {
        EXPECT_TRUE(std::isnan(sums[i])) << a << " * " << b << " + " << c;
        continue;
      }
      ASSERT_EQ(bits_of(sums[i]), bits_of(sum)) << a << " * " << b << " + " << c;
      ASSERT_EQ(bits_of(differences[i]), bits_of(difference)) << c << " - " << a << " * " << b;
    }
  }
}

TEST(FusedProduct, IsRoundedOnceWhereTheSumIsHalfwayInFloat64) {
  const float a = 1 + std::ldexp(1.0F, -12);  // the square is halfway between two floats
  for (const float tiny : {0.0F, std::ldexp(1.0F, -60), std::ldexp(1.0F, -140)}) {
    expect_fused(a, a, tiny);
    expect_fused(a, a, -tiny);
    expect_fused(-a, a, tiny);
  }
}

TEST(FusedProduct, IsRoundedOnceBelowTheNormalNumbers) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> mantissa(1, 2);
  for (int i = 0; i < 2000; ++i) {
    const float a = std::ldexp(mantissa(random), -70);
    const float b = std::ldexp(mantissa(random), -60 - i % 24);
    expect_fused(a, b, std::ldexp(mantissa(random), -130 - i % 20));
  }
  // A product just below half of the smallest number, with a sum that float64 cannot hold.
  const float above = std::ldexp(1 + std::ldexp(1.0F, -23), -75);
  const float below = std::ldexp(1 - std::ldexp(1.0F, -23), -75);
  expect_fused(above, below, std::ldexp(4194305.0F, -149));
}

TEST(FusedProduct, TakesEveryKindOfNumber) {
  const float numbers[] = {0.0F,
                           -0.0F,
                           1.0F,
                           -3.5F,
                           std::numeric_limits<float>::min(),
                           std::numeric_limits<float>::denorm_min(),
                           std::numeric_limits<float>::max(),
                           -std::numeric_limits<float>::max(),
                           std::numeric_limits<float>::infinity(),
                           std::numeric_limits<float>::quiet_NaN()};
  for (const float a : numbers) {
    for (const float b : numbers) {
      for (const float c : numbers) expect_fused(a, b, c);
    }
  }
}

TEST(FusedProduct, AgreesForRandomNumbers) {
  std::mt19937 random(2);
  std::uniform_real_distribution<float> number(-1, 1);
  std::uniform_int_distribution<int> exponent(-30, 30);
  for (int i = 0; i < 20000; ++i) {
    expect_fused(number(random), number(random), std::ldexp(number(random), exponent(random)));
  }
}

TEST(RootInSteps, IsWithinOneUnitInTheLastPlace) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> mantissa(1, 2);
  std::uniform_int_distribution<int> exponent(-126, 127);
  for (int i = 0; i < 50000; ++i) {
    const float x = std::ldexp(mantissa(random), exponent(random));
    const float root = square_root_in_steps(all(x))[i % lanes];
    const float nearest = std::sqrt(x);
    ASSERT_GE(root, std::nextafter(nearest, 0.0F)) << x;
    ASSERT_LE(root, std::nextafter(nearest, 2 * nearest)) << x;
  }
  for (const float x : {std::numeric_limits<float>::min(), std::numeric_limits<float>::max()}) {
    EXPECT_FLOAT_EQ(square_root_in_steps(all(x))[0], std::sqrt(x));
  }
}

TEST(RootInSteps, OfZeroIsZeroAndOfWhatIsNotFiniteIsNoNumber) {
  EXPECT_EQ(bits_of(square_root_in_steps(Vector{})[0]), 0U);
  for (const float x :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_TRUE(std::isnan(square_root_in_steps(all(x))[0]));
  }
  // Below the normal numbers it is too small, and no more than that.
  const float least = std::numeric_limits<float>::denorm_min();
  const float root = square_root_in_steps(all(least))[0];
  EXPECT_GE(root, 0.0F);
  EXPECT_LE(root, std::sqrt(least));
}

}  // namespace
}  // namespace melgraph_frontends::fast::simd_test
