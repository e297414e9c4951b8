#include "run/dot_product.h"

#include <cstring>
#include <initializer_list>

// This file must be compiled with -ffp-contract=off: a fused multiply-add rounds once where the
// forms without that instruction round twice.

namespace melgraph {

namespace {

template <int lanes>
struct Vector {
  typedef float type __attribute__((vector_size(lanes * sizeof(float))));
};

// One body for all forms. Vectors no wider than the registers, and no more sums than there are
// registers, keep the sums out of memory.
template <int lanes, int rows>
[[gnu::always_inline]] inline void fixed_order_dots(const float* a, std::size_t stride,
                                                    const float* b, std::size_t count,
                                                    float* results) {
  using V = typename Vector<lanes>::type;
  constexpr int parts = static_cast<int>(dot_block) / lanes;
  V sums[rows][parts] = {};
  for (std::size_t i = 0; i < count; i += dot_block) {
#pragma GCC unroll 4
    for (int part = 0; part < parts; ++part) {
      V right;
      std::memcpy(&right, b + i + part * lanes, sizeof(V));
#pragma GCC unroll 4
      for (int row = 0; row < rows; ++row) {
        V left;
        std::memcpy(&left, a + row * stride + i + part * lanes, sizeof(V));
        sums[row][part] += left * right;
      }
    }
  }
  using Quad = typename Vector<4>::type;
  for (int row = 0; row < rows; ++row) {
    Quad quads[4];
    std::memcpy(quads, sums[row], sizeof(quads));
    const Quad four = (quads[0] + quads[2]) + (quads[1] + quads[3]);
    results[row] = (four[0] + four[2]) + (four[1] + four[3]);
  }
}

float single_baseline(const float* a, const float* b, std::size_t count) {
  float sum = 0.0F;
  fixed_order_dots<4, 1>(a, 0, b, count, &sum);
  return sum;
}

void shared_baseline(const float* a, std::size_t stride, const float* b, std::size_t count,
                     float* sums) {
  for (std::size_t row = 0; row < dot_rows; row += 2) {
    fixed_order_dots<4, 2>(a + row * stride, stride, b, count, sums + row);
  }
}

constexpr DotProducts baseline{single_baseline, shared_baseline};

#if defined(__x86_64__)
[[gnu::target("avx2")]] float single_avx2(const float* a, const float* b, std::size_t count) {
  float sum = 0.0F;
  fixed_order_dots<8, 1>(a, 0, b, count, &sum);
  return sum;
}

[[gnu::target("avx2")]] void shared_avx2(const float* a, std::size_t stride, const float* b,
                                         std::size_t count, float* sums) {
  fixed_order_dots<8, dot_rows>(a, stride, b, count, sums);
}

constexpr DotProducts avx2{single_avx2, shared_avx2};

[[gnu::target("avx512f")]] float single_avx512(const float* a, const float* b, std::size_t count) {
  float sum = 0.0F;
  fixed_order_dots<16, 1>(a, 0, b, count, &sum);
  return sum;
}

[[gnu::target("avx512f")]] void shared_avx512(const float* a, std::size_t stride, const float* b,
                                              std::size_t count, float* sums) {
  fixed_order_dots<16, dot_rows>(a, stride, b, count, sums);
}

constexpr DotProducts avx512{single_avx512, shared_avx512};
#endif

}  // namespace

bool dot_form_supported(DotForm form) noexcept {
  if (form == DotForm::baseline) return true;
#if defined(__x86_64__)
  return form == DotForm::avx2 ? __builtin_cpu_supports("avx2") : __builtin_cpu_supports("avx512f");
#else
  return false;
#endif
}

const DotProducts& dot_products(DotForm form) noexcept {
#if defined(__x86_64__)
  if (form == DotForm::avx512) return avx512;
  if (form == DotForm::avx2) return avx2;
#endif
  static_cast<void>(form);
  return baseline;
}

const DotProducts& best_dot_products() noexcept {
  for (const DotForm form : {DotForm::avx512, DotForm::avx2}) {
    if (dot_form_supported(form)) return dot_products(form);
  }
  return baseline;
}

}  // namespace melgraph
