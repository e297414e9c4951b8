#include "io/pth_legacy.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

#include "io/pickle_reader.h"
#include "io/safetensors.h"
#include "io/weights_error.h"

namespace melgraph {

namespace {

using namespace std::string_view_literals;

/// LONG1 of ten bytes, and STOP.
constexpr std::string_view magic = "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e"sv;
constexpr std::int64_t protocol_version = 1001;
constexpr std::uint64_t count_bytes = 8;

Pickle read_one(const RegularFile& file, std::uint64_t& begin) {
  PickleInput input(file, begin, file.size());
  Pickle pickle = read_pickle(input);
  begin = input.position();
  return pickle;
}

/// The machine that wrote the file: {"protocol_version": 1001, "little_endian": True, ...}.
void check_machine(const Pickle& pickle, const std::string& file_name) {
  const auto* facts = pickle.get<PickleDict>(pickle.root);
  if (facts == nullptr) refuse_weights(file_name, "the facts about its machine are no dict");
  for (const auto& [key, value] : facts->items) {
    const auto* name = pickle.get<PickleText>(key);
    const auto* is_little = pickle.get<bool>(value);
    if (name == nullptr || name->text != "little_endian") continue;
    if (is_little == nullptr || !*is_little) {
      refuse_weights(file_name, "its numbers are not little-endian", convert_weights_hint);
    }
  }
}

/// Walk through the records behind the pickles and note where each one lies.
void place_storages(const RegularFile& file, std::uint64_t begin, const Pickle& keys,
                    PthStorages& storages) {
  const auto* list = keys.get<PickleList>(keys.root);
  if (list == nullptr) refuse_weights(file.path(), "the keys of its storages are no list");
  std::set<std::string> seen;
  for (const PickleId item : list->items) {
    const auto* key = keys.get<PickleText>(item);
    if (key == nullptr) refuse_weights(file.path(), "the key of a storage is not a text");
    const std::string label = "storage " + quote_untrusted(key->text);
    const auto found = storages.find(key->text);
    if (found == storages.end()) refuse_weights(file.path(), label + " belongs to no tensor");
    if (!seen.insert(key->text).second) refuse_weights(file.path(), label + " is there twice");
    PthStorage& storage = found->second;
    if (file.size() - begin < count_bytes) refuse_weights(file.path(), label + " is cut off");
    std::uint64_t count = 0;
    file.read(begin, &count, count_bytes);
    begin += count_bytes;
    if (count != storage.numel) {
      refuse_weights(file.path(), label + " holds " + std::to_string(count) +
                                      " numbers, its tensors need " +
                                      std::to_string(storage.numel));
    }
    if (file.size() - begin < storage.bytes) {
      refuse_weights(file.path(),
                     label + " is cut off: the file has " + std::to_string(file.size()) + " bytes");
    }
    storage.begin = begin;
    begin += storage.bytes;
  }
  if (seen.size() != storages.size()) refuse_weights(file.path(), "a storage is missing");
  if (begin != file.size()) refuse_weights(file.path(), "something is behind its last storage");
}

}  // namespace

bool is_legacy_pth(std::string_view head) noexcept {
  // PROTO, then the integer, which protocol 4 puts into a FRAME.
  constexpr std::size_t bare = 2;
  constexpr std::size_t framed = bare + 9;
  return !head.empty() && head.front() == '\x80' &&
         (head.substr(std::min(bare, head.size()), magic.size()) == magic ||
          head.substr(std::min(framed, head.size()), magic.size()) == magic);
}

PthContents read_pth_legacy(const RegularFile& file) {
  std::uint64_t next = 0;
  read_one(file, next);  // `is_legacy_pth` has seen the magic number
  const Pickle version = read_one(file, next);
  const auto* number = version.get<std::int64_t>(version.root);
  if (number == nullptr || *number != protocol_version) {
    refuse_weights(file.path(), "its format is not the one of version 1001 of torch.save",
                   convert_weights_hint);
  }
  check_machine(read_one(file, next), file.path());
  const Pickle object = read_one(file, next);
  const Pickle keys = read_one(file, next);

  PthContents contents;
  contents.storages = list_pth_storages(object, file.path());
  contents.tensors = list_pth_tensors(object, file.path(), file.size());
  place_storages(file, next, keys, contents.storages);
  return contents;
}

}  // namespace melgraph
