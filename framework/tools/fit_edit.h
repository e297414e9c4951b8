#pragma once

#include <map>
#include <set>
#include <string>

#include "config/json_value.h"

namespace melgraph::cli {

/// Changes to a JSON document; names the values by their addresses in it.
struct JsonEdit {
  std::set<const JsonValue*> dropped;                ///< members and items
  std::map<const JsonValue*, std::string> replaced;  ///< by JSON text
  std::map<const JsonValue*, std::string> renamed;   ///< key of the member that holds the value
  std::string appended;                              ///< JSON text of further members of the root
};

/// Write a document with its changes. All that is left stands in the line, and where nothing
/// longer comes before, in the column that it was read from, so that messages name the right place.
std::string write_edited(const JsonValue& root, const JsonEdit& edit);

}  // namespace melgraph::cli
