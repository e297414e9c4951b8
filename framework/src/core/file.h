#pragma once

#include <cstddef>
#include <string>

#include "melgraph/export.h"

namespace melgraph {

/// Read a whole file of at most `max_bytes` bytes.
///
/// Throws `Error` (io) where the file is missing, a folder, not readable or larger.
MELGRAPH_API std::string read_text_file(const std::string& path, std::size_t max_bytes);

/// Give the system's words for an `errno` value, such as "No such file or directory".
std::string system_error_text(int error_number);

/// Throw `Error` (io) "`what` PATH: REASON", with a hint for the common reasons.
[[noreturn]] MELGRAPH_API void throw_file_error(const std::string& what, const std::string& path,
                                   int error_number);

/// A file descriptor that closes itself.
class FileDescriptor {
 public:
  explicit FileDescriptor(int descriptor = -1) noexcept : descriptor_(descriptor) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const noexcept { return descriptor_; }
  bool is_open() const noexcept { return descriptor_ >= 0; }
  /// Close; false, with errno set, where the system reports a late write error.
  bool close() noexcept;

 private:
  int descriptor_;
};

/// Open an existing file for reading; throws `Error` (io) where it is missing, a folder or not
/// readable.
FileDescriptor open_for_reading(const std::string& path);

}  // namespace melgraph
