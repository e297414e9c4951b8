#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "melgraph/export.h"
#include "melgraph/log.h"

namespace melgraph {

/// What the search path depends on.
struct SearchPathOptions {
  std::vector<std::filesystem::path> given;  ///< `--plugin-path`, `EngineOptions::plugin_path`
  /// Folder of `libmelgraph.so` (`library_folder`); empty: unknown.
  std::filesystem::path library_folder;
  /// Give an environment variable, empty where unset; default: this process's.
  std::function<std::string(const char* name)> environment;
  LogFunction log;
};

/// Return the plugin folders that exist, absolute, each once, in the order of precedence: `given`,
/// `MELGRAPH_PLUGIN_PATH` (colon-separated), `<library_folder>/melgraph/plugins`,
/// `$XDG_DATA_HOME/melgraph/plugins` (default `~/.local/share`).
///
/// A folder of the first two that is missing or no folder is logged as a warning.
MELGRAPH_API std::vector<std::filesystem::path> plugin_search_path(
    const SearchPathOptions& options);

/// Return the file that probe verdicts are kept in: `$MELGRAPH_CACHE`, else
/// `$XDG_CACHE_HOME/melgraph`, else `~/.cache/melgraph`; `plugins.json` there. Empty where none
/// of these is set.
MELGRAPH_API std::filesystem::path default_plugin_cache_file(
    const std::function<std::string(const char* name)>& environment = {});

/// Return the `melgraph-probe` of this installation:
/// `<library_folder>/../libexec/melgraph/melgraph-probe`.
MELGRAPH_API std::filesystem::path default_probe_program(const std::filesystem::path& folder);

/// Return the `*.so` entries of a folder, sorted by name; one level. What cannot be read is logged
/// as a warning.
std::vector<std::filesystem::path> list_plugin_files(const std::filesystem::path& folder,
                                                     const LogFunction& log);

}  // namespace melgraph
