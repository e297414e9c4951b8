#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "config/json_writer.h"
#include "core/utf8.h"
#include "io/safetensors.h"
#include "melgraph/error.h"

namespace melgraph {

namespace {

struct DtypeSize {
  std::string_view name;
  std::size_t size;
};
constexpr std::array<DtypeSize, 13> dtype_sizes{{{"BOOL", 1},
                                                 {"U8", 1},
                                                 {"I8", 1},
                                                 {"I16", 2},
                                                 {"U16", 2},
                                                 {"F16", 2},
                                                 {"BF16", 2},
                                                 {"I32", 4},
                                                 {"U32", 4},
                                                 {"F32", 4},
                                                 {"I64", 8},
                                                 {"U64", 8},
                                                 {"F64", 8}}};

[[noreturn]] void refuse(const std::string& file_name, const std::string& problem,
                         const char* hint =
                             "the file is damaged or not a safetensors file; "
                             "fetch or write it again") {
  throw Error(ErrorCode::invalid_graph, file_name + ": " + problem, hint);
}

std::string quote(std::string_view name) {
  constexpr std::size_t longest = 120;
  if (name.size() <= longest) return json_quote(name);
  return json_quote(name.substr(0, longest)) + "...";
}

std::string tensor_label(std::string_view name) {
  return "tensor " + quote(name);
}

/// Receives the events of the JSON parser and accepts nothing but the header's own structure.
///
/// A document tree would take fifty times the memory of a hostile header of 100 MB.
class HeaderEvents {
 public:
  std::vector<TensorInfo> tensors;
  std::map<std::string, std::string> metadata;
  std::string problem;

  // The interface that nlohmann::json::sax_parse asks for; false ends the parse.
  bool null() { return wrong("null"); }
  bool boolean(bool) { return wrong("a boolean"); }
  bool number_integer(std::int64_t) { return wrong("a negative number"); }
  bool number_float(double, const std::string& digits) { return wrong("the number " + digits); }
  bool number_unsigned(std::uint64_t value);
  bool string(std::string& value);
  bool binary(nlohmann::json::binary_t&) { return false; }  // JSON text has none
  bool start_object(std::size_t);
  bool start_array(std::size_t);
  bool end_object();
  bool end_array();
  bool key(std::string& name);
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
    return fail("the header is not valid JSON near byte " +
                std::to_string(safetensors_length_bytes + position));
  }

 private:
  enum class Place { outside, root, metadata, tensor, shape, offsets };

  bool fail(std::string text) {
    problem = std::move(text);
    return false;
  }
  bool wrong(const std::string& found);
  bool finish_tensor();

