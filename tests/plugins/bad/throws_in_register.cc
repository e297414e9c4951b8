#include <stdexcept>

#include "gain.h"

MELGRAPH_PLUGIN(registrar) {
  registrar.add<Gain>(describe_gain("test.throws"), infer_gain);
  throw std::runtime_error("no licence for test.throws");
}
