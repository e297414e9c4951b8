#include "gain.h"

namespace vendor {
int calibrate(const std::string& device);  // nowhere defined
}

MELGRAPH_PLUGIN(registrar) {
  registrar.add<Gain>(describe_gain("test.missing_symbol_" + std::to_string(vendor::calibrate(""))),
                      infer_gain);
}
