#include "plugin/registry.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

#include "core/suggest.h"
#include "melgraph/error.h"
#include "plugin/descriptor_check.h"
#include "plugin/file_check.h"
#include "plugin/probe_client.h"
#include "plugin/search_path.h"
#include "plugin/verdict_cache.h"

namespace melgraph {

namespace fs = std::filesystem;

namespace {

constexpr const char* remembered_note =
    " (remembered; `melgraph plugins list --rescan` tries again)";
constexpr const char* built_in = "(built in)";

std::string describe(const PluginFile& file) {
  return file.path.string() + ": " + file.reason;
}

/// Guess from its name whether a file may be the one that has `id`: `mel.so` or `frontend_mel.so`
/// for `frontend.mel`.
bool name_fits(const fs::path& path, const std::string& id) {
  std::string stem = path.stem().string();
  if (stem.substr(0, 3) == "lib") stem.erase(0, 3);
  std::string joined = id;
  std::replace(joined.begin(), joined.end(), '.', '_');
  return stem == joined || stem == id || stem == id.substr(id.rfind('.') + 1) ||
         stem == id.substr(0, id.find('.'));
}

}  // namespace

class Registry::Impl {
 public:
  explicit Impl(RegistryOptions options)
      : options_(std::move(options)),
        stamp_(options_.opener ? options_.opener->stamp() : std::string()),
        cache_(options_.cache_file, stamp_, options_.log) {
    if (!options_.prober) {
      ProbeClientOptions probe;
      probe.program = options_.probe_program;
      probe.stamp = stamp_;
      probe.file_timeout = options_.probe_timeout;
      probe.log = options_.log;
      options_.prober = std::make_shared<ProbeClient>(std::move(probe));
    }
  }

  std::mutex mutex;

  void add(NodeType type) {
    if (const std::string fault = check_node_type(type); !fault.empty()) {
      throw Error(ErrorCode::internal, "a built-in node type is not valid: " + fault);
    }
    const std::string id = type.descriptor.id;
    if (scanned_) throw Error(ErrorCode::internal, id + " comes after the plugins were scanned");
    if (types_.count(id) != 0) throw Error(ErrorCode::internal, id + " is registered already");
    types_[id] = keep(std::move(type));
    built_in_.insert(id);
  }

  const NodeType* find(const std::string& id) {
    if (const auto known = types_.find(id); known != types_.end()) return known->second;
    scan();
    const auto owner = owners_.find(id);
    if (owner == owners_.end()) return nullptr;
    open(entries_[owner->second]);
    const auto opened = types_.find(id);
    return opened == types_.end() ? nullptr : opened->second;
  }

  std::vector<std::string> ids() {
    scan();
    std::set<std::string> ids(built_in_);
    for (const auto& [id, entry] : owners_) ids.insert(id);
    return {ids.begin(), ids.end()};
  }

  std::string rejection_for(const std::string& id) {
    scan();
    std::vector<const Entry*> unknown;
    for (const Entry& entry : entries_) {
      if (entry.file.accepted) continue;
      const auto& types = entry.file.types;
      if (std::any_of(types.begin(), types.end(), [&](const auto& t) { return t.id == id; })) {
        return describe(entry.file);
      }
      if (types.empty()) unknown.push_back(&entry);
    }
    for (const Entry* entry : unknown) {
      if (name_fits(entry->file.path, id)) return describe(entry->file);
    }
    if (unknown.empty()) return {};
    std::string text = "it may be in a file that was refused: " + describe(unknown.front()->file);
    if (unknown.size() > 1) {
      text += " (and " + std::to_string(unknown.size() - 1) + " more: `melgraph plugins list`)";
    }
    return text;
  }

  std::vector<PluginFile> files() {
    scan();
    std::vector<PluginFile> files;
    for (const Entry& entry : entries_) files.push_back(entry.file);
    return files;
  }

  void rescan() {
    for (auto type = types_.begin(); type != types_.end();) {
      type = built_in_.count(type->first) != 0 ? std::next(type) : types_.erase(type);
    }
    scanned_ = false;
    forget_verdicts_ = true;
    scan();
  }

