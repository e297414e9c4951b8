#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace melgraph::launch {

/// The LibTorch that Melgraph is built for; only versions `2.11` and `2.11.*` are taken.
inline constexpr const char* libtorch_series = "2.11";
/// The version that the set-up fetches.
inline constexpr const char* libtorch_pinned = "2.11.0";

/// One folder that was looked at.
struct LibTorchCandidate {
  std::filesystem::path folder;  ///< the `torch` folder; empty where none could even be named
  std::string source;            ///< where the name came from, such as "$MELGRAPH_LIBTORCH"
  std::string rejected;          ///< why it was not taken; empty for the one that was
};

/// The outcome of a search.
struct LibTorchSearchResult {
  std::optional<std::filesystem::path> folder;  ///< the `torch` folder that was taken
  std::string version;                          ///< its version, such as "2.11.0+cu130"
  std::string source;                           ///< where its name came from
  std::vector<LibTorchCandidate> candidates;    ///< all that were looked at, in order
};

/// What a search depends on beside the file system, so that tests can set it.
struct LibTorchSearchOptions {
  /// Give an environment variable; empty text counts as unset.
  std::function<std::string(const char* name)> environment;
  /// File with one line, the `torch` folder of the build; may be missing.
  std::filesystem::path path_file;
  /// Put before the fixed system folders (`/usr/local/lib`, `/usr/lib`).
  std::filesystem::path system_root = "/";
};

/// Read a variable of this process; empty where it is unset.
std::string process_environment(const char* name);

/// Read the version of a `torch` folder, from `version.py` or the C++ headers; nothing if neither
/// says one.
std::optional<std::string> read_libtorch_version(const std::filesystem::path& folder);

/// Say why `folder` is no LibTorch of the right version; empty if it is one, and then `version` is
/// set.
std::string reject_libtorch(const std::filesystem::path& folder, std::string& version);

/// Find LibTorch without loading or running anything.
///
/// Order: `$MELGRAPH_LIBTORCH` (alone if it is set), the path file of the build tree, the download
/// cache, the `torch` folders of the Pythons on this host.
LibTorchSearchResult find_libtorch(const LibTorchSearchOptions& options);

}  // namespace melgraph::launch
