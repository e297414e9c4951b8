#pragma once

#include <cstdint>
#include <vector>

#include "config.h"

namespace melgraph_frontends {

/// Compute the DCT-II and the lifter as one matrix, row-major [n_mels, n_mfcc]:
/// cos(pi/n_mels (m + 0.5) n), times sqrt(1/n_mels) for n = 0 and sqrt(2/n_mels) else (ortho) or
/// times 2, times 1 + L/2 sin(pi (n + lifter_offset) / L).
std::vector<double> cepstrum_matrix(const CepstrumConfig& cepstrum, std::int64_t n_mels);

}  // namespace melgraph_frontends
