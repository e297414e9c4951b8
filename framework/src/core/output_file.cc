#include "melgraph/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/file.h"
#include "melgraph/error.h"

namespace melgraph {

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) throw Error(ErrorCode::io, "an output file needs a name");
  const std::filesystem::path target(path_);
  std::error_code failed;
  if (std::filesystem::is_directory(target, failed)) {
    throw_file_error("cannot write", path_, EISDIR);
  }
  if (target.has_parent_path()) {
    failed.clear();
    std::filesystem::create_directories(target.parent_path(), failed);
    if (failed) {
      throw_file_error("cannot create the folder", target.parent_path().string(), failed.value());
    }
  }
  file_ = std::fopen(part_path().c_str(), "wbe");
  if (file_ == nullptr) throw_file_error("cannot write", part_path(), errno);
}

OutputFile::~OutputFile() {
  close_quietly();
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, nullptr)),
      committed_(other.committed_) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  if (this != &other) {
    close_quietly();
    path_ = std::move(other.path_);
    file_ = std::exchange(other.file_, nullptr);
    committed_ = other.committed_;
  }
  return *this;
}

void OutputFile::close_quietly() noexcept {
  // A destructor cannot report; whoever wants to know calls flush() or commit().
  if (file_ != nullptr) std::fclose(std::exchange(file_, nullptr));
}

void OutputFile::write(std::string_view bytes) {
  if (file_ == nullptr) throw Error(ErrorCode::internal, path_ + ": written after commit");
  if (bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) {
    throw_file_error("cannot write", part_path(), errno);
  }
}

void OutputFile::flush() {
  if (file_ == nullptr) throw Error(ErrorCode::internal, path_ + ": flushed after commit");
  if (std::fflush(file_) != 0) throw_file_error("cannot write", part_path(), errno);
  // A write that failed before may have dropped what it had buffered.
  if (std::ferror(file_) != 0) throw_file_error("cannot write", part_path(), EIO);
}

void OutputFile::commit() {
  flush();
  // EINVAL: the file system has no such thing as a sync; then there is nothing to wait for.
  if (::fsync(::fileno(file_)) != 0 && errno != EINVAL) {
    throw_file_error("cannot write", part_path(), errno);
  }
  if (std::fclose(std::exchange(file_, nullptr)) != 0) {
    throw_file_error("cannot write", part_path(), errno);
  }
  if (std::rename(part_path().c_str(), path_.c_str()) != 0) {
    throw_file_error("cannot rename " + part_path() + " to", path_, errno);
  }
  committed_ = true;
}

}  // namespace melgraph
