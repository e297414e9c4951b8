#pragma once

#include <cstdint>
#include <vector>

#include "config.h"

namespace melgraph_frontends {

/// Compute the weights of a mel bank, row-major [n_fft/2 + 1, n_mels].
///
/// Bands have their edges at n_mels + 2 points evenly spaced in mel between f_min and f_max; the
/// weight of a bin is max(0, min(rising, falling)), linear in Hz or in mel. Bands without a bin
/// stay zero.
std::vector<double> mel_filterbank(const MelConfig& mel, std::int64_t n_fft, int sample_rate);

}  // namespace melgraph_frontends
