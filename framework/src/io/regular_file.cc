#include "io/regular_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "melgraph/error.h"

namespace melgraph {

RegularFile::RegularFile(std::string path)
    : path_(std::move(path)), descriptor_(open_for_reading(path_)) {
  struct stat status {};
  if (::fstat(descriptor_.get(), &status) != 0) throw_file_error("cannot read", path_, errno);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::io, path_ + " is not a regular file", "give a file of weights");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void RegularFile::read(std::uint64_t offset, void* destination, std::uint64_t count) const {
  if (offset > size_ || count > size_ - offset) {
    throw Error(ErrorCode::internal, path_ + " has no " + std::to_string(count) +
                                         " bytes from byte " + std::to_string(offset));
  }
  auto* bytes = static_cast<std::byte*>(destination);
  while (count > 0) {
    const ssize_t done = ::pread(descriptor_.get(), bytes, count, static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_file_error("cannot read", path_, errno);
    if (done == 0) {
      throw Error(ErrorCode::io,
                  path_ + " ends at byte " + std::to_string(offset) +
                      ": it became shorter while it was read",
                  "do not change a file that is in use; start again");
    }
    bytes += done;
    offset += static_cast<std::uint64_t>(done);
    count -= static_cast<std::uint64_t>(done);
  }
}

}  // namespace melgraph
