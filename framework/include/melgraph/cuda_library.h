#pragma once

#include "melgraph/export.h"

namespace melgraph {

/// Return the function `name` of libmelgraph_cuda.so, which holds the CUDA kernels of this build;
/// null where there is no device, the library was built without CUDA, or it has no such function.
/// [any-thread]
MELGRAPH_API void* find_cuda_function(const char* name);

}  // namespace melgraph
