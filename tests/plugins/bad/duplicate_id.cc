#include "gain.h"

// Built into two files.
MELGRAPH_PLUGIN(registrar) {
  registrar.add<Gain>(describe_gain("test.twice"), infer_gain);
}
