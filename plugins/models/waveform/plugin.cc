#include "melgraph/plugin.h"

#include "models/networks/node.h"
#include "models/waveform/networks.h"

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph;
  add_network<samplecnn>(registrar);
  add_network<envnet_v2>(registrar);
}
