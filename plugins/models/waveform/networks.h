#pragma once

#include <vector>

#include "models/networks/network_type.h"

// Networks over samples, each written once as data. No LibTorch header here.

namespace melgraph {

const NetworkType& samplecnn();
const NetworkType& envnet_v2();

/// Return all of the above, in this order.
std::vector<const NetworkType*> waveform_networks();

}  // namespace melgraph
