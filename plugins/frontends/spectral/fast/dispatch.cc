#include <cstdlib>
#include <string>
#include <string_view>

#include "kernel.h"
#include "melgraph/error.h"

namespace melgraph_frontends::fast {

extern const Kernel kernel_baseline;
#if defined(__x86_64__)
extern const Kernel kernel_avx2;
extern const Kernel kernel_avx512;
#endif

const Kernel* find_kernel(const char* name) {
  const std::string_view wanted = name;
  if (wanted == "baseline") return &kernel_baseline;
#if defined(__x86_64__)
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (wanted == "avx2" && has_avx2) return &kernel_avx2;
  const auto has_avx512 = [] {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  };
  if (wanted == "avx512" && has_avx512()) return &kernel_avx512;
#endif
  return nullptr;
}

const Kernel* choose_kernel() {
  if (const char* named = std::getenv("MELGRAPH_SIMD"); named != nullptr && *named != '\0') {
    if (std::string_view(named) == "none") return nullptr;
    if (const Kernel* kernel = find_kernel(named)) return kernel;
    throw melgraph::Error(
        melgraph::ErrorCode::usage,
        std::string("MELGRAPH_SIMD names '") + named + "', which this processor does not have",
        "leave it out, or use avx512, avx2, baseline or none");
  }
  for (const char* name : {"avx512", "avx2"}) {
    if (const Kernel* kernel = find_kernel(name)) return kernel;
  }
  return &kernel_baseline;
}

}  // namespace melgraph_frontends::fast
