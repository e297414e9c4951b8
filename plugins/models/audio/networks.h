#pragma once

#include <vector>

#include "models/networks/network_type.h"

// Networks over log-mel features, each written once as data. No LibTorch header here.

namespace melgraph {

const NetworkType& vggish();

const NetworkType& panns_cnn6();
const NetworkType& panns_cnn10();
const NetworkType& panns_cnn14();
const NetworkType& panns_mobilenet_v1();

const NetworkType& efficientat_mn10();

const NetworkType& hershey_fc();
const NetworkType& hershey_alexnet();
const NetworkType& hershey_vgg_e();
const NetworkType& hershey_inception_v3();
const NetworkType& hershey_resnet50();

/// Return all of the above, in this order.
std::vector<const NetworkType*> audio_networks();

}  // namespace melgraph