 private:
  struct Entry {
    PluginFile file;
    std::size_t folder = 0;
    FileIdentity identity;
  };

  /// What is open in this process under a path, valid as long as the file is the same.
  struct Opened {
    FileIdentity identity;
    std::vector<const NodeType*> types;
  };

  void log(LogLevel level, const std::string& message) const {
    if (options_.log) options_.log(level, message);
  }

  const NodeType* keep(NodeType type) {
    kept_.push_back(std::make_unique<NodeType>(std::move(type)));
    return kept_.back().get();
  }

  void scan() {
    if (scanned_) return;
    scanned_ = true;
    entries_.clear();
    cache_.load();
    if (std::exchange(forget_verdicts_, false)) cache_.clear();
    list();
    judge();
    index();
    cache_.save();
  }

  /// List every file, with the cheap reasons against it.
  void list() {
    if (!options_.opener) return;
    for (std::size_t folder = 0; folder < options_.search_path.size(); ++folder) {
      for (fs::path& path : list_plugin_files(options_.search_path[folder], options_.log)) {
        Entry entry;
        entry.folder = folder;
        FileCheck check = check_plugin_file(path);
        entry.identity = check.identity;
        entry.file.reason = std::move(check.reason);
        entry.file.path = std::move(path);
        if (entry.file.reason.empty()) entry.file.reason = same_file_reason(entry);
        entries_.push_back(std::move(entry));
      }
    }
  }

  /// Two names of one file in one folder are one plugin; across folders the earlier name wins.
  std::string same_file_reason(const Entry& entry) const {
    for (const Entry& other : entries_) {
      if (other.folder == entry.folder && other.file.reason.empty() &&
          other.identity == entry.identity) {
        return "the same file as " + other.file.path.string() + ": remove one of the two names";
      }
    }
    return {};
  }

  /// Give every file a verdict, from the cache or from one run of the probe.
  void judge() {
    std::vector<Entry*> unknown;
    std::vector<fs::path> paths;
    for (Entry& entry : entries_) {
      if (!entry.file.reason.empty()) {
        entry.file.types = cache_.last_types(entry.file.path);
      } else if (const ProbeVerdict* verdict = cache_.find(entry.file.path, entry.identity)) {
        apply(entry, *verdict, true);
      } else {
        unknown.push_back(&entry);
        paths.push_back(entry.file.path);
      }
    }
    if (paths.empty()) return;
    std::vector<ProbeVerdict> verdicts = options_.prober->probe(paths);
    for (std::size_t i = 0; i < unknown.size(); ++i) {
      apply(*unknown[i], verdicts[i], false);
      if (verdicts[i].unavailable) continue;
      cache_.put(paths[i], unknown[i]->identity, std::move(verdicts[i]));
    }
  }

  void apply(Entry& entry, const ProbeVerdict& verdict, bool from_cache) {
    entry.file.accepted = verdict.accepted;
    entry.file.reason = verdict.reason;
    if (from_cache && verdict.may_change) entry.file.reason += remembered_note;
    entry.file.built_for = verdict.built_for;
    entry.file.types = verdict.accepted ? verdict.types : cache_.last_types(entry.file.path);
  }

  /// Decide which file gives which id.
  void index() {
    owners_.clear();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      Entry& entry = entries_[i];
      if (entry.file.accepted) entry.file.reason = duplicate_reason(entry);
      if (!entry.file.reason.empty()) {
        entry.file.accepted = false;
        log(LogLevel::warning, "plugin refused: " + describe(entry.file));
        continue;
      }
      for (PluginType& type : entry.file.types) claim(type, i);
      note_if_open(entry);
    }
  }

  std::string duplicate_reason(const Entry& entry) const {
    for (const PluginType& type : entry.file.types) {
      const auto owner = owners_.find(type.id);
      if (owner == owners_.end() || entries_[owner->second].folder != entry.folder) continue;
      return type.id + " is in " + entries_[owner->second].file.path.string() +
             " too: remove one of the two files";
    }
    return {};
  }

