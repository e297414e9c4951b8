#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace melgraph {

/// What tells a file from an earlier one of the same name.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< nanoseconds since 1970

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// What a look at a file's first bytes gave.
struct FileCheck {
  std::string reason;  ///< why it cannot be a plugin, one line; empty where it may be one
  FileIdentity identity;
};

/// Look whether a file is a readable shared object for this processor; runs nothing of it.
FileCheck check_plugin_file(const std::filesystem::path& path);

}  // namespace melgraph
