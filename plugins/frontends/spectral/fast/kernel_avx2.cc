#if defined(__x86_64__)
#define MELGRAPH_SIMD avx2
#define MELGRAPH_LANES 8
#include "kernel_body.h"

namespace melgraph_frontends::fast {

extern const Kernel kernel_avx2;
const Kernel kernel_avx2 = avx2::make_kernel("avx2", nullptr);

}  // namespace melgraph_frontends::fast
#endif
