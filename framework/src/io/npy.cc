#include "io/npy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "melgraph/error.h"
#include "melgraph/output_file.h"

namespace melgraph {

static_assert(std::endian::native == std::endian::little, "arrays are written as they lie");

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t alignment = 64;
constexpr std::size_t read_bytes = 1u << 18;

/// Multiply the sizes; false where the number of bytes goes beyond 63 bits. Sizes of 0 do not hide
/// others that are too large.
bool count_of(const std::vector<std::int64_t>& shape, std::uint64_t& count) {
  constexpr std::uint64_t most = (std::uint64_t{1} << 63) / 8 - 1;
  std::uint64_t product = 1;
  bool empty = false;
  for (const std::int64_t size : shape) {
    if (size < 0) return false;
    if (size == 0) {
      empty = true;
      continue;
    }
    if (static_cast<std::uint64_t>(size) > most / product) return false;
    product *= static_cast<std::uint64_t>(size);
  }
  count = empty ? 0 : product;
  return true;
}

/// Reads the one Python dictionary that a header is.
class HeaderText {
 public:
  HeaderText(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  void read(NpyHeader& header) {
    expect('{');
    bool has_descr = false, has_order = false, has_shape = false;
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      bool* seen = key == "descr"           ? &has_descr
                   : key == "fortran_order" ? &has_order
                   : key == "shape"         ? &has_shape
                                            : nullptr;
      if (seen == nullptr) refuse("its header has an unknown key");
      if (*seen) refuse("its header has the key \"" + std::string(key) + "\" twice");
      *seen = true;
      if (seen == &has_descr) {
        read_type(header);
      } else if (seen == &has_order) {
        read_order();
      } else {
        read_shape(header);
      }
      if (accept(',')) continue;
      expect('}');
      break;
    }
    if (!has_descr || !has_order || !has_shape) {
      refuse("its header lacks one of descr, fortran_order and shape");
    }
    skip_spaces();
    if (at_ != text_.size()) refuse("its header has text behind the dictionary");
  }

  [[noreturn]] void refuse(const std::string& why, const std::string& hint = {}) const {
    throw Error(ErrorCode::input, file_ + ": not an array that can be read: " + why, hint);
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool accept(char c) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) refuse(std::string("its header should have '") + c + "' at " + place());
  }
  std::string place() const { return "character " + std::to_string(at_); }

  std::string_view quoted() {
    skip_spaces();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') {
      refuse("its header should have a quoted word at " + place());
    }
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) refuse("a word in its header has no end");
    const std::string_view word = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return word;
  }
  bool accept_word(std::string_view word) {
    skip_spaces();
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  void read_type(NpyHeader& header) {
    const std::string hint = "in Python: numpy.save(NAME, array.astype(\"float32\"))";
    skip_spaces();
    if (at_ < text_.size() && text_[at_] == '[') refuse("its items have fields", hint);
    const std::string_view type = quoted();
    if (type != "<f4" && type != "<f8") {
      std::string shown;
      for (const char c : type.substr(0, 16)) shown += c >= ' ' && c <= '~' ? c : '?';
      refuse("its items are \"" + shown + "\", not little-endian float32 or float64", hint);
    }
    header.is_float64 = type == "<f8";
  }
  void read_order() {
    if (accept_word("False")) return;
    if (accept_word("True")) {
      refuse("it lies in Fortran order", "in Python: numpy.ascontiguousarray(array)");
    }
    refuse("fortran_order should be True or False");
  }
  void read_shape(NpyHeader& header) {
    expect('(');
    bool comma = true;
    while (!accept(')')) {
      if (!comma) refuse("the sizes in its header need commas between them");
      if (header.shape.size() == npy_max_rank) {
        refuse("it has more than " + std::to_string(npy_max_rank) + " axes");
      }
      header.shape.push_back(integer());
      comma = accept(',');
    }
    if (header.shape.size() == 1 && !comma) refuse("its shape is a number, not a tuple");
    if (!count_of(header.shape, header.count)) refuse("its sizes are beyond any memory");
  }
  std::int64_t integer() {
    skip_spaces();
    const std::size_t begin = at_;
    std::int64_t value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      if (at_ - begin == 18) refuse("its sizes are beyond any memory");
      value = value * 10 + (text_[at_] - '0');
      ++at_;
    }
    if (at_ == begin) refuse("its header should have a size at " + place());
    return value;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
};

