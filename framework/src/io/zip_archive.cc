#include "io/zip_archive.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "core/utf8.h"
#include "io/weights_error.h"

namespace melgraph {

namespace {

constexpr std::uint32_t local_signature = 0x04034b50;
constexpr std::uint32_t central_signature = 0x02014b50;
constexpr std::uint32_t end_signature = 0x06054b50;
constexpr std::uint32_t end64_signature = 0x06064b50;
constexpr std::uint32_t locator_signature = 0x07064b50;

constexpr std::size_t local_bytes = 30;
constexpr std::size_t central_bytes = 46;
constexpr std::size_t end_bytes = 22;
constexpr std::size_t end64_bytes = 56;
constexpr std::size_t locator_bytes = 20;

constexpr std::uint16_t zip64_field = 0x0001;
constexpr std::uint16_t encrypted_flag = 1u << 0;
constexpr std::uint16_t descriptor_flag = 1u << 3;
constexpr std::uint16_t patch_flag = 1u << 5;
constexpr std::uint16_t strong_flag = 1u << 6;
constexpr std::uint16_t masked_flag = 1u << 13;
constexpr std::uint16_t full16 = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint32_t full32 = std::numeric_limits<std::uint32_t>::max();

/// Little-endian integer at `offset`, which the caller has checked.
template <typename Integer>
Integer integer_at(std::string_view bytes, std::size_t offset) {
  Integer value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

std::string read_bytes(const RegularFile& file, std::uint64_t offset, std::uint64_t count) {
  std::string bytes(count, '\0');
  file.read(offset, bytes.data(), count);
  return bytes;
}

struct Directory {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
  std::uint64_t entries = 0;
};

/// Sizes of an entry, and where its local header begins.
struct Extent {
  std::uint64_t size = 0;
  std::uint64_t stored_size = 0;
  std::uint64_t local_begin = 0;
};

class DirectoryReader {
 public:
  explicit DirectoryReader(const RegularFile& file) : file_(file) {}
  ZipDirectory read();

 private:
  [[noreturn]] void refuse(const std::string& problem,
                           const char* hint = damaged_weights_hint) const {
    refuse_weights(file_.path(), problem, hint);
  }
  Directory find_directory() const;
  /// Replace what the 32-bit end record of the directory cannot hold.
  void widen(Directory& directory, std::uint64_t locator_begin, std::string_view locator) const;
  void read_entry(std::string_view directory, std::size_t& at);
  void check_name(const std::string& name) const;
  void widen(Extent& extent, std::string_view extra, const std::string& name) const;
  /// Give the place of the data, after checking the header that precedes them.
  std::uint64_t check_local_header(std::string_view central, const std::string& name,
                                   const Extent& extent) const;
  void check_overlap();

  struct Span {
    std::uint64_t begin;
    std::uint64_t end;
    std::string_view name;
  };
  const RegularFile& file_;
  std::uint64_t directory_begin_ = 0;
  ZipDirectory entries_;
  std::vector<Span> spans_;  // local header and data of each entry
};

ZipDirectory DirectoryReader::read() {
  const Directory found = find_directory();
  directory_begin_ = found.begin;
  const std::string bytes = read_bytes(file_, found.begin, found.size);
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < found.entries; ++i) read_entry(bytes, at);
  if (at != bytes.size()) refuse("the zip directory is longer than its entries");
  check_overlap();
  return std::move(entries_);
}

Directory DirectoryReader::find_directory() const {
  const std::uint64_t file_size = file_.size();
  if (file_size < end_bytes) refuse("not a whole zip archive: its directory is cut off");
  const std::uint64_t tail_size = std::min<std::uint64_t>(file_size, end_bytes + locator_bytes);
  const std::string tail = read_bytes(file_, file_size - tail_size, tail_size);
  const std::string_view end = std::string_view(tail).substr(tail.size() - end_bytes);
  if (integer_at<std::uint32_t>(end, 0) != end_signature) {
    refuse("not a whole zip archive: it does not end with its directory");
  }
  if (integer_at<std::uint16_t>(end, 4) != 0 || integer_at<std::uint16_t>(end, 6) != 0 ||
      integer_at<std::uint16_t>(end, 8) != integer_at<std::uint16_t>(end, 10)) {
    refuse("the zip archive is one of several parts");
  }
  if (integer_at<std::uint16_t>(end, 20) != 0) refuse("the zip archive has a comment");
  Directory directory{integer_at<std::uint32_t>(end, 16), integer_at<std::uint32_t>(end, 12),
                      integer_at<std::uint16_t>(end, 10)};
  std::uint64_t directory_end = file_size - end_bytes;
  const std::string_view locator = std::string_view(tail).substr(0, tail.size() - end_bytes);
  if (locator.size() == locator_bytes &&
      integer_at<std::uint32_t>(locator, 0) == locator_signature) {
    const std::uint64_t locator_begin = directory_end - locator_bytes;
    widen(directory, locator_begin, locator);
    directory_end = integer_at<std::uint64_t>(locator, 8);
  }
  if (directory.size > directory_end || directory.begin != directory_end - directory.size) {
    refuse("the zip directory does not lie right before its end record");
  }
  if (directory.entries > zip_max_entries || directory.size > zip_max_directory) {
    refuse("the zip archive has " + std::to_string(directory.entries) + " entries in " +
           std::to_string(directory.size) + " bytes; " + std::to_string(zip_max_entries) + " in " +
           std::to_string(zip_max_directory) + " are allowed");
  }
  return directory;
}

void DirectoryReader::widen(Directory& directory, std::uint64_t locator_begin,
                            std::string_view locator) const {
  const auto begin = integer_at<std::uint64_t>(locator, 8);
  if (integer_at<std::uint32_t>(locator, 4) != 0 || integer_at<std::uint32_t>(locator, 16) > 1) {
    refuse("the zip archive is one of several parts");
  }
  if (begin > locator_begin || locator_begin - begin != end64_bytes) {
    refuse("the zip64 end record is not where its locator says");
  }
  const std::string end = read_bytes(file_, begin, end64_bytes);
  if (integer_at<std::uint32_t>(end, 0) != end64_signature ||
      integer_at<std::uint64_t>(end, 4) != end64_bytes - 12) {
    refuse("the zip64 end record is damaged");
  }
  const Directory wide{integer_at<std::uint64_t>(end, 48), integer_at<std::uint64_t>(end, 40),
                       integer_at<std::uint64_t>(end, 32)};
  if (integer_at<std::uint32_t>(end, 16) != 0 || integer_at<std::uint32_t>(end, 20) != 0 ||
      integer_at<std::uint64_t>(end, 24) != wide.entries) {
    refuse("the zip archive is one of several parts");
  }
  const auto agrees = [](std::uint64_t narrow, std::uint64_t full, std::uint64_t value) {
    return narrow == full || narrow == value;
  };
  if (!agrees(directory.begin, full32, wide.begin) || !agrees(directory.size, full32, wide.size) ||
      !agrees(directory.entries, full16, wide.entries)) {
    refuse("the two end records of the zip archive disagree");
  }
  directory = wide;
}

void DirectoryReader::read_entry(std::string_view directory, std::size_t& at) {
  if (directory.size() - at < central_bytes) refuse("the zip directory is cut off");
  const std::string_view head = directory.substr(at, central_bytes);
  if (integer_at<std::uint32_t>(head, 0) != central_signature) {
    refuse("the zip directory is damaged at entry " + std::to_string(entries_.size()));
  }
  const std::size_t name_size = integer_at<std::uint16_t>(head, 28);
  const std::size_t extra_size = integer_at<std::uint16_t>(head, 30);
  const std::size_t comment_size = integer_at<std::uint16_t>(head, 32);
  at += central_bytes;
  if (directory.size() - at < name_size + extra_size + comment_size) {
    refuse("the zip directory is cut off");
  }
  const std::string name(directory.substr(at, name_size));
  const std::string_view extra = directory.substr(at + name_size, extra_size);
  at += name_size + extra_size + comment_size;
  check_name(name);
  const std::string label = "zip entry " + quote_untrusted(name);
  const auto [place, is_new] = entries_.try_emplace(name);
  if (!is_new) refuse(label + " is there twice");

  const auto flags = integer_at<std::uint16_t>(head, 8);
  if ((flags & (encrypted_flag | strong_flag | masked_flag)) != 0) refuse(label + " is encrypted");
  if ((flags & patch_flag) != 0) refuse(label + " is a patch of another file");
  if (integer_at<std::uint16_t>(head, 10) != 0) {
    refuse(
        label + " is compressed",
        "torch.save stores its entries as they are: load the file with Python and save it again");
  }
  if (integer_at<std::uint16_t>(head, 34) != 0) refuse(label + " lies in another part");
  Extent extent{integer_at<std::uint32_t>(head, 24), integer_at<std::uint32_t>(head, 20),
                integer_at<std::uint32_t>(head, 42)};
  widen(extent, extra, name);
  if (extent.size != extent.stored_size) refuse(label + " has two sizes");
  if (name.back() == '/' && extent.size != 0) refuse(label + " is a folder with data");

  ZipEntry& entry = place->second;
  entry.begin = check_local_header(head, name, extent);
  entry.size = extent.size;
  // PyTorch can be told to compute none, and writes 0 then.
  const auto crc = integer_at<std::uint32_t>(head, 16);
  if (crc != 0) entry.crc = crc;
  spans_.push_back({extent.local_begin, entry.begin + entry.size, place->first});
}

std::uint64_t DirectoryReader::check_local_header(std::string_view central, const std::string& name,
                                                  const Extent& extent) const {
  const std::string label = "zip entry " + quote_untrusted(name);
  const std::uint64_t head_size = local_bytes + name.size();
  if (extent.local_begin > directory_begin_) refuse(label + " lies outside the file");
  std::uint64_t room = directory_begin_ - extent.local_begin;
  if (room < head_size) refuse(label + " lies outside the file");
  room -= head_size;
  const std::string local = read_bytes(file_, extent.local_begin, head_size);
  const auto flags = integer_at<std::uint16_t>(local, 6);
  if (integer_at<std::uint32_t>(local, 0) != local_signature ||
      flags != integer_at<std::uint16_t>(central, 8) || integer_at<std::uint16_t>(local, 8) != 0 ||
      integer_at<std::uint16_t>(local, 26) != name.size() ||
      std::string_view(local).substr(local_bytes) != name) {
    refuse(label + ": its own header and the directory disagree");
  }
  const std::uint64_t extra_size = integer_at<std::uint16_t>(local, 28);
  if (room < extra_size || room - extra_size < extent.size) {
    refuse(label + " lies outside the file");
  }
  Extent own{integer_at<std::uint32_t>(local, 22), integer_at<std::uint32_t>(local, 18), 0};
  if (own.size == full32 || own.stored_size == full32) {
    widen(own, read_bytes(file_, extent.local_begin + head_size, extra_size), name);
  }
  // With this flag size and checksum may stand behind the data, and 0 here.
  const bool is_later = (flags & descriptor_flag) != 0;
  if ((own.size != extent.size || own.stored_size != extent.size) &&
      !(is_later && own.size == 0 && own.stored_size == 0)) {
    refuse(label + ": its own header and the directory disagree about its size");
  }
  const auto crc = integer_at<std::uint32_t>(local, 14);
  if (crc != integer_at<std::uint32_t>(central, 16) && !(is_later && crc == 0)) {
    refuse(label + ": its own header and the directory disagree about its checksum");
  }
  return extent.local_begin + head_size + extra_size;
}

void DirectoryReader::check_name(const std::string& name) const {
  const std::string label = "zip entry " + quote_untrusted(name);
  if (name.empty()) refuse("a zip entry has no name");
  if (name.size() > zip_max_name) {
    refuse(label + ": its name is longer than " + std::to_string(zip_max_name) + " bytes");
  }
  const bool has_control = std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
  });
  if (has_control || find_invalid_utf8(name) != std::string::npos) {
    refuse(label + ": its name is not text");
  }
  const bool has_drive = name.size() > 1 && name[1] == ':';
  if (name.front() == '/' || has_drive || name.find('\\') != std::string::npos) {
    refuse(label + ": its name is not a relative path");
  }
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part(name.data() + begin, end - begin);
    if (part == ".." || part == "." || (part.empty() && end != name.size())) {
      refuse(label + ": its name leaves its folder");
    }
    begin = end + 1;
  }
}

