#include "core/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "melgraph/error.h"

namespace melgraph {

std::string system_error_text(int error_number) {
  return std::error_code(error_number, std::generic_category()).message();
}

void throw_file_error(const std::string& what, const std::string& path, int error_number) {
  std::string hint;
  switch (error_number) {
    case ENOENT: hint = "check the path; relative paths start at the working directory"; break;
    case EACCES:
    case EPERM: hint = "check the permissions of the file and its folders"; break;
    case ENOSPC:
    case EDQUOT: hint = "free some space, or write to another disk"; break;
    case EISDIR: hint = "give a file, not a folder"; break;
    case EROFS: hint = "write to another place"; break;
    default: break;
  }
  throw Error(ErrorCode::io, what + ' ' + path + ": " + system_error_text(error_number),
              std::move(hint));
}

FileDescriptor::~FileDescriptor() {
  close();
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

bool FileDescriptor::close() noexcept {
  const int descriptor = std::exchange(descriptor_, -1);
  return descriptor < 0 || ::close(descriptor) == 0;
}

FileDescriptor open_for_reading(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw_file_error("cannot open", path, errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_file_error("cannot open", path, errno);
  if (S_ISDIR(status.st_mode)) throw_file_error("cannot read", path, EISDIR);
  return file;
}

std::string read_text_file(const std::string& path, std::size_t max_bytes) {
  const FileDescriptor file = open_for_reading(path);
  constexpr std::size_t block = 65536;
  std::string text;
  while (true) {
    // One byte more than allowed tells a file that is too large from one that just fits; the size
    // from fstat would not do, pipes have none.
    const std::size_t room = std::min(block - 1, max_bytes - text.size()) + 1;
    const std::size_t before = text.size();
    text.resize(before + room);
    const ssize_t count = ::read(file.get(), text.data() + before, room);
    if (count < 0 && errno != EINTR) throw_file_error("cannot read", path, errno);
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count == 0) return text;
    if (text.size() > max_bytes) {
      throw Error(ErrorCode::io, path + " is larger than " + std::to_string(max_bytes) + " bytes",
                  "check that it is the file you mean");
    }
  }
}

}  // namespace melgraph
