#pragma once

#include <filesystem>
#include <string>

#include "find_libtorch.h"

namespace melgraph::launch {

/// LibTorch as it is loaded into this process.
struct LoadedLibTorch {
  bool loaded = false;
  LibTorchSearchResult search;  ///< what was looked at
  std::string error;            ///< why not, to follow "LibTorch "; empty where it is loaded
  std::string cuda_note;        ///< why `libtorch_cuda.so` is not loaded; empty where it is
};

/// Find LibTorch and load it with global symbols: `libc10.so`, `libtorch_cpu.so` and, where this
/// host has an NVIDIA driver, `libtorch_cuda.so`, whose failure is a note and no error.
///
/// `path_file` is the build tree's `libtorch.path` (may be missing). Sets `OMP_WAIT_POLICY` to
/// `passive` unless it is set. Libraries stay loaded until the process ends.
LoadedLibTorch load_libtorch(const std::filesystem::path& path_file);

/// Give the folder of the running executable with symbolic links resolved.
std::filesystem::path executable_folder();

/// Load LibTorch, then the module `relative_module` (relative to the real executable), and call its
/// `melgraph_program_main`; give the exit status.
///
/// Without LibTorch, `version` is answered with what is known; anything else explains on stderr and
/// gives 1.
int launch_program(int argc, char** argv, const std::string& relative_module);

}  // namespace melgraph::launch
