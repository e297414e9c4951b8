#include "find_libtorch.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

namespace melgraph::launch {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t version_file_limit = 64 * 1024;

std::string read_start(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(version_file_limit, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// Read the digits of `#define NAME digits`; empty where there is no such line.
std::string defined_number(const std::string& header, const std::string& name) {
  std::istringstream lines(header);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string define, found, number;
    if (words >> define >> found >> number && define == "#define" && found == name &&
        number.find_first_not_of("0123456789") == std::string::npos) {
      return number;
    }
  }
  return {};
}

/// Split at colons; empty parts, which would mean the working directory, are left out.
std::vector<std::string> split_path_list(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream stream(list);
  for (std::string part; std::getline(stream, part, ':');) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

/// What lies in `folder`, last name first, so that newer versions come before older ones.
std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    entries.push_back(entry->path());
  }
  std::sort(entries.rbegin(), entries.rend());
  return entries;
}

/// The `torch` folders in `python3*/{site,dist}-packages` under `library`.
void add_torch_folders(const fs::path& library, std::vector<fs::path>& folders) {
  for (const fs::path& python : sorted_entries(library)) {
    if (!python.filename().string().starts_with("python3")) continue;
    for (const char* packages : {"site-packages", "dist-packages"}) {
      fs::path folder = python / packages / "torch";
      if (is_folder(folder)) folders.push_back(std::move(folder));
    }
  }
}

void add_prefix(const fs::path& prefix, std::vector<fs::path>& folders) {
  add_torch_folders(prefix / "lib", folders);
  add_torch_folders(prefix / "lib64", folders);
}

/// The installation prefixes that belong to the executable `python`: its own, that of the Python a
/// virtual environment was made from, that of the file behind its symbolic links, and, where it is
/// only a shim of pyenv, those of pyenv's versions.
void add_interpreter(const fs::path& python, std::vector<fs::path>& folders) {
  const fs::path prefix = python.parent_path().parent_path();
  add_prefix(prefix, folders);
  std::istringstream lines(read_start(prefix / "pyvenv.cfg"));
  for (std::string line; std::getline(lines, line);) {
    const auto equals = line.find('=');
    if (equals == std::string::npos || trimmed(line.substr(0, equals)) != "home") continue;
    add_prefix(fs::path(trimmed(line.substr(equals + 1))).parent_path(), folders);
  }
  std::error_code error;
  const fs::path real = fs::canonical(python, error);
  if (!error) add_prefix(real.parent_path().parent_path(), folders);
  if (python.parent_path().filename() == "shims") {
    for (const fs::path& version : sorted_entries(prefix / "versions"))
      add_prefix(version, folders);
  }
}

std::vector<fs::path> python_torch_folders(const LibTorchSearchOptions& options) {
  std::vector<fs::path> folders;
  for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const std::string prefix = options.environment(name); !prefix.empty()) {
      add_prefix(prefix, folders);
    }
  }
  for (const std::string& part : split_path_list(options.environment("PATH"))) {
    for (const char* name : {"python3", "python"}) {
      const fs::path python = fs::path(part) / name;
      if (is_file(python)) add_interpreter(python, folders);
    }
  }
  if (const std::string home = options.environment("HOME"); !home.empty()) {
    add_prefix(fs::path(home) / ".local", folders);
  }
  add_torch_folders(options.system_root / "usr/local/lib", folders);
  add_torch_folders(options.system_root / "usr/lib", folders);
  return folders;
}

fs::path cache_folder(const LibTorchSearchOptions& options) {
  if (const auto named = options.environment("MELGRAPH_CACHE"); !named.empty()) return named;
  if (const auto user = options.environment("XDG_CACHE_HOME"); !user.empty()) {
    return fs::path(user) / "melgraph";
  }
  if (const auto home = options.environment("HOME"); !home.empty()) {
    return fs::path(home) / ".cache/melgraph";
  }
  return {};
}

