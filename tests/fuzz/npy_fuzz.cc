// Feeds bytes to the reader of array headers; what it accepts must fill the file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "io/npy.h"
#include "melgraph/error.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const auto header = melgraph::parse_npy_header(bytes, size, "fuzz.npy");
    std::uint64_t count = 1;
    for (const std::int64_t axis : header.shape) {
      require(axis >= 0);
      count *= static_cast<std::uint64_t>(axis);
    }
    require(count == header.count);
    require(header.data_start + count * header.item_size() == size);
  } catch (const melgraph::Error& error) {
    require(error.code() == melgraph::ErrorCode::input);
  }
  return 0;
}
