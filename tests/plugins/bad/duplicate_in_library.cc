#include "gain.h"

MELGRAPH_PLUGIN(registrar) {
  registrar.add<Gain>(describe_gain("test.same"), infer_gain);
  registrar.add<Gain>(describe_gain("test.same"), infer_gain);
}
