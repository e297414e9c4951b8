#pragma once

#include <cstddef>
#include <cstdint>

namespace melgraph {

/// Outputs of one phase that a filter computes at once, one in each lane.
inline constexpr std::size_t filter_lanes = 16;
/// Neighbouring phases that share one reading of the input.
inline constexpr std::size_t filter_phases = 12;
/// Phases that a form with few registers takes at a time; divides `filter_phases`.
inline constexpr std::size_t filter_group = 4;

/// Neighbouring phases of a polyphase filter and the rows of input that they need.
struct PhaseTile {
  std::int64_t first_row = 0;    ///< input index of the first row, the period starting at 0
  std::size_t rows = 0;          ///< that any of its phases needs
  std::size_t phases = 0;        ///< 1 ... `filter_phases`
  std::size_t coefficients = 0;  ///< where its [rows][filter_phases] begin
  struct Group {
    std::size_t first = 0;  ///< row of the tile
    std::size_t rows = 0;   ///< that these phases need; 0 where there are none
  };
  Group groups[filter_phases / filter_group];
};

/// Compiled forms of the filter. All give the same bits.
enum class FilterForm { baseline, avx2, avx512 };

/// Put the sums over the tile's rows of `columns[row][lane] * coefficients[row][phase]` into
/// `results[phase][lane]`, for the first `lanes` lanes at least.
///
/// Each is 0 + c0 x0 + c1 x1 + ... in ascending order, every product and every sum rounded. A lane
/// is an output, so neither the form nor the place of an output changes its bits; nor do
/// coefficients of 0, as long as the input is finite.
using PhaseFilter = void (*)(const float* columns, const float* coefficients, const PhaseTile& tile,
                             std::size_t lanes, float* results);

/// Say whether this processor can run `form`.
bool filter_form_supported(FilterForm form) noexcept;

/// Return `form`, which must be supported.
PhaseFilter phase_filter(FilterForm form) noexcept;

/// Return the quickest form that this processor supports.
FilterForm best_filter_form() noexcept;

/// Put `rows` samples from each of `lanes` places of `input`, `stride` apart, into
/// `columns[row][filter_lanes]`; other lanes are left, or repeat the last one.
void interleave_lanes(const float* input, std::size_t stride, std::size_t lanes, std::size_t rows,
                      float* columns);

/// Put `results[filter_phases][filter_lanes]` of a whole tile into `filter_lanes` places of
/// `output`, `stride` apart.
void deinterleave_lanes(const float* results, std::size_t stride, float* output);

}  // namespace melgraph
