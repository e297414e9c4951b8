#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "config/json_writer.h"
#include "core/file.h"
#include "core/utf8.h"
#include "io/safetensors.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& problem) {
  throw Error(ErrorCode::usage, "cannot write " + path + ": " + problem);
}

std::string quote_valid(const std::string& path, const std::string& text) {
  if (find_invalid_utf8(text) != std::string::npos) {
    refuse(path, json_quote(text) + " is not valid UTF-8");
  }
  return json_quote(text);
}

/// Check a tensor and give the number of its bytes.
std::uint64_t checked_size(const std::string& path, const TensorToWrite& tensor) {
  const std::optional<std::uint64_t> size = safetensors_tensor_size(tensor.dtype, tensor.shape);
  const std::string label = "tensor " + json_quote(tensor.name);
  if (tensor.name == "__metadata__") refuse(path, label + " has a reserved name");
  if (!size) refuse(path, label + " has a data type or a shape that the format does not allow");
  if (*size > 0 && tensor.data == nullptr) refuse(path, label + " has no data");
  return *size;
}

std::string make_header(const std::string& path, const std::vector<TensorToWrite>& tensors,
                        const std::map<std::string, std::string>& metadata) {
  std::string header = "{";
  if (!metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) {
      if (header.back() != '{') header += ',';
      header += quote_valid(path, key) + ':' + quote_valid(path, value);
    }
    header += '}';
  }
  std::unordered_set<std::string_view> names;
  std::uint64_t offset = 0;
  for (const TensorToWrite& tensor : tensors) {
    const std::uint64_t size = checked_size(path, tensor);
    if (!names.insert(tensor.name).second) {
      refuse(path, "two tensors are named " + json_quote(tensor.name));
    }
    if (size > safetensors_max_integer - offset) refuse(path, "more data than the format allows");
    if (header.size() > 1) header += ',';
    header += quote_valid(path, tensor.name) + ":{\"dtype\":\"" + tensor.dtype + "\",\"shape\":[";
    for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
      if (i > 0) header += ',';
      header += std::to_string(tensor.shape[i]);
    }
    header += "],\"data_offsets\":[" + std::to_string(offset) + ',' +
              std::to_string(offset + size) + "]}";
    offset += size;
  }
  header += '}';
  header.resize((header.size() + 7) / 8 * 8, ' ');
  if (header.size() > safetensors_max_header) refuse(path, "the header is larger than 100 MB");
  return header;
}

/// A new file beside `path` that vanishes unless it is renamed to it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& path) : path_(path) {
    static std::atomic<unsigned> counter{0};
    do {
      name_ = path + ".tmp-" + std::to_string(::getpid()) + '-' + std::to_string(++counter);
      file_ = FileDescriptor(::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    } while (!file_.is_open() && errno == EEXIST);
    if (!file_.is_open()) throw_file_error("cannot write", path, errno);
  }
  ~TemporaryFile() {
    if (!renamed_) ::unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(const void* data, std::uint64_t size) {
    const char* bytes = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t count = ::write(file_.get(), bytes, size);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw_file_error("cannot write", path_, errno);
      bytes += count;
      size -= static_cast<std::uint64_t>(count);
    }
  }

  void commit() {
    if (::fsync(file_.get()) != 0 || !file_.close()) throw_file_error("cannot write", path_, errno);
    if (std::rename(name_.c_str(), path_.c_str()) != 0) {
      throw_file_error("cannot write", path_, errno);
    }
    renamed_ = true;
  }

 private:
  std::string path_;
  std::string name_;
  FileDescriptor file_;
  bool renamed_ = false;
};

}  // namespace

void write_safetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const std::string header = make_header(path, tensors, metadata);
  const std::uint64_t size = header.size();
  TemporaryFile file(path);
  file.write(&size, sizeof(size));
  file.write(header.data(), header.size());
  for (const TensorToWrite& tensor : tensors) {
    file.write(tensor.data, *safetensors_tensor_size(tensor.dtype, tensor.shape));
  }
  file.commit();
}

}  // namespace melgraph