/// Read up to `size` bytes at a place; fewer only at the end of the file.
std::size_t read_at(int file, const std::string& path, char* to, std::size_t size,
                    std::uint64_t place) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(file, to + done, size - done, static_cast<off_t>(place + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_file_error("cannot read", path, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

}  // namespace

NpyHeader parse_npy_header(std::span<const std::byte> start, std::uint64_t file_size,
                           const std::string& file_name) {
  const std::string_view bytes(reinterpret_cast<const char*>(start.data()), start.size());
  const HeaderText whole({}, file_name);
  if (bytes.size() < 10 || bytes.substr(0, magic.size()) != magic) {
    whole.refuse("it does not start as a .npy file does");
  }
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::uint64_t major = byte(6);
  if (major < 1 || major > 3 || byte(7) != 0) {
    whole.refuse("its version is " + std::to_string(major) + "." + std::to_string(byte(7)) +
                 ", not 1.0, 2.0 or 3.0");
  }
  const std::size_t prefix = major == 1 ? 10 : 12;
  if (bytes.size() < prefix) whole.refuse("it is cut off");
  std::uint64_t length = byte(8) + 256 * byte(9);
  if (major > 1) length += 65536 * (byte(10) + 256 * byte(11));
  if (length > npy_max_header - prefix) whole.refuse("its header is too long");
  if (bytes.size() < prefix + length) whole.refuse("it is cut off in its header");
  NpyHeader header;
  header.data_start = prefix + length;
  HeaderText(bytes.substr(prefix, static_cast<std::size_t>(length)), file_name).read(header);
  const std::uint64_t data = header.count * header.item_size();
  if (file_size < header.data_start || file_size - header.data_start != data) {
    whole.refuse("an array of shape " + shape_text(header.shape) + " has " + std::to_string(data) +
                 " bytes of data, the file " +
                 std::to_string(file_size - std::min(file_size, header.data_start)));
  }
  return header;
}

NpyFile::NpyFile(std::string path) : path_(std::move(path)), file_(open_for_reading(path_)) {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) throw_file_error("cannot read", path_, errno);
  std::vector<char> start(npy_max_header);
  start.resize(read_at(file_.get(), path_, start.data(), start.size(), 0));
  header_ = parse_npy_header(std::as_bytes(std::span(start)),
                             static_cast<std::uint64_t>(status.st_size), path_);
}

NpyFile::~NpyFile() = default;

std::size_t NpyFile::read(std::span<double> values) {
  const std::size_t wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(values.size(), header_.count - done_));
  const std::size_t size = header_.item_size();
  buffer_.resize(read_bytes);
  std::size_t filled = 0;
  while (filled < wanted) {
    const std::size_t count = std::min(wanted - filled, read_bytes / size);
    const std::uint64_t place = header_.data_start + done_ * size;
    if (read_at(file_.get(), path_, buffer_.data(), count * size, place) < count * size) {
      throw Error(ErrorCode::io, path_ + " became shorter while it was read");
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (header_.is_float64) {
        std::memcpy(&values[filled + i], buffer_.data() + i * size, size);
      } else {
        float value = 0;
        std::memcpy(&value, buffer_.data() + i * size, size);
        values[filled + i] = static_cast<double>(value);
      }
    }
    filled += count;
    done_ += count;
  }
  return filled;
}

std::string npy_header(const std::vector<std::int64_t>& shape) {
  std::uint64_t count = 0;
  if (shape.size() > npy_max_rank || !count_of(shape, count)) {
    throw Error(ErrorCode::usage, "an array cannot have the shape " + shape_text(shape));
  }
  std::string text =
      "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape_text(shape) + ", }";
  const std::size_t prefix = magic.size() + 4;
  text.append(alignment - 1 - (prefix + text.size()) % alignment, ' ');
  text += '\n';
  std::string header(magic);
  header +=
      {'\1', '\0', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return header + text;
}

void write_npy(const std::string& path, const std::vector<std::int64_t>& shape,
               const std::vector<std::span<const float>>& blocks) {
  const std::string header = npy_header(shape);
  std::uint64_t wanted = 0, given = 0;
  count_of(shape, wanted);
  for (const auto& block : blocks) given += block.size();
  if (given != wanted) {
    throw Error(ErrorCode::usage, path + ": an array of shape " + shape_text(shape) + " has " +
                                      std::to_string(wanted) + " numbers, not " +
                                      std::to_string(given));
  }
  OutputFile file(path);
  file.write(header);
  for (const auto& block : blocks) {
    file.write({reinterpret_cast<const char*>(block.data()), block.size_bytes()});
  }
  file.commit();
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace melgraph
