#include "io/pickle_globals.h"

#include <array>

#include "io/weights_error.h"

namespace melgraph {

namespace {

struct TorchType {
  std::string_view prefix;  // of torch.PREFIXStorage and torch.PREFIXTensor
  std::string_view dtype;
};

constexpr std::array<TorchType, 10> torch_types{{{"Float", "F32"},
                                                 {"Double", "F64"},
                                                 {"Half", "F16"},
                                                 {"BFloat16", "BF16"},
                                                 {"Long", "I64"},
                                                 {"Int", "I32"},
                                                 {"Short", "I16"},
                                                 {"Char", "I8"},
                                                 {"Byte", "U8"},
                                                 {"Bool", "BOOL"}}};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

std::optional<PickleGlobal> find_pickle_global(std::string_view module,
                                               std::string_view name) noexcept {
  using Kind = PickleGlobal::Kind;
  if (module == "collections" && name == "OrderedDict")
    return PickleGlobal{Kind::ordered_dict, 0, {}};
  if (module == "torch._utils") {
    if (name == "_rebuild_tensor_v2") return PickleGlobal{Kind::rebuild_tensor, 6, {}};
    if (name == "_rebuild_tensor") return PickleGlobal{Kind::rebuild_tensor, 4, {}};
    if (name == "_rebuild_parameter") return PickleGlobal{Kind::rebuild_parameter, 3, {}};
  }
  if (module != "torch") return std::nullopt;
  for (const TorchType& type : torch_types) {
    if (name.substr(0, type.prefix.size()) != type.prefix) continue;
    const std::string_view rest = name.substr(type.prefix.size());
    if (rest == "Storage") return PickleGlobal{Kind::storage_type, 0, type.dtype};
    if (rest == "Tensor") return PickleGlobal{Kind::tensor_type, 0, type.dtype};
  }
  return std::nullopt;
}

std::string explain_refused_global(std::string_view module, std::string_view name) {
  const std::string full = quote_untrusted(std::string(module) + "." + std::string(name));
  if (module == "torch.storage" && (name == "UntypedStorage" || name == "TypedStorage")) {
    return "it holds a storage without a type of its own (" + full +
           "), as torch.save writes for newer data types";
  }
  if (module == "torch" && (ends_with(name, "Storage") || ends_with(name, "Tensor"))) {
    return "it holds numbers of the type " + full +
           ", which is none of Float, Double, Half, BFloat16, Long, Int, Short, Char, Byte, Bool";
  }
  return "it asks for " + full +
         " of Python. Melgraph runs nothing out of a weights file, and reads only dicts, "
         "OrderedDict and tensors";
}

}  // namespace melgraph
