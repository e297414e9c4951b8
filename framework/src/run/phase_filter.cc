#include "run/phase_filter.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>

// This file must be compiled with -ffp-contract=off: a fused multiply-add rounds once where the
// forms without that instruction round twice.

namespace melgraph {

namespace {

// Up to here it is better to compute phases than lanes side by side.
constexpr std::size_t few_lanes = 4;

template <std::size_t lanes>
struct Vector {
  typedef float type __attribute__((vector_size(lanes * sizeof(float))));
};

// One body for all forms: `parts` vectors of `width` lanes of `phases` phases, which fit the
// registers.
template <std::size_t width, std::size_t parts, std::size_t phases>
[[gnu::always_inline]] inline void sum_rows(const float* columns, const float* coefficients,
                                            std::size_t rows, float* results) {
  using V = typename Vector<width>::type;
  V sums[phases][parts] = {};
  for (std::size_t row = 0; row < rows; ++row) {
    V input[parts];
#pragma GCC unroll 2
    for (std::size_t part = 0; part < parts; ++part) {
      std::memcpy(&input[part], columns + row * filter_lanes + part * width, sizeof(V));
    }
#pragma GCC unroll 12
    for (std::size_t phase = 0; phase < phases; ++phase) {
      const float coefficient = coefficients[row * filter_phases + phase];
#pragma GCC unroll 2
      for (std::size_t part = 0; part < parts; ++part) {
        sums[phase][part] += input[part] * coefficient;
      }
    }
  }
#pragma GCC unroll 12
  for (std::size_t phase = 0; phase < phases; ++phase) {
    std::memcpy(results + phase * filter_lanes, sums[phase], sizeof(sums[phase]));
  }
}

// Forms with 16 registers: some phases after the others.
template <std::size_t width>
[[gnu::always_inline]] inline void filter_groups(const float* columns, const float* coefficients,
                                                 const PhaseTile& tile, std::size_t lanes,
                                                 float* results) {
  for (std::size_t g = 0; g * filter_group < tile.phases; ++g) {
    const PhaseTile::Group& group = tile.groups[g];
    const float* const rows = columns + group.first * filter_lanes;
    const float* const factors = coefficients + group.first * filter_phases + g * filter_group;
    float* const sums = results + g * filter_group * filter_lanes;
    std::size_t lane = 0;
    for (; lane + width < lanes; lane += 2 * width) {
      sum_rows<width, 2, filter_group>(rows + lane, factors, group.rows, sums + lane);
    }
    if (lane < lanes) {
      sum_rows<width, 1, filter_group>(rows + lane, factors, group.rows, sums + lane);
    }
  }
}

// For few lanes: the vectors are phases, so that little is computed for nobody.
template <std::size_t lanes>
[[gnu::always_inline]] inline void sum_rows_by_phase(const float* columns,
                                                     const float* coefficients, std::size_t rows,
                                                     float* results) {
  using V = typename Vector<filter_group>::type;
  constexpr std::size_t parts = filter_phases / filter_group;
  V sums[lanes][parts] = {};
  for (std::size_t row = 0; row < rows; ++row) {
#pragma GCC unroll 3
    for (std::size_t part = 0; part < parts; ++part) {
      V factors;
      std::memcpy(&factors, coefficients + row * filter_phases + part * filter_group, sizeof(V));
#pragma GCC unroll 3
      for (std::size_t lane = 0; lane < lanes; ++lane) {
        sums[lane][part] += factors * columns[row * filter_lanes + lane];
      }
    }
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    for (std::size_t phase = 0; phase < filter_phases; ++phase) {
      results[phase * filter_lanes + lane] = sums[lane][phase / filter_group][phase % filter_group];
    }
  }
}

// One body for all forms, `width` lanes to a vector.
template <std::size_t width>
[[gnu::always_inline]] inline void filter_tile(const float* columns, const float* coefficients,
                                               const PhaseTile& tile, std::size_t lanes,
                                               float* results) {
  if (lanes > few_lanes) {
    return filter_groups<width>(columns, coefficients, tile, lanes, results);
  }
  if (lanes == 1) return sum_rows_by_phase<1>(columns, coefficients, tile.rows, results);
  if (lanes == 3) return sum_rows_by_phase<3>(columns, coefficients, tile.rows, results);
  for (std::size_t lane = 0; lane < lanes; lane += 2) {
    sum_rows_by_phase<2>(columns + lane, coefficients, tile.rows, results + lane);
  }
}

void baseline(const float* columns, const float* coefficients, const PhaseTile& tile,
              std::size_t lanes, float* results) {
  filter_tile<4>(columns, coefficients, tile, lanes, results);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void avx2(const float* columns, const float* coefficients,
                                  const PhaseTile& tile, std::size_t lanes, float* results) {
  filter_tile<8>(columns, coefficients, tile, lanes, results);
}

using Wide = Vector<16>::type;

// Adds `rows` rows to the sums of the phases from `begin` on and before `end`.
template <std::size_t begin, std::size_t end>
[[gnu::target("avx512f"), gnu::always_inline]] inline void add_rows(const float*& columns,
                                                                    const float*& coefficients,
                                                                    std::size_t rows,
                                                                    Wide (&sums)[filter_phases]) {
  for (; rows > 0; --rows) {
    Wide input;
    std::memcpy(&input, columns, sizeof(input));
#pragma GCC unroll 12
    for (std::size_t phase = begin; phase < end; ++phase) {
      sums[phase] += input * coefficients[phase];
    }
    columns += filter_lanes;
    coefficients += filter_phases;
  }
}

// All phases of a whole tile in registers; those that do not reach a row are left out.
[[gnu::target("avx512f")]] void avx512_whole(const float* columns, const float* coefficients,
                                             const PhaseTile& tile, float* results) {
  static_assert(filter_phases == 3 * filter_group);
  const PhaseTile::Group(&groups)[3] = tile.groups;
  const std::size_t end0 = groups[0].rows;
  const std::size_t end1 = groups[1].first + groups[1].rows;
  Wide sums[filter_phases] = {};
  add_rows<0, 4>(columns, coefficients, groups[1].first, sums);
  add_rows<0, 8>(columns, coefficients, groups[2].first - groups[1].first, sums);
  add_rows<0, 12>(columns, coefficients, end0 - groups[2].first, sums);
  add_rows<4, 12>(columns, coefficients, end1 - end0, sums);
  add_rows<8, 12>(columns, coefficients, tile.rows - end1, sums);
#pragma GCC unroll 12
  for (std::size_t phase = 0; phase < filter_phases; ++phase) {
    std::memcpy(results + phase * filter_lanes, &sums[phase], sizeof(Wide));
  }
}

[[gnu::target("avx512f")]] void avx512(const float* columns, const float* coefficients,
                                       const PhaseTile& tile, std::size_t lanes, float* results) {
  if (lanes <= 8) return avx2(columns, coefficients, tile, lanes, results);
  if (tile.phases > 8 && tile.groups[2].first <= tile.groups[0].rows) {
    return avx512_whole(columns, coefficients, tile, results);
  }
  for (std::size_t g = 0; g * filter_group < tile.phases; ++g) {
    const PhaseTile::Group& group = tile.groups[g];
    sum_rows<16, 1, filter_group>(columns + group.first * filter_lanes,
                                  coefficients + group.first * filter_phases + g * filter_group,
                                  group.rows, results + g * filter_group * filter_lanes);
  }
}
#endif

using Quad = Vector<4>::type;

[[gnu::always_inline]] inline Quad load(const float* from) {
  Quad quad;
  std::memcpy(&quad, from, sizeof(quad));
  return quad;
}

[[gnu::always_inline]] inline void store(Quad quad, float* to) {
  std::memcpy(to, &quad, sizeof(quad));
}

// Transposes four rows of four floats.
[[gnu::always_inline]] inline void transpose(Quad (&q)[4]) {
  const Quad low01 = __builtin_shufflevector(q[0], q[1], 0, 4, 1, 5);
  const Quad high01 = __builtin_shufflevector(q[0], q[1], 2, 6, 3, 7);
  const Quad low23 = __builtin_shufflevector(q[2], q[3], 0, 4, 1, 5);
  const Quad high23 = __builtin_shufflevector(q[2], q[3], 2, 6, 3, 7);
  q[0] = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
  q[1] = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
  q[2] = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
  q[3] = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}

}  // namespace

bool filter_form_supported(FilterForm form) noexcept {
  if (form == FilterForm::baseline) return true;
#if defined(__x86_64__)
  return form == FilterForm::avx2 ? __builtin_cpu_supports("avx2")
                                  : __builtin_cpu_supports("avx512f");
#else
  return false;
#endif
}

PhaseFilter phase_filter(FilterForm form) noexcept {
#if defined(__x86_64__)
  if (form == FilterForm::avx512) return avx512;
  if (form == FilterForm::avx2) return avx2;
#endif
  static_cast<void>(form);
  return baseline;
}

FilterForm best_filter_form() noexcept {
  for (const FilterForm form : {FilterForm::avx512, FilterForm::avx2}) {
    if (filter_form_supported(form)) return form;
  }
  return FilterForm::baseline;
}

void interleave_lanes(const float* input, std::size_t stride, std::size_t lanes, std::size_t rows,
                      float* columns) {
  // Row by row, so that a line of the cache is written at once.
  const float* from[filter_lanes];
  for (std::size_t lane = 0; lane < filter_lanes; ++lane) {
    from[lane] = input + std::min(lane, lanes - 1) * stride;
  }
  std::size_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    for (std::size_t lane = 0; lane < lanes; lane += 4) {
      Quad quads[4];
      for (std::size_t i = 0; i < 4; ++i) quads[i] = load(from[lane + i] + row);
      transpose(quads);
      for (std::size_t i = 0; i < 4; ++i) {
        store(quads[i], columns + (row + i) * filter_lanes + lane);
      }
    }
  }
  for (; row < rows; ++row) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      columns[row * filter_lanes + lane] = from[lane][row];
    }
  }
}

void deinterleave_lanes(const float* results, std::size_t stride, float* output) {
  for (std::size_t lane = 0; lane < filter_lanes; lane += 4) {
    for (std::size_t phase = 0; phase < filter_phases; phase += 4) {
      Quad quads[4];
      for (std::size_t i = 0; i < 4; ++i) {
        quads[i] = load(results + (phase + i) * filter_lanes + lane);
      }
      transpose(quads);
      for (std::size_t i = 0; i < 4; ++i) store(quads[i], output + (lane + i) * stride + phase);
    }
  }
}

}  // namespace melgraph
