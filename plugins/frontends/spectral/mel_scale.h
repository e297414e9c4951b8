#pragma once

#include "config.h"

namespace melgraph_frontends {

/// Convert Hz to mel: htk 2595 log10(1 + f/700), kaldi 1127 ln(1 + f/700), slaney 3f/200 below
/// 1000 Hz and 15 + 27 ln(f/1000) / ln 6.4 from there on.
double hz_to_mel(MelScale scale, double hz);
double mel_to_hz(MelScale scale, double mel);

}  // namespace melgraph_frontends
