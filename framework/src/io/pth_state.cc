#include "io/pth_state.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "core/utf8.h"
#include "io/safetensors.h"
#include "io/weights_error.h"

namespace melgraph {

namespace {

constexpr std::array<std::string_view, 4> state_names = {"state_dict", "model", "model_state_dict",
                                                         "net"};

class StateReader {
 public:
  StateReader(const Pickle& pickle, const std::string& file_name, std::uint64_t file_size)
      : pickle_(pickle),
        file_name_(file_name),
        max_bytes_(file_size > (UINT64_MAX - pth_floor_bytes) / pth_max_sharing
                       ? UINT64_MAX
                       : file_size * pth_max_sharing + pth_floor_bytes) {}
  std::vector<PthTensor> read();

 private:
  [[noreturn]] void refuse(const std::string& problem,
                           const char* hint = damaged_weights_hint) const {
    refuse_weights(file_name_, problem, hint);
  }
  const PickleDict& find_state() const;
  bool holds_tensor(const PickleDict& dict) const;
  void walk(const PickleDict& dict, const std::string& prefix, std::size_t depth);
  std::string key_text(PickleId key) const;
  void add(std::string name, const PickleTensor& tensor);
  std::vector<std::int64_t> integers(PickleId tuple, const std::string& label) const;
  void place(PthTensor& out, const PickleTensor& tensor, const std::string& label) const;
  void strip_module_prefix();

