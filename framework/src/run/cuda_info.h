#pragma once

// Interface of libmelgraph_cuda.so, plain data: it is loaded only where a CUDA device is.

extern "C" {
struct CudaDeviceInfo {
  char name[256];
  int compute_major;
  int compute_minor;
  long long memory;  ///< bytes
};
using CudaDescribe = int (*)(int index, CudaDeviceInfo* info);
}
