#include "io/pth_file.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "io/safetensors.h"
#include "io/weights_error.h"
#include "io/zip_archive.h"
#include "melgraph/error.h"

namespace melgraph {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

namespace {

constexpr std::uint64_t block_bytes = std::uint64_t{1} << 20;

std::uint32_t add_crc(std::uint32_t crc, const void* bytes, std::size_t count) {
  return static_cast<std::uint32_t>(
      ::crc32_z(crc, static_cast<const unsigned char*>(bytes), count));
}

bool is_contiguous(const PthTensor& tensor) {
  std::uint64_t expected = 1;
  for (std::size_t i = tensor.strides.size(); i-- > 0;) {
    const auto size = static_cast<std::uint64_t>(tensor.info.shape[i]);
    if (size != 1 && tensor.strides[i] != expected) return false;
    expected *= size;
  }
  return true;
}

/// Copy the strided numbers of `tensor`, whose first one is at `source`, in row-major order.
template <std::size_t item_size>
void gather(const PthTensor& tensor, const std::byte* source, std::byte* destination) {
  const std::vector<std::int64_t>& shape = tensor.info.shape;
  const std::size_t rank = shape.size();
  const auto inner = static_cast<std::uint64_t>(shape[rank - 1]);
  const std::uint64_t inner_stride = tensor.strides[rank - 1];
  std::vector<std::int64_t> index(rank, 0);
  std::uint64_t row = 0;
  for (std::uint64_t left = tensor.info.bytes / item_size; left > 0; left -= inner) {
    for (std::uint64_t i = 0; i < inner; ++i) {
      std::memcpy(destination, source + (row + i * inner_stride) * item_size, item_size);
      destination += item_size;
    }
    for (std::size_t axis = rank - 1; axis-- > 0;) {
      row += tensor.strides[axis];
      if (++index[axis] < shape[axis]) break;
      row -= tensor.strides[axis] * static_cast<std::uint64_t>(shape[axis]);
      index[axis] = 0;
    }
  }
}

/// Find the folder of the archive: the one that `data.pkl` lies in.
std::string find_folder(const RegularFile& file, const ZipDirectory& entries) {
  constexpr std::string_view pickle_name = "/data.pkl";
  std::string folder;
  for (const auto& [name, entry] : entries) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos || name.substr(slash) != pickle_name) continue;
    if (!folder.empty()) refuse_weights(file.path(), "the zip archive holds two data.pkl");
    folder = name.substr(0, slash);
  }
  if (folder.empty()) {
    refuse_weights(file.path(), "a zip archive, but not of a state dict: it has no data.pkl",
                   convert_weights_hint);
  }
  return folder;
}

}  // namespace

PthContents read_pth_zip(const RegularFile& file) {
  const ZipDirectory entries = read_zip_directory(file);
  const std::string folder = find_folder(file, entries);
  if (entries.count(folder + "/constants.pkl") != 0) {
    refuse_weights(file.path(), "a TorchScript program, not a state dict",
                   "run it with model.torchscript and --trust-code, or save the state dict of the "
                   "network");
  }
  const auto order = entries.find(folder + "/byteorder");
  if (order != entries.end() && read_zip_entry(file, *order, 16) != "little") {
    refuse_weights(file.path(), "its numbers are not little-endian", convert_weights_hint);
  }
  const std::string bytes =
      read_zip_entry(file, *entries.find(folder + "/data.pkl"), pickle_max_bytes);
  PickleInput input(bytes, file.path());
  const Pickle pickle = read_pickle(input);
  if (input.position() != bytes.size()) refuse_weights(file.path(), "data.pkl holds two pickles");

  PthContents contents;
  contents.storages = list_pth_storages(pickle, file.path());
  contents.tensors = list_pth_tensors(pickle, file.path(), file.size());
  for (auto& [key, storage] : contents.storages) {
    const auto found = entries.find(folder + "/data/" + key);
    const std::string label = "storage " + quote_untrusted(key);
    if (found == entries.end()) refuse_weights(file.path(), label + " is missing in the archive");
    if (found->second.size != storage.bytes) {
      refuse_weights(file.path(), label + " has " + std::to_string(found->second.size) +
                                      " bytes in the archive, its tensors need " +
                                      std::to_string(storage.bytes));
    }
    storage.begin = found->second.begin;
    storage.crc = found->second.crc;
  }
  return contents;
}

PthFile::PthFile(RegularFile file, PthContents contents)
    : file_(std::move(file)),
      storages_(std::move(contents.storages)),
      checked_(std::make_unique<std::atomic<bool>[]>(storages_.size())) {
  std::map<const PthStorage*, std::atomic<bool>*> checked;
  std::size_t next = 0;
  for (const auto& [key, storage] : storages_) checked[&storage] = &checked_[next++];
  for (PthTensor& tensor : contents.tensors) {
    const PthStorage& storage = storages_.at(tensor.storage);
    infos_.push_back(tensor.info);
    views_.push_back({std::move(tensor), &storage, checked.at(&storage)});
  }
}

void PthFile::check_crc(std::size_t view, const PthStorage& storage) const {
  if (!storage.crc || views_[view].checked->load()) return;
  std::vector<std::byte> block(std::min(block_bytes, storage.bytes));
  std::uint32_t crc = 0;
  for (std::uint64_t done = 0; done < storage.bytes; done += block.size()) {
    block.resize(std::min<std::uint64_t>(block.size(), storage.bytes - done));
    file_.read(storage.begin + done, block.data(), block.size());
    crc = add_crc(crc, block.data(), block.size());
  }
  check_zip_crc(file_, views_[view].tensor.storage, *storage.crc, crc);
  views_[view].checked->store(true);
}

void PthFile::read(std::size_t index, void* destination) const {
  const PthTensor& tensor = views_.at(index).tensor;
  const PthStorage& storage = *views_[index].storage;
  if (tensor.info.bytes == 0) return;
  const std::size_t item_size = safetensors_dtype_size(tensor.info.dtype);
  const std::uint64_t begin = storage.begin + tensor.first * item_size;
  if (is_contiguous(tensor)) {
    if (tensor.info.bytes != storage.bytes) check_crc(index, storage);
    file_.read(begin, destination, tensor.info.bytes);
    if (tensor.info.bytes == storage.bytes && storage.crc) {
      check_zip_crc(file_, tensor.storage, *storage.crc,
                    add_crc(0, destination, tensor.info.bytes));
    }
    return;
  }
  check_crc(index, storage);
  std::vector<std::byte> source(tensor.span * item_size);
  file_.read(begin, source.data(), source.size());
  auto* target = static_cast<std::byte*>(destination);
  switch (item_size) {
    case 1: return gather<1>(tensor, source.data(), target);
    case 2: return gather<2>(tensor, source.data(), target);
    case 4: return gather<4>(tensor, source.data(), target);
    case 8: return gather<8>(tensor, source.data(), target);
    default: throw Error(ErrorCode::internal, "data type " + tensor.info.dtype);
  }
}

}  // namespace melgraph
