#pragma once

#include <string>
#include <vector>

#include "melgraph/descriptor.h"
#include "plugin/plugin_file.h"

namespace melgraph::cli {

/// One line of the list of node types.
struct ListedType {
  std::string id;
  std::string summary;
  std::string file;  ///< empty: part of Melgraph itself
};

/// List node types in columns, then the refused files with their reasons.
std::string plugin_list_text(const std::vector<ListedType>& types,
                             const std::vector<PluginFile>& files);
std::string plugin_list_json(const std::vector<ListedType>& types,
                             const std::vector<PluginFile>& files);

/// Describe a node type: ports, parameters, presets, references.
std::string descriptor_text(const Descriptor& descriptor);
std::string descriptor_json(const Descriptor& descriptor);

}  // namespace melgraph::cli
