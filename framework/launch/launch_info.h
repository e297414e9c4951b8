#pragma once

// Plain C, so that a host in any language can be started by the loader or start Melgraph itself.
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Number of the layout below; grows with every field added at the end.
#define MELGRAPH_LAUNCH_INFO_VERSION 1u

/// What the loader found and loaded, handed to `melgraph_program_main`.
///
/// All texts are UTF-8 paths or messages, owned by the loader and valid until the process ends.
typedef struct melgraph_launch_info {
  uint32_t struct_size;          ///< sizeof(melgraph_launch_info) of the loader
  uint32_t version;              ///< MELGRAPH_LAUNCH_INFO_VERSION of the loader
  const char* libtorch_folder;   ///< the `torch` folder, absolute
  const char* libtorch_version;  ///< such as "2.11.0+cu130"
  const char* cuda_note;         ///< why libtorch_cuda.so is not loaded; NULL where it is
  const char* program_folder;    ///< folder of the real executable, absolute
} melgraph_launch_info;

/// Entry point of a program's module; the returned number is the exit status of the process.
int melgraph_program_main(int argc, char** argv, const melgraph_launch_info* info);

/// Name and type of that entry point, for the loader.
#define MELGRAPH_PROGRAM_MAIN_SYMBOL "melgraph_program_main"
typedef int (*melgraph_program_main_function)(int, char**, const melgraph_launch_info*);

/// Put before the definition of `melgraph_program_main`, since modules hide their symbols.
#define MELGRAPH_PROGRAM_EXPORT __attribute__((visibility("default")))

#ifdef __cplusplus
}
#endif
