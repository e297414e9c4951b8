#include "launch.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "launch_info.h"
#include "missing_libtorch.h"

namespace melgraph::launch {

namespace fs = std::filesystem;

namespace {

std::string loader_error() {
  const char* text = dlerror();
  return text == nullptr ? "unknown error of the dynamic loader" : text;
}

/// Load one library of LibTorch; its symbols are global, as those of a linked library would be.
std::string load_global(const fs::path& library) {
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) != nullptr) return {};
  return loader_error();
}

/// Load the CUDA part where a driver is; give why not otherwise.
std::string load_cuda(const fs::path& libtorch) {
  if (dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) == nullptr) {
    return "no NVIDIA driver (" + loader_error() + ")";
  }
  const fs::path library = libtorch / "lib/libtorch_cuda.so";
  std::error_code error;
  if (!fs::exists(library, error)) return "this LibTorch is built without CUDA";
  return load_global(library);
}

struct VersionQuestion {
  bool asked = false;
  bool json = false;
};

/// Recognise `version`, `version --json` and `--version`, and nothing else.
VersionQuestion version_question(int argc, char** argv) {
  const std::string_view first = argc > 1 ? argv[1] : "";
  const std::string_view second = argc > 2 ? argv[2] : "";
  if (argc == 2 && (first == "version" || first == "--version")) return {true, false};
  if (argc == 3 && first == "version" && second == "--json") return {true, true};
  return {};
}

}  // namespace

LoadedLibTorch load_libtorch(const fs::path& path_file) {
  LoadedLibTorch libtorch;
  libtorch.search = find_libtorch({process_environment, path_file, "/"});
  if (!libtorch.search.folder) {
    libtorch.error = process_environment("MELGRAPH_LIBTORCH").empty()
                         ? "not found"
                         : "not found in $MELGRAPH_LIBTORCH";
    return libtorch;
  }
  // libgomp reads it once, when it is loaded: spinning threads starve the decoders beside them.
  setenv("OMP_WAIT_POLICY", "passive", 0);
  const fs::path& folder = *libtorch.search.folder;
  for (const char* name : {"lib/libc10.so", "lib/libtorch_cpu.so"}) {
    if (const std::string error = load_global(folder / name); !error.empty()) {
      libtorch.error = "could not be loaded: " + error;
      return libtorch;
    }
  }
  libtorch.cuda_note = load_cuda(folder);
  libtorch.loaded = true;
  return libtorch;
}

fs::path executable_folder() {
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : executable.parent_path();
}

int launch_program(int argc, char** argv, const std::string& relative_module) {
  const fs::path folder = executable_folder();
  if (folder.empty()) {
    std::fputs("error: /proc/self/exe cannot be read\nhint: mount /proc\n", stderr);
    return 1;
  }
  const fs::path module = (folder / relative_module).lexically_normal();
  // lib/melgraph/libtorch.path, for modules in lib/melgraph/programs
  const LoadedLibTorch libtorch =
      load_libtorch(module.parent_path().parent_path() / "libtorch.path");
  if (!libtorch.loaded) {
    if (const VersionQuestion question = version_question(argc, argv); question.asked) {
      std::fputs(version_without_libtorch(libtorch, question.json).c_str(), stdout);
      return std::fflush(stdout) == 0 ? 0 : 1;
    }
    std::fputs(explain_missing_libtorch(libtorch).c_str(), stderr);
    return 1;
  }
  void* const handle = dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* const entry = handle == nullptr ? nullptr : dlsym(handle, MELGRAPH_PROGRAM_MAIN_SYMBOL);
  if (entry == nullptr) {
    std::fprintf(stderr,
                 "error: %s\nhint: the installation is incomplete; build or unpack it again\n",
                 loader_error().c_str());
    return 1;
  }
  const std::string libtorch_folder = libtorch.search.folder->string();
  const std::string program_folder = folder.string();
  const melgraph_launch_info info = {
      sizeof(melgraph_launch_info),
      MELGRAPH_LAUNCH_INFO_VERSION,
      libtorch_folder.c_str(),
      libtorch.search.version.c_str(),
      libtorch.cuda_note.empty() ? nullptr : libtorch.cuda_note.c_str(),
      program_folder.c_str(),
  };
  return reinterpret_cast<melgraph_program_main_function>(entry)(argc, argv, &info);
}

}  // namespace melgraph::launch
