// Feeds bytes to the reader of weights files, as a file and, where they begin like a pickle that
// no file begins with, as the state dict of one; what it accepts must be readable to the last byte.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.h"
#include "io/pth_legacy.h"
#include "io/pth_state.h"
#include "io/safetensors.h"
#include "io/weights_file.h"
#include "melgraph/error.h"

namespace {

using melgraph::WeightsTensor;

constexpr std::uint64_t most_bytes = 1 << 20;  // of a tensor that is read

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const std::vector<WeightsTensor>& tensors) {
  std::set<std::string> names;
  for (const WeightsTensor& tensor : tensors) {
    require(names.insert(tensor.name).second);
    require(melgraph::safetensors_tensor_size(tensor.dtype, tensor.shape) == tensor.bytes);
  }
}

void read_file(const std::uint8_t* data, std::size_t size) {
  const melgraph::FileDescriptor memory(::memfd_create("fuzz", 0));
  require(memory.is_open() && ::write(memory.get(), data, size) == static_cast<ssize_t>(size));
  const auto file = melgraph::open_weights_file("/proc/self/fd/" + std::to_string(memory.get()));
  check(file->tensors());
  for (std::size_t i = 0; i < file->tensors().size() && i < 100; ++i) {
    const std::uint64_t bytes = file->tensors()[i].bytes;
    if (bytes > most_bytes) continue;
    std::vector<std::byte> numbers(bytes);
    file->read(i, numbers.data());
  }
}

void read_state(std::string_view bytes) {
  melgraph::PickleInput input(bytes, "fuzz.pth");
  const melgraph::Pickle pickle = melgraph::read_pickle(input);
  require(input.position() <= bytes.size());
  const auto storages = melgraph::list_pth_storages(pickle, "fuzz.pth");
  std::vector<WeightsTensor> tensors;
  for (const auto& tensor : melgraph::list_pth_tensors(pickle, "fuzz.pth", bytes.size())) {
    const std::uint64_t numel = storages.at(tensor.storage).numel;
    require(tensor.first <= numel && tensor.span <= numel - tensor.first);
    tensors.push_back(tensor.info);
  }
  check(tensors);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const bool is_pickle = size > 0 && data[0] == 0x80 && !melgraph::is_legacy_pth(bytes);
    if (is_pickle) {
      read_state(bytes);
    } else {
      read_file(data, size);
    }
  } catch (const melgraph::Error& error) {
    require(error.code() == melgraph::ErrorCode::invalid_graph);
  }
  return 0;
}
