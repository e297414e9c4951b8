#include "dct.h"

#include <cmath>
#include <cstddef>

namespace melgraph_frontends {

std::vector<double> cepstrum_matrix(const CepstrumConfig& cepstrum, std::int64_t n_mels) {
  constexpr double pi = 3.14159265358979323846;
  const auto rows = static_cast<std::size_t>(n_mels);
  const auto columns = static_cast<std::size_t>(cepstrum.n_mfcc);
  const double bands = static_cast<double>(n_mels);
  std::vector<double> matrix(rows * columns);
  for (std::size_t n = 0; n < columns; ++n) {
    const double order = static_cast<double>(n);
    double factor = 2;
    if (cepstrum.ortho) factor = std::sqrt((n == 0 ? 1 : 2) / bands);
    if (cepstrum.lifter > 0) {
      const double place = order + static_cast<double>(cepstrum.lifter_offset);
      factor *= 1 + cepstrum.lifter / 2 * std::sin(pi * place / cepstrum.lifter);
    }
    for (std::size_t m = 0; m < rows; ++m) {
      matrix[m * columns + n] =
          factor * std::cos(pi / bands * (static_cast<double>(m) + 0.5) * order);
    }
  }
  return matrix;
}

}  // namespace melgraph_frontends
