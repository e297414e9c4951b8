#include "models/waveform/networks.h"

namespace melgraph {

std::vector<const NetworkType*> waveform_networks() {
  return {&samplecnn(), &envnet_v2()};
}

}  // namespace melgraph
