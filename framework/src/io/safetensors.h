#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/regular_file.h"

namespace melgraph {

/// One tensor of a safetensors file, as its header describes it.
struct TensorInfo {
  std::string name;
  std::string dtype;                ///< BOOL U8 I8 I16 U16 I32 U32 I64 U64 F16 BF16 F32 F64
  std::vector<std::int64_t> shape;  ///< row-major; empty for a scalar
  std::uint64_t begin = 0;          ///< first byte, counted from the start of the data
  std::uint64_t end = 0;            ///< one past the last byte

  std::uint64_t bytes() const noexcept { return end - begin; }
};

/// Header of a safetensors file.
struct SafetensorsHeader {
  std::vector<TensorInfo> tensors;  ///< in the order of their data
  std::map<std::string, std::string> metadata;
  std::uint64_t data_start = 0;  ///< place of the first data byte in the file

  /// Find a tensor by its name; null where there is none.
  const TensorInfo* find(const std::string& name) const noexcept;
};

/// Limits of the format: bytes of the header's length, of the header, and each integer in it
/// (2^48 - 1 in its JSON schema); the rank is a limit of ours.
inline constexpr std::uint64_t safetensors_length_bytes = 8;
inline constexpr std::uint64_t safetensors_max_header = 100'000'000;
inline constexpr std::uint64_t safetensors_max_integer = (std::uint64_t{1} << 48) - 1;
inline constexpr std::size_t safetensors_max_rank = 32;

/// Bytes of one element of a data type; 0 for a type outside the list of `TensorInfo::dtype`.
std::size_t safetensors_dtype_size(const std::string& dtype) noexcept;

/// Bytes of a tensor; none where the type is unknown, a size negative or beyond the limits, or the
/// product too large for 64 bits, also with its sizes of 0 left out.
std::optional<std::uint64_t> safetensors_tensor_size(
    const std::string& dtype, const std::vector<std::int64_t>& shape) noexcept;

/// Check the length that the first 8 bytes state against the size of the file and give it, before
/// anything is allocated for it. Throws `Error` (invalid_graph).
std::uint64_t safetensors_header_size(std::span<const std::byte> start, std::uint64_t file_size,
                                      const std::string& file_name);

/// Check and read the header of a safetensors file.
///
/// `start` holds the first bytes of a file of `file_size` bytes, at least its whole header. All
/// rules of the format are enforced: header size, UTF-8 JSON, no duplicate keys, known data types,
/// sizes that agree with the shapes, and data without gap, overlap or trailing bytes. Throws
/// `Error` (invalid_graph) that names `file_name`, the tensor and the rule.
SafetensorsHeader parse_safetensors_header(std::span<const std::byte> start,
                                           std::uint64_t file_size, const std::string& file_name);

/// An open safetensors file whose header has been checked.
class SafetensorsFile {
 public:
  /// Open and check; throws like `parse_safetensors_header`, or `Error` (io).
  explicit SafetensorsFile(std::string path);
  /// Check a file that is open already.
  explicit SafetensorsFile(RegularFile file);
  const std::string& path() const noexcept { return file_.path(); }
  const SafetensorsHeader& header() const noexcept { return header_; }

  /// Copy the data of one tensor of `header()` to `destination`, which holds `tensor.bytes()`
  /// bytes.
  ///
  /// Throws `Error` (io) where the file became shorter meanwhile or cannot be read. May be called
  /// by several threads at once.
  void read(const TensorInfo& tensor, void* destination) const;

 private:
  RegularFile file_;
  SafetensorsHeader header_;
};

/// One tensor to be written: little-endian, row-major, contiguous.
struct TensorToWrite {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;  ///< as many bytes as shape and data type say
};

/// Write a safetensors file with the tensors in the order given.
///
/// The header is padded with spaces to a multiple of 8 bytes. The file is written under a
/// temporary name beside `path`, made durable and renamed, so that `path` is never half written.
/// Equal input gives equal bytes. Throws `Error` (io), or (usage) for a tensor the format does not
/// allow.
void write_safetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace melgraph
