#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "melgraph/export.h"
#include "melgraph/log.h"
#include "melgraph/node_type.h"
#include "plugin/plugin_file.h"

namespace melgraph {

/// What a registry depends on; all parts can be replaced in tests.
struct RegistryOptions {
  /// Folders in the order of precedence (`plugin_search_path`); none where it is empty.
  std::vector<std::filesystem::path> search_path;
  std::filesystem::path cache_file;     ///< where verdicts are kept; empty: nowhere
  std::filesystem::path probe_program;  ///< `melgraph-probe`; not used where `prober` is set
  /// Time that the probe may take over one file.
  std::chrono::milliseconds probe_timeout = std::chrono::seconds(10);
  LogFunction log;
  /// What opens a library (`make_library_opener`); without one, only added types are known.
  std::shared_ptr<LibraryOpener> opener;
  std::shared_ptr<PluginProber> prober;  ///< null: a `ProbeClient` of the three options above
};

/// Knows every node type of the built-in set and of the plugin files, and opens a library when
/// one of its types is first asked for. [thread-safe]
///
/// Scanning happens at the first question and opens nothing in this process: verdicts come from
/// the cache or from the probe. A plugin that fails is logged and listed, never thrown. Of two
/// files with the same id, the one in the earlier folder wins; in one folder the second is refused.
/// The log function must not call the registry.
class MELGRAPH_API Registry {
 public:
  explicit Registry(RegistryOptions options);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Add a type of the host itself, before the first question; it wins over those of files. Throws
  /// `Error` (internal) where the type is not valid, its id is taken or the scan is over.
  void add(NodeType type);

  /// Return the type, its library opened where need be; null where there is none or it cannot be
  /// opened (then `rejection_for` says why). The pointer lives as long as the registry, even over
  /// `rescan`.
  const NodeType* find(const std::string& id);
  const Descriptor* find_descriptor(const std::string& id);

  /// Return all usable ids, sorted.
  std::vector<std::string> ids();
  /// Return the id that `id` most likely stands for; empty where none is near.
  std::string suggest(const std::string& id);
  /// Return why `id` cannot be had, as one line, where a refused file has it or may have it; empty
  /// where no file was refused.
  std::string rejection_for(const std::string& id);

  /// Return what is known of every file, in the order of precedence.
  std::vector<PluginFile> files();
  /// Forget every verdict, the cached ones too, and look again. Libraries in use stay open.
  void rescan();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace melgraph
