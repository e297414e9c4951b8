#pragma once

#include <cstddef>

namespace melgraph {

/// Samples that one step of a dot product takes; counts must be multiples of it.
inline constexpr std::size_t dot_block = 16;

/// Compiled forms of the dot products. All give the same bits.
enum class DotForm { baseline, avx2, avx512 };

/// Rows that `DotProducts::shared` takes at a time.
inline constexpr std::size_t dot_rows = 4;

/// Dot products of `count` floats, summed in a fixed order.
///
/// Sixteen partial sums (sum k takes the elements with i % 16 == k, in ascending order, products
/// rounded before they are added), then added pairwise at distances 8, 4, 2, 1. The order is the
/// same in every form, so the bits do not depend on the processor.
struct DotProducts {
  /// Return the sum of `a[i] * b[i]`.
  float (*single)(const float* a, const float* b, std::size_t count);
  /// Put the sums of `(a + row * stride)[i] * b[i]` into `sums[row]`, for `dot_rows` rows. Reads
  /// each `b[i]` once, which is what makes it quicker.
  void (*shared)(const float* a, std::size_t stride, const float* b, std::size_t count,
                 float* sums);
};

/// Say whether this processor can run `form`.
bool dot_form_supported(DotForm form) noexcept;

/// Return `form`, which must be supported.
const DotProducts& dot_products(DotForm form) noexcept;

/// Return the quickest form that this processor supports.
const DotProducts& best_dot_products() noexcept;

}  // namespace melgraph
