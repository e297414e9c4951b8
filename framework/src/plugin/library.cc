#include "plugin/library.h"

// Boost.DLL takes std::filesystem where it is told to.
#ifndef BOOST_DLL_USE_STD_FS  // a build may set it for all
#define BOOST_DLL_USE_STD_FS
#endif
#include <link.h>

#include <boost/dll/shared_library.hpp>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "melgraph/error.h"
#include "plugin/descriptor_check.h"
#include "plugin/file_check.h"
#include "plugin/load_error.h"
#include "plugin/stamp_check.h"

namespace melgraph {

namespace fs = std::filesystem;
namespace dll = boost::dll;

namespace {

constexpr const char* stamp_symbol = "melgraph_plugin_abi";
constexpr const char* register_symbol = "melgraph_plugin_register";

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorCode::plugin, reason);
}

struct Library {
  dll::shared_library handle;
  OpenedLibrary opened;
};

/// Every library this process has opened: never destroyed, since plugin code must outlive whatever
/// was made by it, static destructors included.
struct OpenLibraries {
  std::mutex mutex;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Library> by_file;  ///< device, inode
  std::vector<dll::shared_library> refused;
};

OpenLibraries& open_libraries() {
  static OpenLibraries* const libraries = new OpenLibraries;
  return *libraries;
}

class CollectingRegistrar final : public Registrar {
 public:
  void add(NodeType type) override { types.push_back(std::move(type)); }

  std::vector<NodeType> types;
};

/// Collect the files behind the libraries of LibTorch in this process.
int collect_libtorch(dl_phdr_info* info, std::size_t, void* found) {
  const fs::path path = info->dlpi_name == nullptr ? "" : info->dlpi_name;
  auto& files = *static_cast<std::map<std::string, std::set<fs::path>>*>(found);
  for (const std::string_view name : {"libtorch_cpu.so", "libc10.so"}) {
    if (path.filename().native().substr(0, name.size()) != name) continue;
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    files[std::string(name)].insert(error ? path : real);
  }
  return 0;
}

std::string check_single_libtorch() {
  std::map<std::string, std::set<fs::path>> files;
  dl_iterate_phdr(collect_libtorch, &files);
  for (const auto& [name, paths] : files) {
    if (paths.size() < 2) continue;
    return "brings a second LibTorch into the process (" + paths.begin()->string() + " and " +
           std::next(paths.begin())->string() +
           "): rebuild it with find_package(melgraph), which links the one that Melgraph uses";
  }
  return {};
}

dll::shared_library load(const fs::path& path) {
  try {
    return dll::shared_library(path, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::exception& error) {
    throw Error(ErrorCode::io, explain_load_error(error.what(), path.string()));
  }
}

const AbiStamp& stamp_of(const dll::shared_library& library) {
  if (!library.has(stamp_symbol)) {
    refuse(std::string("not a Melgraph plugin: it has no symbol ") + stamp_symbol +
           "; define it with MELGRAPH_PLUGIN()");
  }
  return library.get<const AbiStamp>(stamp_symbol);
}

/// Call the plugin's function; whatever it throws becomes text before it leaves.
std::vector<NodeType> call_register(const dll::shared_library& library) {
  if (!library.has(register_symbol)) {
    refuse(std::string("not a Melgraph plugin: it has no symbol ") + register_symbol +
           "; define it with MELGRAPH_PLUGIN()");
  }
  CollectingRegistrar registrar;
  try {
    library.get<void(Registrar&)>(register_symbol)(registrar);
  } catch (const std::exception& error) {
    refuse(std::string("failed while it registered its node types: ") + error.what());
  } catch (...) {
    refuse("failed while it registered its node types, with an exception of an unknown type");
  }
  return std::move(registrar.types);
}

void check_types(const std::vector<NodeType>& types) {
  if (types.empty()) refuse("registers no node type");
  std::set<std::string> ids;
  for (const NodeType& type : types) {
    if (const std::string fault = check_node_type(type); !fault.empty()) {
      refuse("registers a node type that is not valid: " + fault);
    }
    if (!ids.insert(type.descriptor.id).second) {
      refuse("registers " + type.descriptor.id + " twice");
    }
  }
}

OpenedLibrary examine(const dll::shared_library& library) {
  const AbiStamp& stamp = stamp_of(library);
  // Before the stamp: two copies of LibTorch are the cause, whatever else differs.
  if (const std::string reason = check_single_libtorch(); !reason.empty()) refuse(reason);
  if (const std::string reason = check_stamp(stamp, host_stamp()); !reason.empty()) refuse(reason);
  OpenedLibrary opened;
  opened.types = call_register(library);
  opened.built_for = built_for(stamp);
  check_types(opened.types);
  return opened;
}

class BoostLibraryOpener final : public LibraryOpener {
 public:
  OpenedLibrary open(const fs::path& path) override {
    const FileCheck check = check_plugin_file(path);
    if (!check.reason.empty()) throw Error(ErrorCode::io, check.reason);
    OpenLibraries& libraries = open_libraries();
    const std::lock_guard lock(libraries.mutex);
    const std::pair key(check.identity.device, check.identity.inode);
    if (const auto known = libraries.by_file.find(key); known != libraries.by_file.end()) {
      return known->second.opened;
    }
    dll::shared_library library = load(fs::absolute(path));
    try {
      OpenedLibrary opened = examine(library);
      libraries.by_file.emplace(key, Library{std::move(library), opened});
      return opened;
    } catch (...) {
      libraries.refused.push_back(std::move(library));
      throw;
    }
  }

  std::string stamp() const override { return to_text(host_stamp()); }
};

}  // namespace

std::shared_ptr<LibraryOpener> make_library_opener() {
  return std::make_shared<BoostLibraryOpener>();
}

}  // namespace melgraph
