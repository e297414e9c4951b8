#include "melgraph/plugin.h"

#include "frontends/waveform/contract.h"
#include "frontends/waveform/node.h"

MELGRAPH_PLUGIN(registrar) {
  using namespace melgraph;
  registrar.add({describe_waveform(), infer_waveform, make_waveform, nullptr});
}
