#define MELGRAPH_SIMD baseline
#define MELGRAPH_LANES 4
#include "kernel_body.h"

namespace melgraph_frontends::fast {

extern const Kernel kernel_baseline;
const Kernel kernel_baseline = baseline::make_kernel("baseline", nullptr);

}  // namespace melgraph_frontends::fast
