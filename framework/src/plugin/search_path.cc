#include "plugin/search_path.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>

namespace melgraph {

namespace fs = std::filesystem;

namespace {

using Environment = std::function<std::string(const char*)>;

std::string process_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

void warn(const LogFunction& log, const std::string& message) {
  if (log) log(LogLevel::warning, message);
}

std::vector<fs::path> split_path_list(const std::string& text) {
  std::vector<fs::path> folders;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    if (end > begin) folders.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return folders;
}

/// Collects folders, each once, however it is written.
class FolderList {
 public:
  explicit FolderList(const LogFunction& log) : log_(log) {}

  void add_named(const fs::path& folder, const std::string& named_by) {
    std::error_code error;
    const fs::file_status status = fs::status(folder, error);
    if (fs::is_directory(status)) return add_existing(folder);
    const std::string why = status.type() == fs::file_type::not_found ? "does not exist"
                            : fs::exists(status)                      ? "is not a folder"
                                                                      : error.message();
    warn(log_, "plugin folder " + folder.string() + " (" + named_by + "): " + why);
  }

  void add_default(const fs::path& folder) {
    std::error_code error;
    if (fs::is_directory(folder, error)) add_existing(folder);
  }

  std::vector<fs::path> take() { return std::move(folders_); }

 private:
  void add_existing(const fs::path& folder) {
    std::error_code error;
    fs::path real = fs::canonical(folder, error);
    if (error) real = fs::absolute(folder, error).lexically_normal();
    if (std::find(folders_.begin(), folders_.end(), real) == folders_.end()) {
      folders_.push_back(std::move(real));
    }
  }

  const LogFunction& log_;
  std::vector<fs::path> folders_;
};

/// Return a folder of the XDG base directory specification, which ignores relative ones.
fs::path base_folder(const Environment& environment, const char* variable, const char* in_home) {
  const fs::path named = environment(variable);
  if (named.is_absolute()) return named;
  const fs::path home = environment("HOME");
  return home.is_absolute() ? home / in_home : fs::path();
}

}  // namespace

std::vector<fs::path> plugin_search_path(const SearchPathOptions& options) {
  const Environment environment = options.environment ? options.environment : process_environment;
  FolderList folders(options.log);
  for (const fs::path& folder : options.given) folders.add_named(folder, "--plugin-path");
  for (const fs::path& folder : split_path_list(environment("MELGRAPH_PLUGIN_PATH"))) {
    folders.add_named(folder, "MELGRAPH_PLUGIN_PATH");
  }
  if (!options.library_folder.empty()) {
    folders.add_default(options.library_folder / "melgraph" / "plugins");
  }
  const fs::path data = base_folder(environment, "XDG_DATA_HOME", ".local/share");
  if (!data.empty()) folders.add_default(data / "melgraph" / "plugins");
  return folders.take();
}

fs::path default_plugin_cache_file(const std::function<std::string(const char*)>& given) {
  const Environment environment = given ? given : process_environment;
  const fs::path named = environment("MELGRAPH_CACHE");
  if (!named.empty()) {
    std::error_code error;
    return fs::absolute(named, error) / "plugins.json";
  }
  const fs::path cache = base_folder(environment, "XDG_CACHE_HOME", ".cache");
  return cache.empty() ? fs::path() : cache / "melgraph" / "plugins.json";
}

fs::path default_probe_program(const fs::path& folder) {
  return (folder / ".." / "libexec" / "melgraph" / "melgraph-probe").lexically_normal();
}

std::vector<fs::path> list_plugin_files(const fs::path& folder, const LogFunction& log) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".so") files.push_back(entry->path());
  }
  if (error) warn(log, "plugin folder " + folder.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace melgraph
