#pragma once

#include <vector>

#include "melgraph/descriptor.h"

// The one table of parameters behind the front ends of this library.
//
// Fingerprints leave out parameters that stand at their default, so a default given here may
// never change, and a parameter added later needs a default that changes nothing.

namespace melgraph_frontends {

/// Return the parameters of `frontend.stft`.
std::vector<melgraph::ParamSpec> stft_params();
/// Return those of `frontend.stft` and the mel bank's.
std::vector<melgraph::ParamSpec> mel_params();
/// Return those of `frontend.mel` and the cepstrum's.
std::vector<melgraph::ParamSpec> mfcc_params();
/// Return the parameters of `frontend.delta`.
std::vector<melgraph::ParamSpec> delta_params();

}  // namespace melgraph_frontends
