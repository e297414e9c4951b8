// Feeds bytes to the safetensors header reader; what it accepts must tile the file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "io/safetensors.h"
#include "melgraph/error.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const auto header = melgraph::parse_safetensors_header(bytes, size, "fuzz.safetensors");
    std::uint64_t end = 0;
    for (const melgraph::TensorInfo& tensor : header.tensors) {
      require(tensor.begin == end && tensor.end >= tensor.begin);
      require(melgraph::safetensors_tensor_size(tensor.dtype, tensor.shape) == tensor.bytes());
      require(header.find(tensor.name) == &tensor);
      end = tensor.end;
    }
    require(header.data_start + end == size);
  } catch (const melgraph::Error& error) {
    require(error.code() == melgraph::ErrorCode::invalid_graph);
  }
  return 0;
}
