#include "melgraph/plugin.h"

#include "models/networks/node.h"
#include "models/vision/networks.h"

namespace {

template <const melgraph::NetworkType& (*... types)()>
void add_all(melgraph::Registrar& registrar, melgraph::VisionNetworkList<types...>) {
  (melgraph::add_network<types>(registrar), ...);
}

}  // namespace

MELGRAPH_PLUGIN(registrar) {
  add_all(registrar, melgraph::VisionNetworks{});
}
