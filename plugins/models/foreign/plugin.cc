#include "melgraph/plugin.h"

#include "models/foreign/contract.h"
#include "models/foreign/foreign_node.h"

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph;
  registrar.add({describe_torchscript(), infer_foreign, make_torchscript, nullptr});
  registrar.add({describe_aoti(), infer_foreign, make_aoti, nullptr});
}
