#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "melgraph/export.h"

namespace melgraph {

/// Write a result file under the name `PATH.part` and rename it to `PATH` when it is complete.
///
/// A run that ends early leaves the `.part` file with everything written before. Every function
/// throws `Error` (io), with the path in the message, where the system refuses or the disk is full.
/// Not thread-safe.
class MELGRAPH_API OutputFile {
 public:
  /// Create missing parent folders and open `path` + ".part" anew.
  explicit OutputFile(std::string path);
  /// Close; without `commit()` the `.part` file stays, flushed.
  ~OutputFile();
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Append bytes.
  void write(std::string_view bytes);
  /// Hand everything written so far to the operating system.
  void flush();
  /// Make the content durable and rename it to `path()`; a file of that name is replaced.
  void commit();

  /// Name of the complete file.
  const std::string& path() const noexcept { return path_; }
  /// Name of the file while it is written: `path()` + ".part".
  std::string part_path() const { return path_ + ".part"; }
  bool committed() const noexcept { return committed_; }

 private:
  void close_quietly() noexcept;

  std::string path_;
  std::FILE* file_ = nullptr;
  bool committed_ = false;
};

}  // namespace melgraph
