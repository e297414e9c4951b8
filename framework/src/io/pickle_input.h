#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "io/regular_file.h"

namespace melgraph {

/// Bytes of a pickle: those of a text in memory, or of a part of a file, read block by block.
///
/// Every call throws `Error` (invalid_graph) where fewer bytes are left than asked for.
class PickleInput {
 public:
  /// Read `bytes`, which must outlive this.
  PickleInput(std::string_view bytes, std::string file_name);
  /// Read the bytes from `begin` to `end` of a file, which must outlive this.
  PickleInput(const RegularFile& file, std::uint64_t begin, std::uint64_t end);

  PickleInput(const PickleInput&) = delete;
  PickleInput& operator=(const PickleInput&) = delete;

  std::uint8_t byte();
  /// Give the next `count` bytes; valid until the next call.
  std::string_view take(std::uint64_t count);
  /// Give the bytes up to a line feed, without it, of at most `longest` bytes; valid until the
  /// next call.
  std::string_view line(std::size_t longest);

  /// Place of the next byte in the file, or in the text.
  std::uint64_t position() const noexcept { return next_ - (window_.size() - used_); }
  const std::string& file_name() const noexcept { return file_name_; }

 private:
  /// Make `count` bytes ready in `window_`, or all that are left; say whether there are so many.
  bool fill(std::uint64_t count);
  [[noreturn]] void refuse_cut() const;

  const RegularFile* file_ = nullptr;
  std::string file_name_;
  std::uint64_t next_ = 0;  // first byte of the file behind the window
  std::uint64_t end_ = 0;
  std::string buffer_;
  std::string_view window_;  // of `buffer_`, or all bytes in memory
  std::size_t used_ = 0;     // of the window
};

}  // namespace melgraph
