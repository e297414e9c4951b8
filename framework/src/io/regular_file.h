#pragma once

#include <cstdint>
#include <string>

#include "core/file.h"

namespace melgraph {

/// A regular file open for reading, whose size was taken when it was opened.
///
/// Read with pread, never mapped: a file that another process cuts short gives an error, not a
/// SIGBUS. All of it may be used by several threads at once.
class RegularFile {
 public:
  /// Open; throws `Error` (io) where the file is missing, not readable or not a regular file.
  explicit RegularFile(std::string path);

  const std::string& path() const noexcept { return path_; }
  std::uint64_t size() const noexcept { return size_; }

  /// Copy `count` bytes from `offset` on to `destination`.
  ///
  /// Throws `Error` (io) where the file became shorter meanwhile or cannot be read, (internal)
  /// where the bytes were never in the file.
  void read(std::uint64_t offset, void* destination, std::uint64_t count) const;

 private:
  std::string path_;
  FileDescriptor descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace melgraph