  Place place_ = Place::outside;
  std::unordered_set<std::string> names_;  // keys of the root
  std::string name_;                       // the last of them
  std::string field_;                      // last key inside of it
  TensorInfo tensor_;
  std::vector<std::uint64_t> offsets_;
  bool has_dtype_ = false;
  bool has_shape_ = false;
  bool has_offsets_ = false;
};

bool HeaderEvents::wrong(const std::string& found) {
  switch (place_) {
    case Place::outside: return fail("the header is not a JSON object");
    case Place::root: return fail("entry " + quote(name_) + " is " + found + ", not an object");
    case Place::metadata:
      return fail("__metadata__ " + quote(field_) + " is " + found + ", not a string");
    default: break;
  }
  const char* expected = field_ == "dtype"         ? "a string"
                         : place_ == Place::tensor ? "an array of integers"
                                                   : "integers from 0 to 2^48 - 1";
  return fail(tensor_label(name_) + ": " + field_ + " holds " + found + ", expected " + expected);
}

bool HeaderEvents::number_unsigned(std::uint64_t value) {
  const bool in_array = place_ == Place::shape || place_ == Place::offsets;
  if (!in_array || value > safetensors_max_integer) {
    return wrong("the number " + std::to_string(value));
  }
  if (place_ == Place::shape) {
    if (tensor_.shape.size() == safetensors_max_rank) {
      return fail(tensor_label(name_) + ": more than " + std::to_string(safetensors_max_rank) +
                  " dimensions");
    }
    tensor_.shape.push_back(static_cast<std::int64_t>(value));
  } else {
    if (offsets_.size() == 2) {
      return fail(tensor_label(name_) + ": data_offsets has more than two numbers");
    }
    offsets_.push_back(value);
  }
  return true;
}

bool HeaderEvents::string(std::string& value) {
  if (place_ == Place::metadata) {
    metadata[field_] = std::move(value);
    return true;
  }
  if (place_ != Place::tensor || field_ != "dtype") return wrong("a string");
  tensor_.dtype = std::move(value);
  return true;
}

bool HeaderEvents::start_object(std::size_t) {
  if (place_ == Place::outside) {
    place_ = Place::root;
  } else if (place_ == Place::root) {
    place_ = name_ == "__metadata__" ? Place::metadata : Place::tensor;
    tensor_ = TensorInfo{};
    offsets_.clear();
    has_dtype_ = has_shape_ = has_offsets_ = false;
  } else {
    return wrong("an object");
  }
  return true;
}

bool HeaderEvents::start_array(std::size_t) {
  if (place_ == Place::tensor && field_ == "shape") {
    place_ = Place::shape;
  } else if (place_ == Place::tensor && field_ == "data_offsets") {
    place_ = Place::offsets;
  } else {
    return wrong("an array");
  }
  return true;
}

bool HeaderEvents::end_array() {
  place_ = Place::tensor;
  return true;
}

bool HeaderEvents::end_object() {
  if (place_ == Place::tensor && !finish_tensor()) return false;
  place_ = place_ == Place::root ? Place::outside : Place::root;
  return true;
}

bool HeaderEvents::key(std::string& name) {
  if (place_ == Place::root) {
    name_ = std::move(name);
    return names_.insert(name_).second || fail("duplicate entry " + quote(name_));
  }
  field_ = std::move(name);
  if (place_ == Place::metadata) {
    return metadata.emplace(field_, std::string()).second ||
           fail("__metadata__ has " + quote(field_) + " twice");
  }
  bool* seen = field_ == "dtype"          ? &has_dtype_
               : field_ == "shape"        ? &has_shape_
               : field_ == "data_offsets" ? &has_offsets_
                                          : nullptr;
  if (seen == nullptr) return fail(tensor_label(name_) + ": unknown key " + quote(field_));
  if (std::exchange(*seen, true)) return fail(tensor_label(name_) + ": " + field_ + " twice");
  return true;
}

bool HeaderEvents::finish_tensor() {
  const std::string label = tensor_label(name_);
  for (const auto& [present, what] :
       {std::pair(has_dtype_, "dtype"), std::pair(has_shape_, "shape"),
        std::pair(has_offsets_, "data_offsets")}) {
    if (!present) return fail(label + ": " + what + " is missing");
  }
  if (safetensors_dtype_size(tensor_.dtype) == 0) {
    return fail(label + ": data type " + quote(tensor_.dtype) +
                " is not one of BOOL U8 I8 I16 U16 I32 U32 I64 U64 F16 BF16 F32 F64");
  }
  if (offsets_.size() != 2) return fail(label + ": data_offsets needs two numbers");
  if (offsets_[0] > offsets_[1]) return fail(label + ": its data end before they begin");
  const std::optional<std::uint64_t> size = safetensors_tensor_size(tensor_.dtype, tensor_.shape);
  if (!size) return fail(label + ": its shape gives more bytes than 64 bits can count");
  if (*size != offsets_[1] - offsets_[0]) {
    return fail(label + ": shape and data type need " + std::to_string(*size) +
                " bytes, data_offsets give " + std::to_string(offsets_[1] - offsets_[0]));
  }
  tensor_.name = name_;
  tensor_.begin = offsets_[0];
  tensor_.end = offsets_[1];
  tensors.push_back(std::move(tensor_));
  return true;
}

void check_tiling(const std::vector<TensorInfo>& tensors, std::uint64_t data_size,
                  const std::string& file_name) {
  std::uint64_t end = 0;
  for (const TensorInfo& tensor : tensors) {
    if (tensor.begin != end) {
      refuse(file_name, tensor_label(tensor.name) + ": its data begin at byte " +
                            std::to_string(tensor.begin) + " where " + std::to_string(end) +
                            " is due (" + (tensor.begin < end ? "overlap" : "gap") + ')');
    }
    end = tensor.end;
  }
  if (end != data_size) {
    refuse(file_name, "the tensors take " + std::to_string(end) + " bytes, the file holds " +
                          std::to_string(data_size) + " bytes of data" +
                          (end > data_size ? ": it is cut off" : ": something is behind them"));
  }
}

}  // namespace

