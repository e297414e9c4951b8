#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "io/regular_file.h"

namespace melgraph {

/// Limits of the archives that are read: entries, bytes of a name, bytes of the directory.
inline constexpr std::uint64_t zip_max_entries = 100'000;
inline constexpr std::size_t zip_max_name = 512;
inline constexpr std::uint64_t zip_max_directory = std::uint64_t{64} << 20;

/// One entry of an archive: `size` bytes of the file from `begin` on, as they are.
struct ZipEntry {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
  std::optional<std::uint32_t> crc;  ///< CRC-32 of the bytes; none where the archive states 0
};

/// Entries by name.
using ZipDirectory = std::map<std::string, ZipEntry, std::less<>>;

/// Read the directory of a zip archive (APPNOTE 6.3.10, with zip64) and check all of it.
///
/// Only what torch.save writes is accepted: one part, no comment, entries stored and not
/// encrypted, in a directory that ends the file; every local header agrees with the directory, no
/// two entries share a byte or a name, and names are relative paths without `..`, backslashes or
/// control characters. Nothing is opened or written by an entry's name. Throws `Error`
/// (invalid_graph) that names the file and the rule broken, or (io).
ZipDirectory read_zip_directory(const RegularFile& file);

/// Read a whole entry of at most `max_bytes` bytes and check its CRC-32. Throws like
/// `read_zip_directory`.
std::string read_zip_entry(const RegularFile& file, const ZipDirectory::value_type& entry,
                           std::uint64_t max_bytes);

/// Throw `Error` (invalid_graph) where `computed`, the CRC-32 of an entry's bytes, is not the one
/// its archive states.
void check_zip_crc(const RegularFile& file, std::string_view entry_name, std::uint32_t stated,
                   std::uint32_t computed);

}  // namespace melgraph
