#include "melgraph/weights.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "io/safetensors.h"
#include "io/weights_file.h"
#include "melgraph/error.h"

namespace melgraph {
namespace {

struct TypeName {
  const char* name;
  at::ScalarType type;
};

constexpr std::array<TypeName, 10> type_names = {{{"F64", at::kDouble},
                                                  {"F32", at::kFloat},
                                                  {"F16", at::kHalf},
                                                  {"BF16", at::kBFloat16},
                                                  {"I64", at::kLong},
                                                  {"I32", at::kInt},
                                                  {"I16", at::kShort},
                                                  {"I8", at::kChar},
                                                  {"U8", at::kByte},
                                                  {"BOOL", at::kBool}}};

at::ScalarType scalar_type(const WeightsTensor& tensor, const std::string& file) {
  for (const TypeName& known : type_names) {
    if (tensor.dtype == known.name) return known.type;
  }
  throw Error(ErrorCode::invalid_graph,
              file + ": tensor `" + tensor.name + "` has the data type " + tensor.dtype +
                  ", which LibTorch cannot hold here",
              "store it as one of F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL");
}

const char* dtype_name(const std::string& tensor, at::ScalarType type) {
  for (const TypeName& known : type_names) {
    if (type == known.type) return known.name;
  }
  throw Error(
      ErrorCode::usage,
      "tensor `" + tensor + "` has the type " + toString(type) + ", which safetensors lacks",
      "convert it to a type such as float32");
}

std::string shape_text(at::IntArrayRef shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "]";
}

/// Write a list of findings as one indented line each; long lists end with a count.
std::string list_text(const std::string& title, const std::vector<std::string>& entries) {
  constexpr std::size_t most = 12;
  if (entries.empty()) return {};
  std::string text = "\n  " + title + " (" + std::to_string(entries.size()) + "):";
  for (std::size_t i = 0; i < std::min(most, entries.size()); ++i) text += "\n    " + entries[i];
  if (entries.size() > most) {
    text += "\n    and " + std::to_string(entries.size() - most) + " more";
  }
  return text;
}

bool matches(const std::string& name, const std::string& pattern) {
  if (pattern.empty() || pattern.back() != '*') return name == pattern;
  return name.compare(0, pattern.size() - 1, pattern, 0, pattern.size() - 1) == 0;
}

}  // namespace

StateDict read_weights(const std::filesystem::path& path) {
  const std::unique_ptr<WeightsFile> file = open_weights_file(path.string());
  StateDict state;
  state.metadata.insert(file->metadata().begin(), file->metadata().end());
  for (std::size_t i = 0; i < file->tensors().size(); ++i) {
    const WeightsTensor& info = file->tensors()[i];
    at::Tensor tensor = at::empty(info.shape, scalar_type(info, file->path()));
    if (info.bytes != 0) file->read(i, tensor.data_ptr());
    state.tensors.emplace(info.name, std::move(tensor));
  }
  return state;
}

void write_weights(const std::filesystem::path& path, const StateDict& state) {
  std::vector<at::Tensor> kept;  // `TensorToWrite` points into these
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, tensor] : state.tensors) {
    if (!tensor.defined()) {
      throw Error(ErrorCode::usage, "tensor `" + name + "` is undefined and cannot be written");
    }
    kept.push_back(tensor.detach().to(at::kCPU).contiguous());
    const at::Tensor& flat = kept.back();
    tensors.push_back(
        {name, dtype_name(name, flat.scalar_type()), flat.sizes().vec(), flat.const_data_ptr()});
  }
  write_safetensors(path.string(), tensors, {state.metadata.begin(), state.metadata.end()});
}

void load_state(torch::nn::Module& module, const StateDict& state, const std::string& what,
                const std::vector<std::string>& optional) {
  const auto is_optional = [&optional](const std::string& name) {
    return std::any_of(optional.begin(), optional.end(),
                       [&name](const std::string& pattern) { return matches(name, pattern); });
  };
  std::vector<std::pair<at::Tensor, at::Tensor>> copies;
  std::vector<std::string> missing, unexpected, misshaped;
  std::set<std::string> names;
  const auto look_up = [&](const std::string& name, const at::Tensor& target) {
    if (!target.defined()) return;
    names.insert(name);
    const auto found = state.tensors.find(name);
    if (found == state.tensors.end()) {
      if (!is_optional(name)) missing.push_back(name + " " + shape_text(target.sizes()));
    } else if (found->second.sizes() != target.sizes()) {
      misshaped.push_back(name + ": the file has " + shape_text(found->second.sizes()) +
                          ", the network wants " + shape_text(target.sizes()));
    } else {
      copies.emplace_back(target, found->second);
    }
  };
  for (const auto& item : module.named_parameters()) look_up(item.key(), item.value());
  for (const auto& item : module.named_buffers()) look_up(item.key(), item.value());
  for (const auto& [name, tensor] : state.tensors) {
    if (names.count(name) == 0 && !is_optional(name)) {
      unexpected.push_back(name + " " + shape_text(tensor.sizes()));
    }
  }
  if (!missing.empty() || !unexpected.empty() || !misshaped.empty()) {
    throw Error(ErrorCode::invalid_graph,
                what + " does not fit the network" + list_text("missing in the file", missing) +
                    list_text("not in the network", unexpected) +
                    list_text("of another shape", misshaped),
                "use weights made for this network, or set its parameters to those it was "
                "trained with");
  }
  const at::NoGradGuard no_grad;
  for (auto& [target, source] : copies) target.copy_(source);
}

}  // namespace melgraph
