#include <cuda_runtime_api.h>

#include <cstdio>

#include "melgraph/export.h"
#include "run/cuda_info.h"

/// Describe CUDA device `index`; returns 0, or CUDA's error.
extern "C" MELGRAPH_API int melgraph_cuda_describe_v1(int index, CudaDeviceInfo* info) {
  cudaDeviceProp properties{};
  const cudaError_t error = cudaGetDeviceProperties(&properties, index);
  if (error != cudaSuccess) return static_cast<int>(error);
  std::snprintf(info->name, sizeof info->name, "%s", properties.name);
  info->compute_major = properties.major;
  info->compute_minor = properties.minor;
  info->memory = static_cast<long long>(properties.totalGlobalMem);
  return 0;
}
