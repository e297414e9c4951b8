#include "gain.h"

MELGRAPH_PLUGIN(registrar) {
  registrar.add<Gain>(describe_gain("test.gain"), infer_gain);
}
