#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "io/pickle_input.h"

namespace melgraph {

/// Limits of the pickles that are read.
inline constexpr std::uint64_t pickle_max_bytes = std::uint64_t{64} << 20;
inline constexpr std::size_t pickle_max_values = 1'000'000;
inline constexpr std::size_t pickle_max_stack = 1'000'000;
inline constexpr std::size_t pickle_max_marks = 256;
inline constexpr std::size_t pickle_max_text = std::size_t{1} << 20;
inline constexpr std::size_t pickle_max_name = 512;

/// Index of a value in `Pickle::values`. Values refer to one another by it, so that a value used a
/// million times is stored once; they may also refer to themselves in a circle.
using PickleId = std::uint32_t;

struct PickleNone {};
struct PickleText {
  std::string text;
};
/// Bytes, or an integer of more than 64 bits: kept only to be passed over.
struct PickleBytes {
  std::string bytes;
};
struct PickleTuple {
  std::vector<PickleId> items;
};
struct PickleList {
  std::vector<PickleId> items;
};
struct PickleDict {
  std::vector<std::pair<PickleId, PickleId>> items;
  bool ordered = false;  ///< a collections.OrderedDict
};

/// One of the names of Python that a pickle may use. None of them is ever called.
struct PickleGlobal {
  enum class Kind { ordered_dict, rebuild_tensor, rebuild_parameter, storage_type, tensor_type };
  Kind kind;
  std::size_t arguments = 0;  ///< fewest arguments of `rebuild_tensor`
  std::string_view dtype;     ///< of `storage_type` and `tensor_type`: safetensors' name
};

/// Numbers that lie elsewhere in the file, in the record named by the text `key`.
struct PickleStorage {
  PickleId key = 0;
  std::string_view dtype;  ///< safetensors' name
  std::int64_t numel = 0;  ///< of the whole record
  std::int64_t begin = 0;  ///< first number of this storage in the record
  std::int64_t size = 0;   ///< numbers of this storage, all of them in the record
};

/// A view of a storage, as torch._utils._rebuild_tensor_v2 gets it. Only the types are checked:
/// `storage` is a PickleStorage, `shape` and `strides` are tuples of anything.
struct PickleTensor {
  bool built = false;  ///< false for a tensor that never got its storage
  PickleId storage = 0;
  PickleId shape = 0;
  PickleId strides = 0;
  std::int64_t offset = 0;
};

using PickleValue =
    std::variant<PickleNone, bool, std::int64_t, double, PickleText, PickleBytes, PickleTuple,
                 PickleList, PickleDict, PickleGlobal, PickleStorage, PickleTensor>;

/// What a pickle says, as data.
struct Pickle {
  std::vector<PickleValue> values;
  PickleId root = 0;

  /// Give a value where it is of the kind asked for, else null.
  template <typename Kind>
  const Kind* get(PickleId id) const {
    return std::get_if<Kind>(&values[id]);
  }
};

/// Read one pickle of protocol 2 to 5, up to its end, without executing anything.
///
/// Only three kinds of names are known: `collections.OrderedDict`; the storages of torch of
/// types that safetensors has too; and what makes a tensor of a storage,
/// `torch._utils._rebuild_tensor_v2` and its forms of older versions (`_rebuild_tensor`,
/// `_rebuild_parameter`, and `torch.FloatTensor` with its state). Each becomes a value above. Any
/// other name, and any opcode that these do not need, is refused. Throws `Error` (invalid_graph)
/// that names the file and what was asked for.
Pickle read_pickle(PickleInput& input);

}  // namespace melgraph