  void claim(PluginType& type, std::size_t entry) {
    if (built_in_.count(type.id) != 0) {
      type.shadowed_by = built_in;
    } else if (const auto [owner, is_new] = owners_.emplace(type.id, entry); !is_new) {
      type.shadowed_by = entries_[owner->second].file.path;
    } else {
      return;
    }
    log(LogLevel::info, type.id + " of " + entries_[entry].file.path.string() +
                            " is not used, it is in " + type.shadowed_by.string() + " too");
  }

  /// After a rescan, a library that was open and has not changed is still the same.
  void note_if_open(Entry& entry) {
    const auto opened = opened_.find(entry.file.path);
    if (opened == opened_.end() || !(opened->second.identity == entry.identity)) return;
    entry.file.loaded = true;
    publish(entry, opened->second.types);
  }

  void publish(const Entry& entry, const std::vector<const NodeType*>& types) {
    for (const NodeType* type : types) {
      const auto owner = owners_.find(type->descriptor.id);
      if (owner != owners_.end() && &entries_[owner->second] == &entry) {
        types_[type->descriptor.id] = type;
      }
    }
  }

  void open(Entry& entry) {
    if (!entry.file.accepted || entry.file.loaded) return;
    try {
      OpenedLibrary library = options_.opener->open(entry.file.path);
      check_promise(entry, library.types);
      Opened& opened = opened_[entry.file.path];
      opened = {entry.identity, {}};
      for (NodeType& type : library.types) opened.types.push_back(keep(std::move(type)));
      entry.file.loaded = true;
      publish(entry, opened.types);
      log(LogLevel::debug, "plugin opened: " + entry.file.path.string());
    } catch (const std::exception& error) {
      refuse(entry, error.what());
    }
  }

  /// What the verdict says must be there: the file may have been replaced in between.
  static void check_promise(const Entry& entry, const std::vector<NodeType>& types) {
    for (const PluginType& promised : entry.file.types) {
      const auto has = [&](const NodeType& type) { return type.descriptor.id == promised.id; };
      if (std::any_of(types.begin(), types.end(), has)) continue;
      throw Error(ErrorCode::plugin, "no longer has " + promised.id +
                                         ": it was replaced while Melgraph ran; start again");
    }
  }

  /// Refuse a file at last that the probe accepted; another one with the same id does not take
  /// its place, since that would change what a graph computes without a word.
  void refuse(Entry& entry, const std::string& reason) {
    entry.file.accepted = false;
    entry.file.reason = reason;
    cache_.forget(entry.file.path);
    cache_.save();
    for (auto owner = owners_.begin(); owner != owners_.end();) {
      owner = &entries_[owner->second] == &entry ? owners_.erase(owner) : std::next(owner);
    }
    log(LogLevel::warning, "plugin refused: " + describe(entry.file));
  }

  RegistryOptions options_;
  std::string stamp_;
  VerdictCache cache_;
  bool scanned_ = false;
  bool forget_verdicts_ = false;
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t> owners_;     ///< id -> index of its entry
  std::map<std::string, const NodeType*> types_;  ///< built in or open
  std::set<std::string> built_in_;
  std::map<fs::path, Opened> opened_;
  std::vector<std::unique_ptr<NodeType>> kept_;  ///< all that `find` ever returned
};

Registry::Registry(RegistryOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Registry::~Registry() = default;

void Registry::add(NodeType type) {
  const std::lock_guard lock(impl_->mutex);
  impl_->add(std::move(type));
}

const NodeType* Registry::find(const std::string& id) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->find(id);
}

const Descriptor* Registry::find_descriptor(const std::string& id) {
  const NodeType* const type = find(id);
  return type == nullptr ? nullptr : &type->descriptor;
}

std::vector<std::string> Registry::ids() {
  const std::lock_guard lock(impl_->mutex);
  return impl_->ids();
}

std::string Registry::suggest(const std::string& id) {
  return melgraph::suggest(id, ids());
}

std::string Registry::rejection_for(const std::string& id) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->rejection_for(id);
}

std::vector<PluginFile> Registry::files() {
  const std::lock_guard lock(impl_->mutex);
  return impl_->files();
}

void Registry::rescan() {
  const std::lock_guard lock(impl_->mutex);
  impl_->rescan();
}

}  // namespace melgraph
