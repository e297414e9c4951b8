#pragma once

#include "config.h"

namespace melgraph_frontends {

/// Warp a frequency as Kaldi's vocal tract length normalisation does: divided by `vtln_warp`
/// between vtln_low * max(1, warp) and vtln_high * min(1, warp), and linear from there to the ends
/// of the bank, which stay. Unit: Hz.
double vtln_warped(const MelConfig& mel, double low_hz, double high_hz, double hz, double nyquist);

}  // namespace melgraph_frontends
