#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/file.h"
#include "melgraph/export.h"

namespace melgraph {

/// Header of a NumPy array file (format: numpy.lib.format, versions 1.0 to 3.0).
struct NpyHeader {
  bool is_float64 = false;          ///< `<f8`; else `<f4`
  std::vector<std::int64_t> shape;  ///< row-major; empty for one number
  std::uint64_t count = 1;          ///< numbers in the array
  std::uint64_t data_start = 0;     ///< place of the first data byte in the file

  std::size_t item_size() const noexcept { return is_float64 ? 8 : 4; }
};

/// Most bytes of a header that is read, and most axes; numpy itself ends at 64.
inline constexpr std::size_t npy_max_header = 65536;
inline constexpr std::size_t npy_max_rank = 64;

/// Check and read the header of a NumPy array file.
///
/// `start` holds the first bytes of a file of `file_size` bytes, at least its whole header or
/// `npy_max_header` bytes. Little-endian float32 and float64 in C order are read, and the data must
/// fill the rest of the file exactly. Throws `Error` (input) that names `file_name` and the rule.
MELGRAPH_API NpyHeader parse_npy_header(std::span<const std::byte> start, std::uint64_t file_size,
                                        const std::string& file_name);

/// An open array file whose header has been checked; its numbers are read from first to last.
class MELGRAPH_API NpyFile {
 public:
  /// Open and check; throws like `parse_npy_header`, or `Error` (io).
  explicit NpyFile(std::string path);
  ~NpyFile();
  NpyFile(const NpyFile&) = delete;
  NpyFile& operator=(const NpyFile&) = delete;

  const NpyHeader& header() const noexcept { return header_; }
  /// Read the next numbers, as many as `values` has room for and the array has left; returns how
  /// many. Throws `Error` (io) where the file cannot be read or became shorter meanwhile.
  std::size_t read(std::span<double> values);

 private:
  std::string path_;
  FileDescriptor file_;
  NpyHeader header_;
  std::uint64_t done_ = 0;
  std::vector<char> buffer_;
};

/// Give the header of a float32 array in C order, version 1.0, as numpy writes it: its length is a
/// multiple of 64. Throws `Error` (usage) for a negative size or too many axes.
MELGRAPH_API std::string npy_header(const std::vector<std::int64_t>& shape);

/// Write a float32 array whose numbers stand in `blocks`, one block after the other.
///
/// The file is written as `path` + ".part" and renamed when it is complete. Throws `Error` (io),
/// or (usage) where the blocks do not hold as many numbers as `shape` says.
MELGRAPH_API void write_npy(const std::string& path, const std::vector<std::int64_t>& shape,
                            const std::vector<std::span<const float>>& blocks);

/// Write a shape as Python does: `()`, `(3,)`, `(3, 4)`.
MELGRAPH_API std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace melgraph
