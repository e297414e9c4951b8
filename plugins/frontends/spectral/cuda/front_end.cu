#include <cuda_runtime.h>

#include <algorithm>

#include "frame_team.h"

// One kernel from samples to features: a frame's samples are read once from memory, its spectrum
// stays in shared memory, and only features are written.

namespace melgraph_frontends::cuda {
namespace {

constexpr int warp = 32;
constexpr int least_threads = 128;         // of a block
constexpr std::int64_t most_rows = 65535;  // of a grid

constexpr int any_block = 0;
constexpr int most_threads = 256;

/// A warp, or a whole block: of `size` threads, or of any number.
template <int size>
struct TeamOfThreads {
  __device__ __forceinline__ static int rank() {
    return static_cast<int>(size == warp ? threadIdx.x % warp : threadIdx.x);
  }
  __device__ __forceinline__ static int count() {
    return size == any_block ? static_cast<int>(blockDim.x) : size;
  }
  __device__ __forceinline__ static void wait() {
    if constexpr (size == warp) {
      __syncwarp();
    } else {
      __syncthreads();
    }
  }

  template <class Step>
  __device__ __forceinline__ void each(int items, Step step) const {
    for (int i = rank(); i < items; i += count()) step(i);
    wait();
  }
  __device__ __forceinline__ bool leads() const { return rank() == 0; }
  __device__ __forceinline__ void report(std::int32_t* not_finite, bool finite) const {
    if (!finite) *not_finite = 1;
  }
  __device__ __forceinline__ void raise(std::int32_t* largest, std::int32_t order) const {
    for (int apart = warp / 2; apart > 0; apart /= 2) {
      order = max(order, __shfl_xor_sync(0xffffffffU, order, apart));
    }
    // Most are below what is there already: look before the costly write.
    if (threadIdx.x % warp == 0 && order > *static_cast<volatile std::int32_t*>(largest)) {
      atomicMax(largest, order);
    }
  }
};

/// Frames that a block of threads takes.
constexpr int frames_of_block(int team) {
  return team == warp ? least_threads / warp : 1;
}
constexpr int threads_of_block(int team) {
  return team == any_block ? most_threads : frames_of_block(team) * team;
}

template <class Shape, int team>
__global__ void __launch_bounds__(threads_of_block(team))
    frames_kernel(const __grid_constant__ Program program, const __grid_constant__ Call call,
                  std::int64_t first_row) {
  extern __shared__ float4 memory[];
  constexpr int teams = frames_of_block(team);
  const int own = team == warp ? static_cast<int>(threadIdx.x) / warp : 0;
  const std::int64_t frame = std::int64_t{blockIdx.x} * teams + own;
  if (frame >= call.frames) return;
  FrameTeam<Shape, TeamOfThreads<team>> threads(
      program, call, {},
      reinterpret_cast<float*>(memory) + own * shared_floats(Shape::points(program)));
  threads.run(first_row + blockIdx.y, frame);
}

__global__ void limit_kernel(const __grid_constant__ Program program,
                             const __grid_constant__ Call call, std::int64_t first_row,
                             std::int64_t count) {
  const std::int64_t index = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (index < count) limit_feature(program, call, first_row + blockIdx.y, index);
}

/// Call `queue(first_row, rows)` for as many rows as a grid takes, until all have been.
template <class Queue>
cudaError_t for_rows(const Call& call, Queue queue) {
  for (std::int64_t row = 0; row < call.rows; row += most_rows) {
    queue(row, static_cast<unsigned>(std::min(call.rows - row, most_rows)));
    if (const cudaError_t error = cudaGetLastError(); error != cudaSuccess) return error;
  }
  return cudaSuccess;
}

template <class Shape, int team>
cudaError_t queue_frames(const Program& program, const Call& call, cudaStream_t stream,
                         int threads = threads_of_block(team)) {
  constexpr int teams = frames_of_block(team);
  const int bytes = 4 * teams * shared_floats(program.points);
  const auto kernel = frames_kernel<Shape, team>;
  constexpr int without_asking = 48 << 10;
  if (bytes > without_asking) {
    const cudaError_t error =
        cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
    if (error != cudaSuccess) return error;
  }
  return for_rows(call, [&](std::int64_t row, unsigned rows) {
    const dim3 blocks(static_cast<unsigned>((call.frames + teams - 1) / teams), rows);
    kernel<<<blocks, threads, static_cast<std::size_t>(bytes), stream>>>(program, call, row);
  });
}

/// As many threads a frame as its last pass has pairs of butterflies.
cudaError_t queue_any(const Program& program, const Call& call, cudaStream_t stream) {
  const Pass& last = program.pass[program.passes - 1];
  const int pairs = last.done / 2;
  if (pairs <= warp) return queue_frames<AnyShape, warp>(program, call, stream);
  int threads = 2 * warp;
  while (threads < pairs && threads < most_threads) threads *= 2;
  return queue_frames<AnyShape, any_block>(program, call, stream, threads);
}

cudaError_t queue(const Program& program, const Call& call, cudaStream_t stream) {
  if (Points256::fits(program)) return queue_frames<Points256, warp>(program, call, stream);
  if (Points512::fits(program)) return queue_frames<Points512, warp>(program, call, stream);
  if (Points1024::fits(program)) return queue_frames<Points1024, 64>(program, call, stream);
  return queue_any(program, call, stream);
}

}  // namespace
}  // namespace melgraph_frontends::cuda

extern "C" __attribute__((visibility("default"))) int melgraph_cuda_spectral_v2(
    const melgraph_frontends::cuda::Program* program, const melgraph_frontends::cuda::Call* call,
    void* stream, const char** message) {
  using namespace melgraph_frontends::cuda;
  const auto on = static_cast<cudaStream_t>(stream);
  cudaError_t error = queue(*program, *call, on);
  if (error == cudaSuccess && program->has_range != 0) {
    constexpr int threads = 256;
    const std::int64_t count = call->frames * program->features;
    error = for_rows(*call, [&](std::int64_t row, unsigned rows) {
      const dim3 blocks(static_cast<unsigned>((count + threads - 1) / threads), rows);
      limit_kernel<<<blocks, threads, 0, on>>>(*program, *call, row, count);
    });
  }
  *message = error == cudaSuccess ? "" : cudaGetErrorString(error);
  return static_cast<int>(error);
}
