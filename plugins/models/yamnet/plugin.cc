#include "melgraph/plugin.h"

#include "models/yamnet/contract.h"
#include "models/yamnet/node.h"

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph;
  registrar.add({describe_yamnet(), infer_yamnet, make_yamnet, nullptr});
}
