#include "host_loader.h"

#include <dlfcn.h>

#include <map>
#include <mutex>

#include "launch.h"
#include "missing_libtorch.h"

namespace melgraph::launch {

namespace fs = std::filesystem;

namespace {

LoadedHost incomplete(const std::string& what) {
  return {nullptr,
          "error: " + what + "\nhint: the installation is incomplete; build or unpack it again\n"};
}

LoadedHost load_module(const fs::path& module) {
  void* const handle = dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* const entry = handle == nullptr ? nullptr : dlsym(handle, MELGRAPH_HOST_SYMBOL);
  if (entry == nullptr) {
    const char* const text = dlerror();
    return incomplete(text != nullptr ? text : "unknown error of the dynamic loader");
  }
  const melgraph_host_table* const table =
      reinterpret_cast<melgraph_host_function>(entry)(MELGRAPH_HOST_VERSION);
  if (table == nullptr || table->version != MELGRAPH_HOST_VERSION ||
      table->struct_size < sizeof(melgraph_host_table)) {
    return incomplete(module.string() + " is of another version of Melgraph");
  }
  return {table, {}};
}

}  // namespace

LoadedHost load_host(const fs::path& library_folder) {
  static std::mutex mutex;
  static std::map<fs::path, LoadedHost> loaded;
  const std::lock_guard lock(mutex);
  std::error_code ignored;
  const fs::path folder = fs::weakly_canonical(library_folder, ignored);
  if (const auto found = loaded.find(folder); found != loaded.end()) return found->second;
  const LoadedLibTorch libtorch = load_libtorch(folder / "melgraph" / "libtorch.path");
  if (!libtorch.loaded) return {nullptr, explain_missing_libtorch(libtorch)};
  LoadedHost host = load_module(folder / "melgraph" / "programs" / "host.so");
  if (host.table != nullptr) loaded.emplace(folder, host);
  return host;
}

}  // namespace melgraph::launch