/// Compare folders by what they are, since one Python is often found by several names.
fs::path identity(const fs::path& folder) {
  std::error_code error;
  fs::path real = fs::canonical(folder, error);
  return error ? folder.lexically_normal() : real;
}

class Search {
 public:
  /// Look at one folder, unless it was looked at before or the search is over.
  void look_at(const fs::path& folder, const std::string& source) {
    if (result_.folder) return;
    std::error_code error;
    fs::path absolute = fs::absolute(folder, error);
    if (error) absolute = folder;
    const fs::path known = identity(absolute);
    if (std::find(looked_at_.begin(), looked_at_.end(), known) != looked_at_.end()) return;
    looked_at_.push_back(known);
    std::string version;
    std::string rejected = reject_libtorch(absolute, version);
    if (rejected.empty()) {
      result_.folder = absolute;
      result_.version = version;
      result_.source = source;
    }
    result_.candidates.push_back({absolute, source, std::move(rejected)});
  }

  void note(const std::string& source, const std::string& reason) {
    if (!result_.folder) result_.candidates.push_back({{}, source, reason});
  }

  LibTorchSearchResult take() { return std::move(result_); }

 private:
  LibTorchSearchResult result_;
  std::vector<fs::path> looked_at_;
};

}  // namespace

std::string process_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::optional<std::string> read_libtorch_version(const fs::path& folder) {
  std::istringstream python(read_start(folder / "version.py"));
  for (std::string line; std::getline(python, line);) {
    // __version__ = '2.11.0+cu130', perhaps with a type annotation before the equals sign
    if (!line.starts_with("__version__")) continue;
    const auto quote = line.find_first_of("'\"", line.find('='));
    if (quote == std::string::npos) continue;
    const auto end = line.find(line[quote], quote + 1);
    if (end != std::string::npos && end > quote + 1) return line.substr(quote + 1, end - quote - 1);
  }
  for (const char* header :
       {"include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h"}) {
    const std::string text = read_start(folder / header);
    const std::string major = defined_number(text, "TORCH_VERSION_MAJOR");
    const std::string minor = defined_number(text, "TORCH_VERSION_MINOR");
    const std::string patch = defined_number(text, "TORCH_VERSION_PATCH");
    if (!major.empty() && !minor.empty() && !patch.empty()) {
      return major + "." + minor + "." + patch;
    }
  }
  return std::nullopt;
}

std::string reject_libtorch(const fs::path& folder, std::string& version) {
  if (!is_folder(folder)) return "no such folder";
  for (const char* library : {"lib/libtorch_cpu.so", "lib/libc10.so"}) {
    if (!is_file(folder / library)) return std::string("has no ") + library;
  }
  const std::optional<std::string> found = read_libtorch_version(folder);
  if (!found) return "does not say its version (version.py, include/torch/headeronly/version.h)";
  const std::string series(libtorch_series);
  if (*found != series && !found->starts_with(series + ".")) {
    return "is version " + *found + ", wanted " + series + ".*";
  }
  version = *found;
  return {};
}

LibTorchSearchResult find_libtorch(const LibTorchSearchOptions& options) {
  Search search;
  if (const auto named = options.environment("MELGRAPH_LIBTORCH"); !named.empty()) {
    // What the user named is taken or an error: another one in its place would surprise.
    search.look_at(named, "$MELGRAPH_LIBTORCH");
    return search.take();
  }
  if (is_file(options.path_file)) {
    search.look_at(trimmed(read_start(options.path_file)), options.path_file.string());
  }
  if (const fs::path cache = cache_folder(options); !cache.empty()) {
    search.look_at(cache / (std::string("libtorch-") + libtorch_pinned) / "torch", "cache");
  } else {
    search.note("cache", "none of MELGRAPH_CACHE, XDG_CACHE_HOME and HOME is set");
  }
  const std::vector<fs::path> python = python_torch_folders(options);
  for (const fs::path& folder : python) search.look_at(folder, "Python");
  if (python.empty()) search.note("Python", "no Python of this host has the package torch");
  return search.take();
}

}  // namespace melgraph::launch
