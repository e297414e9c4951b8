#include "io/safetensors.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "melgraph/error.h"

namespace melgraph {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

SafetensorsFile::SafetensorsFile(std::string path)
    : SafetensorsFile(RegularFile(std::move(path))) {}

SafetensorsFile::SafetensorsFile(RegularFile file) : file_(std::move(file)) {
  std::vector<std::byte> start(std::min(file_.size(), safetensors_length_bytes));
  file_.read(0, start.data(), start.size());
  const std::uint64_t header_size = safetensors_header_size(start, file_.size(), path());
  start.resize(safetensors_length_bytes + header_size);
  file_.read(safetensors_length_bytes, start.data() + safetensors_length_bytes, header_size);
  header_ = parse_safetensors_header(start, file_.size(), path());
}

void SafetensorsFile::read(const TensorInfo& tensor, void* destination) const {
  const std::uint64_t data_size = header_.tensors.empty() ? 0 : header_.tensors.back().end;
  if (tensor.begin > tensor.end || tensor.end > data_size) {
    throw Error(ErrorCode::internal, "tensor \"" + tensor.name + "\" is not one of " + path());
  }
  file_.read(header_.data_start + tensor.begin, destination, tensor.bytes());
}

}  // namespace melgraph
