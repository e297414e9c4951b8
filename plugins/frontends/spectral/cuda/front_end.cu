#include <cuda_runtime.h>

#include "frame_block.h"

// One kernel from samples to features: a frame's samples are read once from memory, its spectrum
// stays in shared memory, and only features are written.

namespace melgraph_frontends::cuda {
namespace {

constexpr int threads = 256;

struct BlockOfThreads {
  template <class Step>
  __device__ __forceinline__ void each(int count, Step step) const {
    for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x)) {
      step(i);
    }
    __syncthreads();
  }
  __device__ __forceinline__ void raise(std::int32_t* largest, float value) const {
    // Most values are below what is there already: look before the costly write.
    const std::int32_t order = ordered(value);
    if (order > *static_cast<volatile std::int32_t*>(largest)) atomicMax(largest, order);
  }
};

__global__ void __launch_bounds__(threads)
    frames_kernel(Program program, Call call, int capacity, std::int64_t blocks_of_row) {
  extern __shared__ float memory[];
  const std::int64_t row = blockIdx.x / blocks_of_row;
  const std::int64_t begin = blockIdx.x % blocks_of_row * capacity;
  const std::int64_t rest = call.frames - begin;
  FrameBlock<BlockOfThreads> block(program, call, {}, capacity, memory);
  block.run(row, begin, static_cast<int>(rest < capacity ? rest : capacity));
}

__global__ void limit_kernel(Program program, Call call, std::int64_t count) {
  const std::int64_t index = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (index < count) limit_feature(program, call, index);
}

}  // namespace
}  // namespace melgraph_frontends::cuda

extern "C" __attribute__((visibility("default"))) int melgraph_cuda_spectral_v1(
    const melgraph_frontends::cuda::Program* program, const melgraph_frontends::cuda::Call* call,
    void* stream, const char** message) {
  using namespace melgraph_frontends::cuda;
  const auto queue = static_cast<cudaStream_t>(stream);
  const int capacity = frames_at_once(*program);
  const auto shared = static_cast<int>(shared_bytes(*program, capacity));
  const std::int64_t blocks_of_row = (call->frames + capacity - 1) / capacity;
  cudaError_t error =
      cudaFuncSetAttribute(frames_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, shared);
  if (error == cudaSuccess) {
    frames_kernel<<<static_cast<unsigned>(call->rows * blocks_of_row), threads,
                    static_cast<std::size_t>(shared), queue>>>(*program, *call, capacity,
                                                               blocks_of_row);
    error = cudaGetLastError();
  }
  if (error == cudaSuccess && program->has_range != 0) {
    const std::int64_t count = call->rows * call->frames * program->features;
    limit_kernel<<<static_cast<unsigned>((count + threads - 1) / threads), threads, 0, queue>>>(
        *program, *call, count);
    error = cudaGetLastError();
  }
  *message = error == cudaSuccess ? "" : cudaGetErrorString(error);
  return static_cast<int>(error);
}
