#include "run/device.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <dlfcn.h>

#include <charconv>
#include <filesystem>
#include <mutex>

#include "core/install_paths.h"
#include "melgraph/cuda_library.h"
#include "melgraph/error.h"
#include "run/cuda_info.h"

namespace melgraph {

namespace {

namespace fs = std::filesystem;

/// Load the CUDA half of LibTorch, once; returns what stood in the way.
///
/// LibTorch remembers its first answer to any question about CUDA, so none is asked before the
/// library is in the process.
std::string load_cuda() {
  const bool loaded = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_NOLOAD) != nullptr;
  if (loaded) return at::hasCUDA() ? std::string() : "LibTorch finds no CUDA device";
  if (dlopen("libcuda.so.1", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    return "no NVIDIA driver (libcuda.so.1)";
  }
  Dl_info info{};
  if (dladdr(reinterpret_cast<const void*>(&at::globalContext), &info) == 0) {
    return "the folder of LibTorch is unknown";
  }
  const fs::path library = fs::path(info.dli_fname).parent_path() / "libtorch_cuda.so";
  std::error_code ignored;
  if (!fs::exists(library, ignored)) return "this LibTorch has no CUDA part (libtorch_cuda.so)";
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    const char* why = dlerror();
    return why != nullptr ? why : "libtorch_cuda.so could not be loaded";
  }
  return at::hasCUDA() ? std::string() : "LibTorch finds no CUDA device";
}

int cuda_count() {
  if (!cuda_obstacle().empty()) return 0;
  const auto* guard = c10::impl::device_guard_impl_registry[static_cast<int>(c10::kCUDA)].load();
  return guard != nullptr ? guard->deviceCount() : 0;
}

[[noreturn]] void missing(const std::string& name, const std::string& why) {
  throw Error(ErrorCode::device, "there is no device \"" + name + "\": " + why,
              "see the devices of this machine with: melgraph version");
}

}  // namespace

void* find_cuda_function(const char* name) {
  if (cuda_count() == 0) return nullptr;
  static void* const library = [] {
    const fs::path path = library_folder() / "melgraph" / "libmelgraph_cuda.so";
    return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  }();
  return library != nullptr ? dlsym(library, name) : nullptr;
}

std::string cuda_obstacle() {
  static std::once_flag once;
  static std::string obstacle;
  std::call_once(once, [] { obstacle = load_cuda(); });
  return obstacle;
}

c10::Device choose_device(const std::string& name) {
  if (name == "cpu") return c10::Device(c10::kCPU);
  if (name == "auto") {
    return cuda_count() > 0 ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
  }
  int index = 0;
  if (name != "cuda") {
    const std::string prefix = "cuda:";
    const char* begin = name.data() + prefix.size();
    const char* end = name.data() + name.size();
    std::from_chars_result read{begin, std::errc()};
    if (name.rfind(prefix, 0) == 0) read = std::from_chars(begin, end, index);
    if (begin >= end || read.ptr != end || read.ec != std::errc() || index < 0) {
      throw Error(ErrorCode::usage, "unknown device \"" + name + "\"",
                  "devices are auto, cpu, cuda and cuda:N");
    }
  }
  const std::string obstacle = cuda_obstacle();
  if (!obstacle.empty()) missing(name, obstacle);
  const int count = cuda_count();
  if (index >= count) missing(name, "there are " + std::to_string(count) + " CUDA devices");
  return c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(index));
}

std::vector<DeviceInfo> list_devices() {
  std::vector<DeviceInfo> devices;
  devices.push_back({"cpu", at::get_cpu_capability(), 0});
  const int count = cuda_count();
  if (count == 0) return devices;
  // Names and sizes come from the CUDA library of ours; without it the devices still work.
  const auto describe =
      reinterpret_cast<CudaDescribe>(find_cuda_function("melgraph_cuda_describe_v1"));
  for (int i = 0; i < count; ++i) {
    DeviceInfo device{"cuda:" + std::to_string(i), "", 0};
    CudaDeviceInfo info{};
    if (describe != nullptr && describe(i, &info) == 0) {
      device.description = info.name;
      device.memory = info.memory;
    }
    devices.push_back(std::move(device));
  }
  return devices;
}

}  // namespace melgraph