  const Pickle& pickle_;
  const std::string& file_name_;
  std::uint64_t max_bytes_;
  std::uint64_t bytes_ = 0;
  std::size_t steps_ = 0;
  std::unordered_set<std::string> names_;
  std::vector<PthTensor> tensors_;
};

std::vector<PthTensor> StateReader::read() {
  walk(find_state(), "", 0);
  if (tensors_.empty()) {
    refuse("it holds no tensor",
           "save the state dict of a network: torch.save(model.state_dict(), "
           "\"weights.pth\")");
  }
  strip_module_prefix();
  return std::move(tensors_);
}

const PickleDict& StateReader::find_state() const {
  const auto* root = pickle_.get<PickleDict>(pickle_.root);
  if (root == nullptr) {
    refuse("it holds no state dict but something else", convert_weights_hint);
  }
  if (holds_tensor(*root)) return *root;
  const PickleDict* state = nullptr;
  std::string_view state_name;
  for (const auto& [key, value] : root->items) {
    const auto* name = pickle_.get<PickleText>(key);
    const auto* dict = pickle_.get<PickleDict>(value);
    if (name == nullptr || dict == nullptr || !holds_tensor(*dict)) continue;
    const auto known = std::find(state_names.begin(), state_names.end(), name->text);
    if (known == state_names.end()) continue;
    if (state != nullptr) {
      refuse("it holds several state dicts, under " + quote_untrusted(state_name) + " and " +
                 quote_untrusted(*known),
             convert_weights_hint);
    }
    state = dict;
    state_name = *known;
  }
  return state == nullptr ? *root : *state;
}

bool StateReader::holds_tensor(const PickleDict& dict) const {
  return std::any_of(dict.items.begin(), dict.items.end(), [this](const auto& item) {
    return pickle_.get<PickleTensor>(item.second) != nullptr;
  });
}

/// A dict may stand in another a million times, or in itself: every item seen counts.
void StateReader::walk(const PickleDict& dict, const std::string& prefix, std::size_t depth) {
  if (depth == pth_max_depth) {
    refuse("more than " + std::to_string(pth_max_depth) + " dicts are nested",
           convert_weights_hint);
  }
  for (const auto& [key, value] : dict.items) {
    if (++steps_ > pickle_max_values) refuse("its dicts hold too many items");
    const auto* tensor = pickle_.get<PickleTensor>(value);
    const auto* inner = pickle_.get<PickleDict>(value);
    if (tensor == nullptr && inner == nullptr) continue;
    std::string name = prefix + key_text(key);
    if (name.size() > pth_max_name) {
      refuse("the name " + quote_untrusted(name) + " is longer than " +
             std::to_string(pth_max_name) + " bytes");
    }
    if (tensor != nullptr) {
      add(std::move(name), *tensor);
    } else {
      walk(*inner, name + '.', depth + 1);
    }
  }
}

std::string StateReader::key_text(PickleId key) const {
  if (const auto* number = pickle_.get<std::int64_t>(key)) return std::to_string(*number);
  const auto* text = pickle_.get<PickleText>(key);
  if (text == nullptr) refuse("the name of a tensor is not a text", convert_weights_hint);
  if (text->text.size() > pth_max_name) return text->text.substr(0, pth_max_name + 1);
  if (find_invalid_utf8(text->text) != std::string::npos) {
    refuse("the name " + quote_untrusted(text->text) + " is not UTF-8");
  }
  return text->text;
}

std::vector<std::int64_t> StateReader::integers(PickleId tuple, const std::string& label) const {
  const std::vector<PickleId>& items = pickle_.get<PickleTuple>(tuple)->items;
  if (items.size() > safetensors_max_rank) {
    refuse(label + ": more than " + std::to_string(safetensors_max_rank) + " dimensions");
  }
  std::vector<std::int64_t> values;
  for (const PickleId item : items) {
    const auto* value = pickle_.get<std::int64_t>(item);
    if (value == nullptr) refuse(label + ": its shape or a stride is not an integer");
    values.push_back(*value);
  }
  return values;
}

void StateReader::add(std::string name, const PickleTensor& tensor) {
  const std::string label = "tensor " + quote_untrusted(name);
  if (!tensor.built) refuse(label + " has no numbers");
  if (!names_.insert(name).second) refuse(label + " is there twice");
  if (tensors_.size() == pth_max_tensors) {
    refuse("it holds more than " + std::to_string(pth_max_tensors) + " tensors");
  }
  PthTensor out;
  out.info.name = std::move(name);
  place(out, tensor, label);
  if (out.info.bytes > max_bytes_ - bytes_) {
    refuse(label + ": the tensors would take more than " + std::to_string(max_bytes_) + " bytes, " +
               std::to_string(pth_max_sharing) +
               " times the file and more: they repeat the same numbers",
           convert_weights_hint);
  }
  bytes_ += out.info.bytes;
  tensors_.push_back(std::move(out));
}

void StateReader::place(PthTensor& out, const PickleTensor& tensor,
                        const std::string& label) const {
  const PickleStorage& storage = *pickle_.get<PickleStorage>(tensor.storage);
  out.storage = pickle_.get<PickleText>(storage.key)->text;
  out.info.dtype = storage.dtype;
  out.info.shape = integers(tensor.shape, label);
  const std::vector<std::int64_t> strides = integers(tensor.strides, label);
  if (strides.size() != out.info.shape.size()) {
    refuse(label + ": it has " + std::to_string(out.info.shape.size()) + " dimensions and " +
           std::to_string(strides.size()) + " strides");
  }
  const auto bytes = safetensors_tensor_size(out.info.dtype, out.info.shape);
  if (!bytes) refuse(label + ": its shape gives a negative size or more bytes than 64 bits count");
  out.info.bytes = *bytes;

  const std::string outside =
      label + " does not lie in its storage of " + std::to_string(storage.size) + " numbers";
  if (tensor.offset < 0 || tensor.offset > storage.size) refuse(outside);
  std::int64_t last = tensor.offset;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    if (strides[i] < 0) refuse(label + ": a stride is negative");
    out.strides.push_back(static_cast<std::uint64_t>(strides[i]));
    std::int64_t reach = 0;
    if (*bytes != 0 && (__builtin_mul_overflow(out.info.shape[i] - 1, strides[i], &reach) ||
                        __builtin_add_overflow(last, reach, &last))) {
      refuse(outside);
    }
  }
  if (*bytes == 0) return;
  if (last >= storage.size) refuse(outside);
  out.first = static_cast<std::uint64_t>(storage.begin) + static_cast<std::uint64_t>(tensor.offset);
  out.span = static_cast<std::uint64_t>(last - tensor.offset) + 1;
}

void StateReader::strip_module_prefix() {
  constexpr std::string_view prefix = "module.";
  const bool all = std::all_of(tensors_.begin(), tensors_.end(), [&](const PthTensor& tensor) {
    return tensor.info.name.compare(0, prefix.size(), prefix) == 0;
  });
  if (!all) return;
  for (PthTensor& tensor : tensors_) tensor.info.name.erase(0, prefix.size());
}

}  // namespace

PthStorages list_pth_storages(const Pickle& pickle, const std::string& file_name) {
  PthStorages storages;
  for (const PickleValue& value : pickle.values) {
    const auto* stated = std::get_if<PickleStorage>(&value);
    if (stated == nullptr) continue;
    const std::string& key = pickle.get<PickleText>(stated->key)->text;
    PthStorage storage;
    storage.dtype = stated->dtype;
    storage.numel = static_cast<std::uint64_t>(stated->numel);
    const auto bytes = safetensors_tensor_size(storage.dtype, {stated->numel});
    if (!bytes) {
      refuse_weights(file_name, "storage " + quote_untrusted(key) + " states " +
                                    std::to_string(storage.numel) + " numbers");
    }
    storage.bytes = *bytes;
    const auto [place, is_new] = storages.emplace(key, storage);
    if (!is_new && (place->second.dtype != storage.dtype || place->second.numel != storage.numel)) {
      refuse_weights(file_name,
                     "storage " + quote_untrusted(key) + " is used with two types or two sizes");
    }
  }
  return storages;
}

std::vector<PthTensor> list_pth_tensors(const Pickle& pickle, const std::string& file_name,
                                        std::uint64_t file_size) {
  return StateReader(pickle, file_name, file_size).read();
}

}  // namespace melgraph
