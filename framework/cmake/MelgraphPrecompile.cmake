# LibTorch's headers take a compiler several seconds. They are read once for all targets that are
# compiled alike: a compiler takes nothing that was read with other options.

set(MELGRAPH_LIBTORCH_HEADERS
  <ATen/core/Tensor.h> <ATen/TensorOperators.h> <ATen/Context.h> <ATen/Parallel.h>
  <ATen/core/grad_mode.h> <ATen/ops/arange.h> <ATen/ops/cat.h> <ATen/ops/conv2d.h>
  <ATen/ops/constant_pad_nd.h> <ATen/ops/empty.h> <ATen/ops/equal.h> <ATen/ops/full.h>
  <ATen/ops/linear.h> <ATen/ops/stack.h> <ATen/ops/tensor.h> <ATen/ops/where.h>
  <ATen/ops/zeros.h> <c10/core/InferenceMode.h>)

# melgraph_precompile_libtorch(NAME [OPTIONS option ...] [HEADERS header ...]
#                              [LINK_LIBRARIES target ...])
#
# Makes the target NAME, for target_precompile_headers(target REUSE_FROM NAME), of LibTorch's headers
# and HEADERS. It defines no macro of its own, which a shared library would.
function(melgraph_precompile_libtorch name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "OPTIONS;HEADERS;LINK_LIBRARIES")
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cc)
  if(NOT EXISTS ${source})
    file(WRITE ${source} "")
  endif()
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${source})
  target_link_libraries(${name} PRIVATE LibTorch::LibTorch ${arg_LINK_LIBRARIES})
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
  target_precompile_headers(${name} PRIVATE ${MELGRAPH_LIBTORCH_HEADERS} ${arg_HEADERS})
endfunction()

# melgraph_use_libtorch_headers(TARGET [SMALL])
#
# Has TARGET take LibTorch's headers as they were read once; SMALL: and be made small.
function(melgraph_use_libtorch_headers target)
  if("SMALL" IN_LIST ARGN)
    target_compile_options(${target} PRIVATE ${MELGRAPH_SMALL_CODE})
    target_precompile_headers(${target} REUSE_FROM melgraph_small_libtorch_headers)
  else()
    target_precompile_headers(${target} REUSE_FROM melgraph_libtorch_headers)
  endif()
endfunction()
