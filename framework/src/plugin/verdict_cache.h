#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "melgraph/log.h"
#include "plugin/file_check.h"
#include "plugin/plugin_file.h"

namespace melgraph {

/// Verdicts of the probe, kept in one JSON file between runs.
///
/// A verdict holds for one path, file identity and engine stamp. A file that is missing, broken
/// or cannot be written is as an empty one: a debug message and a probe more. Not thread-safe.
class VerdictCache {
 public:
  /// `stamp` is what the verdicts depend on beside the file; nothing is kept if `file` is empty.
  VerdictCache(std::filesystem::path file, std::string stamp, LogFunction log);

  /// Read the file anew.
  void load();
  /// Replace the file, atomically, where something changed.
  void save();

  /// Return the verdict on this very file, or null.
  const ProbeVerdict* find(const std::filesystem::path& path, const FileIdentity& identity) const;
  /// Return the types that a file of this path had when last accepted, by whatever stamp.
  std::vector<PluginType> last_types(const std::filesystem::path& path) const;
  void put(const std::filesystem::path& path, const FileIdentity& identity, ProbeVerdict verdict);
  void forget(const std::filesystem::path& path);
  void clear();

 private:
  struct Entry {
    FileIdentity identity;
    ProbeVerdict verdict;
    std::vector<PluginType> last_types;
  };
  using Key = std::pair<std::string, std::string>;  // path, stamp

  void debug(const std::string& message) const;
  void read(const std::string& text);
  std::string write() const;

  std::filesystem::path file_;
  std::string stamp_;
  LogFunction log_;
  std::map<Key, Entry> entries_;
  bool changed_ = false;
};

}  // namespace melgraph
