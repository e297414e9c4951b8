#include "plugin/verdict_cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/utf8.h"
#include "plugin/verdict_json.h"

namespace melgraph {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int layout_version = 1;
constexpr std::uintmax_t max_cache_bytes = 16 << 20;

/// Write all bytes to a new file and give it its name.
std::error_code replace_file(const fs::path& path, const std::string& content) {
  std::string part = path.string() + ".XXXXXX";
  const int file = mkostemp(part.data(), O_CLOEXEC);
  if (file < 0) return {errno, std::generic_category()};
  std::size_t written = 0;
  int failure = 0;
  while (written < content.size() && failure == 0) {
    const ssize_t count = ::write(file, content.data() + written, content.size() - written);
    if (count > 0) written += static_cast<std::size_t>(count);
    if (count < 0 && errno != EINTR) failure = errno;
  }
  if (close(file) != 0 && failure == 0) failure = errno;
  if (failure == 0 && rename(part.c_str(), path.c_str()) != 0) failure = errno;
  if (failure != 0) unlink(part.c_str());
  return {failure, std::generic_category()};
}

}  // namespace

VerdictCache::VerdictCache(fs::path file, std::string stamp, LogFunction log)
    : file_(std::move(file)), stamp_(std::move(stamp)), log_(std::move(log)) {}

void VerdictCache::debug(const std::string& message) const {
  if (log_) log_(LogLevel::debug, "plugin cache " + file_.string() + ": " + message);
}

void VerdictCache::load() {
  entries_.clear();
  changed_ = false;
  if (file_.empty()) return;
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file_, error);
  if (error || size > max_cache_bytes) {
    return debug(error ? error.message() : "ignored, it is too large");
  }
  std::ifstream stream(file_, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  try {
    read(text);
  } catch (const json::exception& problem) {
    entries_.clear();
    debug(std::string("ignored, it is broken: ") + problem.what());
  }
}

void VerdictCache::read(const std::string& text) {
  const json root = json::parse(text);
  if (root.at("melgraph_plugin_cache").get<int>() != layout_version) return;
  for (const json& item : root.at("files")) {
    Entry entry;
    entry.identity = {item.at("device").get<std::uint64_t>(), item.at("inode").get<std::uint64_t>(),
                      item.at("size").get<std::uint64_t>(),
                      item.at("modified").get<std::int64_t>()};
    entry.verdict = verdict_from_json(item.at("verdict"));
    entry.last_types = types_from_json(item.at("last_types"));
    entries_[{item.at("path").get<std::string>(), item.at("stamp").get<std::string>()}] =
        std::move(entry);
  }
}

std::string VerdictCache::write() const {
  json files = json::array();
  for (const auto& [key, entry] : entries_) {
    std::error_code error;
    if (!fs::exists(key.first, error)) continue;
    files.push_back({{"path", key.first},
                     {"stamp", key.second},
                     {"device", entry.identity.device},
                     {"inode", entry.identity.inode},
                     {"size", entry.identity.size},
                     {"modified", entry.identity.modified},
                     {"verdict", verdict_to_json(entry.verdict)},
                     {"last_types", types_to_json(entry.last_types)}});
  }
  const json root = {{"melgraph_plugin_cache", layout_version}, {"files", files}};
  return root.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

void VerdictCache::save() {
  if (file_.empty() || !changed_) return;
  changed_ = false;
  std::error_code error;
  fs::create_directories(file_.parent_path(), error);
  if (!error) error = replace_file(file_, write());
  if (error) debug("not written: " + error.message());
}

const ProbeVerdict* VerdictCache::find(const fs::path& path, const FileIdentity& identity) const {
  const auto found = entries_.find({path.string(), stamp_});
  if (found == entries_.end() || !(found->second.identity == identity)) return nullptr;
  return &found->second.verdict;
}

std::vector<PluginType> VerdictCache::last_types(const fs::path& path) const {
  const auto own = entries_.find({path.string(), stamp_});
  if (own != entries_.end() && !own->second.last_types.empty()) return own->second.last_types;
  for (const auto& [key, entry] : entries_) {
    if (key.first == path.string() && !entry.last_types.empty()) return entry.last_types;
  }
  return {};
}

void VerdictCache::put(const fs::path& path, const FileIdentity& identity, ProbeVerdict verdict) {
  // JSON holds text; a name that is none is probed each time.
  if (find_invalid_utf8(path.native()) != std::string_view::npos) return;
  Entry& entry = entries_[{path.string(), stamp_}];
  entry.identity = identity;
  if (verdict.accepted) entry.last_types = verdict.types;
  entry.verdict = std::move(verdict);
  changed_ = true;
}

void VerdictCache::forget(const fs::path& path) {
  const auto found = entries_.find({path.string(), stamp_});
  if (found == entries_.end()) return;
  found->second.identity = {};  // the types stay known
  changed_ = true;
}

void VerdictCache::clear() {
  for (auto& [key, entry] : entries_) entry.identity = {};
  changed_ = true;
}

}  // namespace melgraph
