#if defined(__x86_64__)
#define MELGRAPH_SIMD avx512
#define MELGRAPH_LANES 16
#include "kernel_body.h"

namespace melgraph_frontends::fast {

extern const Kernel kernel_avx2;
extern const Kernel kernel_avx512;
const Kernel kernel_avx512 = avx512::make_kernel("avx512", &kernel_avx2);

}  // namespace melgraph_frontends::fast
#endif
