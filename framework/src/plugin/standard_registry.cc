#include "plugin/standard_registry.h"

#include "core/install_paths.h"
#include "plugin/library.h"
#include "plugin/search_path.h"

namespace melgraph {

std::unique_ptr<Registry> make_standard_registry(
    const std::vector<std::filesystem::path>& plugin_path, const LogFunction& log) {
  SearchPathOptions search;
  search.given = plugin_path;
  search.library_folder = library_folder();
  search.log = log;
  RegistryOptions options;
  options.search_path = plugin_search_path(search);
  options.cache_file = default_plugin_cache_file();
  options.probe_program = default_probe_program(search.library_folder);
  options.log = log;
  options.opener = make_library_opener();
  return std::make_unique<Registry>(std::move(options));
}

}  // namespace melgraph
