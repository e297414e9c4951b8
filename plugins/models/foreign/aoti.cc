#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>
#include <dlfcn.h>
#include <sys/utsname.h>
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <unordered_map>
#include <vector>

#include "models/foreign/foreign_node.h"

namespace melgraph {
namespace {

constexpr const char* model_name = "model";

/// Return what this processor lacks of the instruction sets that a package names; empty: nothing.
std::string missing_instructions(const std::string& sets) {
  std::istringstream words(sets);
  std::string missing;
  for (std::string word; words >> word;) {
    const bool there = word == "AVX512"        ? __builtin_cpu_supports("avx512f") != 0
                       : word == "AVX512_VNNI" ? __builtin_cpu_supports("avx512vnni") != 0
                       : word == "AVX2"        ? __builtin_cpu_supports("avx2") != 0
                                               : true;
    if (!there) missing += (missing.empty() ? "" : ", ") + word;
  }
  return missing;
}

/// Make libtorch.so known to the loader: packages name it. The stand-in lies one folder above this
/// library; where it is missing, the package's own error says what it lacks.
void load_stand_in() {
  Dl_info self{};
  if (::dladdr(reinterpret_cast<const void*>(&load_stand_in), &self) == 0) return;
  const std::filesystem::path folder = std::filesystem::path(self.dli_fname).parent_path();
  const std::string library = (folder.parent_path() / "libmelgraph_torch.so").string();
  ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
}

class Package final : public ForeignNode {
 public:
  Package() : ForeignNode("an AOTInductor package") {}

 private:
  void load(const std::string& file, OpenContext& context) override {
    // Without it a package reads beyond an input of another size. Read by its first call.
    ::setenv("AOTI_RUNTIME_CHECK_INPUTS", "1", 1);
    load_stand_in();
    if (!context.params().is_null("batch")) batch_ = context.params().integer("batch");
    try {
      check_target(file, context.device());
      loader_ = std::make_unique<torch::inductor::AOTIModelPackageLoader>(
          file, model_name, /*run_single_threaded=*/true, /*num_runners=*/1,
          context.device().is_cpu() ? c10::DeviceIndex(-1) : context.device().index());
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      throw Error(ErrorCode::invalid_graph,
                  file + " is no AOTInductor package of this LibTorch: " + reason(error),
                  "write it with torch._inductor.aoti_compile_and_package of the same PyTorch");
    }
  }

  /// Compare the processor that the package was made for with this one.
  static void check_target(const std::string& file, c10::Device device) {
    const auto metadata =
        torch::inductor::AOTIModelPackageLoader::load_metadata_from_package(file, model_name);
    const auto value = [&metadata](const char* key) {
      const auto found = metadata.find(key);
      return found == metadata.end() ? std::string() : found->second;
    };
    const auto refuse = [&file](const std::string& made, const std::string& here) {
      throw Error(ErrorCode::device, file + " was compiled for " + made + ", this is " + here,
                  "export it again on a machine of this kind");
    };
    const std::string made_for = value("AOTI_DEVICE_KEY");
    const std::string here = device.is_cpu() ? "cpu" : "cuda";
    if (!made_for.empty() && made_for != here) refuse("the device " + made_for, here);
    utsname system{};
    ::uname(&system);
    const std::string machine = value("AOTI_MACHINE");
    if (!machine.empty() && machine != system.machine) refuse(machine, system.machine);
    const std::string missing =
        device.is_cpu() ? missing_instructions(value("AOTI_CPU_ISA")) : std::string();
    if (!missing.empty()) refuse(missing, "a processor without it");
  }

  at::Tensor forward(const at::Tensor& input) override {
    if (batch_ == 0 || batch_ == input.size(0)) return run(input);
    std::vector<at::Tensor> parts;
    for (std::int64_t begin = 0; begin < input.size(0); begin += batch_) {
      const std::int64_t count = std::min(batch_, input.size(0) - begin);
      at::Tensor part = input.narrow(0, begin, count);
      if (count < batch_) {
        std::vector<std::int64_t> rest = input.sizes().vec();
        rest[0] = batch_ - count;
        part = at::cat({part, at::zeros(rest, input.options())});
      }
      parts.push_back(run(part).narrow(0, 0, count));
    }
    return at::cat(parts);
  }

  at::Tensor run(const at::Tensor& input) {
    const std::vector<at::Tensor> outputs = loader_->run({input.contiguous()});
    if (outputs.empty()) throw Error(ErrorCode::run_time, file() + ": the package gave nothing");
    return outputs.front();
  }

  std::string wrong_input_hint(const at::Tensor& input) const override {
    return "the package may have been exported for other sizes than " + shape_text(input) +
           ": export it with a dynamic number of items (dynamic_shapes), or give the number it "
           "takes as `batch`";
  }

  std::int64_t batch_ = 0;  ///< 0: any
  std::unique_ptr<torch::inductor::AOTIModelPackageLoader> loader_;
};

}  // namespace

std::unique_ptr<Node> make_aoti() {
  return std::make_unique<Package>();
}

}  // namespace melgraph
