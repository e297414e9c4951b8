#include "melgraph/plugin.h"

#include "models/torchscript/contract.h"
#include "models/torchscript/node.h"

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph;
  registrar.add({describe_torchscript(), infer_torchscript, make_torchscript, nullptr});
}