std::size_t safetensors_dtype_size(const std::string& dtype) noexcept {
  for (const DtypeSize& known : dtype_sizes) {
    if (known.name == dtype) return known.size;
  }
  return 0;
}

std::optional<std::uint64_t> safetensors_tensor_size(
    const std::string& dtype, const std::vector<std::int64_t>& shape) noexcept {
  std::uint64_t size = safetensors_dtype_size(dtype);
  if (size == 0 || shape.size() > safetensors_max_rank) return std::nullopt;
  bool empty = false;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0 || static_cast<std::uint64_t>(dimension) > safetensors_max_integer) {
      return std::nullopt;
    }
    // Sizes of 0 must not hide an overflow of the others: strides are computed from those.
    if (dimension == 0) {
      empty = true;
    } else if (__builtin_mul_overflow(size, static_cast<std::uint64_t>(dimension), &size)) {
      return std::nullopt;
    }
  }
  return empty ? 0 : size;
}

const TensorInfo* SafetensorsHeader::find(const std::string& name) const noexcept {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [&](const TensorInfo& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

std::uint64_t safetensors_header_size(std::span<const std::byte> start, std::uint64_t file_size,
                                      const std::string& file_name) {
  if (file_size < safetensors_length_bytes || start.size() < safetensors_length_bytes) {
    refuse(file_name, "not a safetensors file: " + std::to_string(file_size) +
                          " bytes, at least 8 are needed");
  }
  std::uint64_t size = 0;
  std::memcpy(&size, start.data(), sizeof(size));
  if (size > safetensors_max_header) {
    refuse(file_name, "not a safetensors file: it states a header of " + std::to_string(size) +
                          " bytes, 100000000 are allowed");
  }
  if (size > file_size - safetensors_length_bytes) {
    refuse(file_name, "the header of " + std::to_string(size) + " bytes is cut off: the file has " +
                          std::to_string(file_size) + " bytes");
  }
  return size;
}

SafetensorsHeader parse_safetensors_header(std::span<const std::byte> start,
                                           std::uint64_t file_size, const std::string& file_name) {
  const std::uint64_t size = safetensors_header_size(start, file_size, file_name);
  if (start.size() - safetensors_length_bytes < size) {
    throw Error(ErrorCode::internal, file_name + ": the whole header must be given");
  }
  const std::string_view text(
      reinterpret_cast<const char*>(start.data()) + safetensors_length_bytes, size);
  if (text.empty() || text.front() != '{') {
    refuse(file_name, "the header does not start with '{'");
  }
  // The JSON parser would take a NUL for the end of the text.
  if (text.find('\0') != std::string_view::npos) refuse(file_name, "the header has a NUL byte");
  if (find_invalid_utf8(text) != std::string_view::npos) {
    refuse(file_name, "the header is not valid UTF-8");
  }

  HeaderEvents events;
  const bool complete = nlohmann::json::sax_parse(text.begin(), text.end(), &events,
                                                  nlohmann::json::input_format_t::json,
                                                  /*strict=*/true, /*ignore_comments=*/false);
  if (!complete) refuse(file_name, events.problem);

  SafetensorsHeader header;
  header.data_start = safetensors_length_bytes + size;
  header.metadata = std::move(events.metadata);
  header.tensors = std::move(events.tensors);
  // Empty tensors may share their place with the next one, so the end counts too.
  std::stable_sort(header.tensors.begin(), header.tensors.end(),
                   [](const TensorInfo& a, const TensorInfo& b) {
                     return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
                   });
  check_tiling(header.tensors, file_size - header.data_start, file_name);
  return header;
}

}  // namespace melgraph
