#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/pickle_reader.h"
#include "io/weights_file.h"

namespace melgraph {

/// One record of numbers in a file of torch.save.
struct PthStorage {
  std::string dtype;
  std::uint64_t numel = 0;
  std::uint64_t bytes = 0;           ///< numel times the size of a number
  std::uint64_t begin = 0;           ///< first byte in the file
  std::optional<std::uint32_t> crc;  ///< CRC-32 of all its bytes, where the file states one
};

/// Records by the key that the pickle names them by.
using PthStorages = std::map<std::string, PthStorage>;

/// One tensor: a strided view of a record.
struct PthTensor {
  WeightsTensor info;
  std::string storage;                 ///< key
  std::uint64_t first = 0;             ///< index of its first number in the record
  std::uint64_t span = 0;              ///< numbers from the first one to the last, inclusive
  std::vector<std::uint64_t> strides;  ///< in numbers, one a dimension
};

/// Limits of a state dict: tensors, dicts in dicts, bytes of a name; and the bytes of all tensors,
/// which may share their numbers: `pth_max_sharing` times the file, and a floor for small files.
inline constexpr std::size_t pth_max_tensors = 100'000;
inline constexpr std::size_t pth_max_depth = 16;
inline constexpr std::size_t pth_max_name = 1024;
inline constexpr std::uint64_t pth_max_sharing = 16;
inline constexpr std::uint64_t pth_floor_bytes = std::uint64_t{64} << 20;

/// List the records that the values of `pickle` need; where they lie is left open. Throws `Error`
/// (invalid_graph) where two values disagree about a record.
PthStorages list_pth_storages(const Pickle& pickle, const std::string& file_name);

/// List the tensors of the state dict in `pickle`, in its order.
///
/// Names in nested dicts are joined by dots; values that are not tensors are passed over. Where the
/// outermost dict holds no tensor but one dict of them under `state_dict`, `model`,
/// `model_state_dict` or `net`, that one is taken. A prefix `module.` common to all names (of
/// torch.nn.DataParallel) is removed. Throws `Error` (invalid_graph) for a tensor that does not lie
/// in its record, two of one name, no tensor at all, or a limit above.
std::vector<PthTensor> list_pth_tensors(const Pickle& pickle, const std::string& file_name,
                                        std::uint64_t file_size);

}  // namespace melgraph