void DirectoryReader::widen(Extent& extent, std::string_view extra, const std::string& name) const {
  std::vector<std::uint64_t*> wanted;
  for (std::uint64_t* value : {&extent.size, &extent.stored_size, &extent.local_begin}) {
    if (*value == full32) wanted.push_back(value);
  }
  if (wanted.empty()) return;
  while (extra.size() >= 4) {
    const auto field = integer_at<std::uint16_t>(extra, 0);
    const std::size_t size = integer_at<std::uint16_t>(extra, 2);
    if (size > extra.size() - 4) break;
    if (field == zip64_field && size >= wanted.size() * sizeof(std::uint64_t)) {
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        *wanted[i] = integer_at<std::uint64_t>(extra, 4 + i * sizeof(std::uint64_t));
      }
      return;
    }
    extra.remove_prefix(4 + size);
  }
  refuse("zip entry " + quote_untrusted(name) + ": its 64-bit sizes are missing");
}

void DirectoryReader::check_overlap() {
  std::sort(spans_.begin(), spans_.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  for (std::size_t i = 1; i < spans_.size(); ++i) {
    if (spans_[i].begin < spans_[i - 1].end) {
      refuse("zip entries " + quote_untrusted(spans_[i - 1].name) + " and " +
             quote_untrusted(spans_[i].name) + " overlap");
    }
  }
}

}  // namespace

ZipDirectory read_zip_directory(const RegularFile& file) {
  return DirectoryReader(file).read();
}

std::string read_zip_entry(const RegularFile& file, const ZipDirectory::value_type& entry,
                           std::uint64_t max_bytes) {
  const auto& [name, place] = entry;
  if (place.size > max_bytes) {
    refuse_weights(file.path(), "zip entry " + quote_untrusted(name) + " has " +
                                    std::to_string(place.size) + " bytes; " +
                                    std::to_string(max_bytes) + " are allowed");
  }
  std::string bytes = read_bytes(file, place.begin, place.size);
  if (place.crc) {
    const auto crc =
        ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    check_zip_crc(file, name, *place.crc, static_cast<std::uint32_t>(crc));
  }
  return bytes;
}

void check_zip_crc(const RegularFile& file, std::string_view entry_name, std::uint32_t stated,
                   std::uint32_t computed) {
  if (stated == computed) return;
  refuse_weights(file.path(), "zip entry " + quote_untrusted(entry_name) +
                                  " is damaged: its CRC-32 does not fit its bytes");
}

}  // namespace melgraph
