#include "melgraph/plugin.h"

#include "models/cnn/contract.h"
#include "models/cnn/node.h"

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph;
  registrar.add({describe_cnn(), infer_cnn, make_cnn, nullptr});
}
