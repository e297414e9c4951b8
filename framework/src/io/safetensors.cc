#include "io/safetensors.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <utility>

#include "melgraph/error.h"

namespace melgraph {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

namespace {

/// Fill `size` bytes from `offset`. Not mmap: a file that another process cuts short must give an
/// error, not a SIGBUS.
void read_exactly(const FileDescriptor& file, const std::string& path, std::uint64_t offset,
                  void* destination, std::uint64_t size) {
  auto* bytes = static_cast<std::byte*>(destination);
  while (size > 0) {
    const ssize_t count = ::pread(file.get(), bytes, size, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_file_error("cannot read", path, errno);
    if (count == 0) {
      throw Error(ErrorCode::io,
                  path + " ends at byte " + std::to_string(offset) +
                      ": it became shorter while it was read",
                  "do not change a file that is in use; start again");
    }
    bytes += count;
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::uint64_t>(count);
  }
}

}  // namespace

SafetensorsFile::SafetensorsFile(std::string path)
    : path_(std::move(path)), file_(open_for_reading(path_)) {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) throw_file_error("cannot read", path_, errno);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::io, path_ + " is not a regular file", "give a .safetensors file");
  }
  const auto file_size = static_cast<std::uint64_t>(status.st_size);

  std::vector<std::byte> start(std::min(file_size, safetensors_length_bytes));
  read_exactly(file_, path_, 0, start.data(), start.size());
  const std::uint64_t header_size = safetensors_header_size(start, file_size, path_);
  start.resize(safetensors_length_bytes + header_size);
  read_exactly(file_, path_, safetensors_length_bytes, start.data() + safetensors_length_bytes,
               header_size);
  header_ = parse_safetensors_header(start, file_size, path_);
}

void SafetensorsFile::read(const TensorInfo& tensor, void* destination) const {
  const std::uint64_t data_size = header_.tensors.empty() ? 0 : header_.tensors.back().end;
  if (tensor.begin > tensor.end || tensor.end > data_size) {
    throw Error(ErrorCode::internal, "tensor \"" + tensor.name + "\" is not one of " + path_);
  }
  read_exactly(file_, path_, header_.data_start + tensor.begin, destination, tensor.bytes());
}

}  // namespace melgraph
