// Zip archives and pickles with a fault of choice, for the tests of the readers of weights.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/file.h"
#include "melgraph/error.h"

namespace melgraph::testing {

/// A file in memory, which has a path as long as this lives.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& bytes) : file_(::memfd_create("weights", 0)) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written != static_cast<ssize_t>(bytes.size())) ADD_FAILURE() << "no memory for a file";
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_.get()); }

 private:
  FileDescriptor file_;
};

/// Run `action`, which must be refused as an invalid file, and give the message.
inline std::string refusal_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_graph) << error.what();
    EXPECT_FALSE(error.hint().empty()) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

/// Integer as `size` bytes, little-endian.
inline std::string little(std::uint64_t value, std::size_t size) {
  return {reinterpret_cast<const char*>(&value), size};
}

/// One entry of `make_zip`; what is set here differs from what a sound archive has.
struct ZipMember {
  ZipMember(std::string its_name, std::string its_data, std::uint16_t its_flags = 0,
            std::uint16_t its_method = 0)
      : name(std::move(its_name)),
        data(std::move(its_data)),
        flags(its_flags),
        method(its_method) {}

  std::string name;
  std::string data;
  std::uint16_t flags;
  std::uint16_t method;
  std::optional<std::uint32_t> crc;
  std::optional<std::string> local_name;
  std::optional<std::uint32_t> local_size;
  std::optional<std::uint32_t> central_size;
  std::optional<std::uint32_t> stored_size;
  std::optional<std::uint32_t> local_begin;
};

/// Write a zip archive, with 64-bit sizes of everything where `wide`.
inline std::string make_zip(const std::vector<ZipMember>& members, bool wide = false) {
  std::string file;
  std::string directory;
  const auto field = [](std::initializer_list<std::uint64_t> values) {
    std::string text = little(1, 2) + little(values.size() * 8, 2);
    for (const std::uint64_t value : values) text += little(value, 8);
    return text;
  };
  for (const ZipMember& member : members) {
    const std::uint64_t begin =
        member.local_begin.value_or(static_cast<std::uint32_t>(file.size()));
    const std::uint64_t size = member.data.size();
    const std::uint32_t crc = member.crc.value_or(static_cast<std::uint32_t>(::crc32(
        0, reinterpret_cast<const unsigned char*>(member.data.data()), static_cast<uInt>(size))));
    const std::string local_extra = wide ? field({size, size}) : std::string();
    const std::string extra = wide ? field({size, size, begin}) : std::string();
    const std::uint64_t full = 0xFFFFFFFF;
    const std::string& local_name = member.local_name ? *member.local_name : member.name;
    const std::string kind = little(member.flags, 2) + little(member.method, 2) + little(0, 4);
    file += "PK\3\4" + little(20, 2) + kind + little(crc, 4) +
            little(wide ? full : member.local_size.value_or(static_cast<std::uint32_t>(size)), 4) +
            little(wide ? full : member.local_size.value_or(static_cast<std::uint32_t>(size)), 4) +
            little(local_name.size(), 2) + little(local_extra.size(), 2) + local_name +
            local_extra + member.data;
    const std::uint32_t stated = member.central_size.value_or(static_cast<std::uint32_t>(size));
    directory += "PK\1\2" + little(20, 2) + little(20, 2) + kind + little(crc, 4) +
                 little(wide ? full : member.stored_size.value_or(stated), 4) +
                 little(wide ? full : stated, 4) + little(member.name.size(), 2) +
                 little(extra.size(), 2) + little(0, 8) + little(0, 2) +
                 little(wide ? full : begin, 4) + member.name + extra;
  }
  const std::uint64_t at = file.size();
  const std::size_t count = members.size();
  file += directory;
  if (wide) {
    const std::uint64_t end = file.size();
    file += "PK\6\6" + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8) +
            little(count, 8) + little(count, 8) + little(directory.size(), 8) + little(at, 8);
    file += "PK\6\7" + little(0, 4) + little(end, 8) + little(1, 4);
  }
  return file + "PK\5\6" + little(0, 4) + little(wide ? 0xFFFF : count, 2) +
         little(wide ? 0xFFFF : count, 2) + little(wide ? 0xFFFFFFFF : directory.size(), 4) +
         little(wide ? 0xFFFFFFFF : at, 4) + little(0, 2);
}

/// Opcodes of pickle, put together as text.
namespace pickle {

inline std::string text(const std::string& value) {
  return 'X' + little(value.size(), 4) + value;
}
inline std::string integer(std::int64_t value) {
  return "\x8a\x08" + little(static_cast<std::uint64_t>(value), 8);
}
inline std::string tuple(const std::vector<std::string>& items) {
  std::string out = "(";
  for (const std::string& item : items) out += item;
  return out + 't';
}
inline std::string integers(const std::vector<std::int64_t>& values) {
  std::vector<std::string> items;
  for (const std::int64_t value : values) items.push_back(integer(value));
  return tuple(items);
}
inline std::string global(const std::string& module, const std::string& name) {
  return 'c' + module + '\n' + name + '\n';
}
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string out = "}(";
  for (const auto& [key, value] : items) out += text(key) + value;
  return out + 'u';
}
inline std::string storage(const std::string& type, const std::string& key, std::int64_t numel) {
  return tuple({text("storage"), global("torch", type), text(key), text("cpu"), integer(numel)}) +
         'Q';
}
inline std::string tensor(const std::string& storage_value, std::int64_t offset,
                          const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple({storage_value, integer(offset), integers(shape), integers(strides), "\x89",
                global("collections", "OrderedDict") + ")R"}) +
         'R';
}
inline std::string whole(const std::string& value) {
  return "\x80\x02" + value + '.';
}

}  // namespace pickle
}  // namespace melgraph::testing
